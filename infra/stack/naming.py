"""The names and tags of a stack's resources."""

import re
from dataclasses import dataclass

from stack.config import ConfigError

# Valid for all named resources: the function (at most 64 characters), its role (64), the table (at
# least 3), the stage (no dots), the topic and the alarms.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{2,63}", re.ASCII)


@dataclass(frozen=True)
class Naming:
    """Names and tags that keep the stacks of an account and region apart.

    The names are fixed, so that the account's program can grant rights to exactly these resources
    and people can find them.
    """

    project: str
    stack: str

    def __post_init__(self) -> None:
        """Check that AWS takes the name.

        Raises:
            ConfigError: names the stack.

        """
        if not _NAME.fullmatch(self.name):
            message = (
                f"the stack can't be named {self.stack!r}: {self.name!r} must be at most 64 "
                "letters, digits, - and _, and begin with a letter"
            )
            raise ConfigError(message)

    @property
    def name(self) -> str:
        """The name of the function, the table and the API, such as visitor-counter-prod."""
        return f"{self.project}-{self.stack}"

    @property
    def function_log(self) -> str:
        """The log group of the function."""
        return f"/aws/lambda/{self.name}"

    @property
    def access_log(self) -> str:
        """The log group of the access log."""
        return f"/aws/apigateway/{self.name}"

    @property
    def topic(self) -> str:
        """The topic that alarms notify."""
        return f"{self.name}-alarms"

    def alarm(self, key: str) -> str:
        """Return the name of an alarm."""
        return f"{self.name}-{key}"

    @property
    def tags(self) -> dict[str, str]:
        """The tags of every resource. The deploy role may not touch an API without them."""
        return {"project": self.project, "stack": self.stack}
