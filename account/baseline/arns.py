"""The ARNs of a stack's resources, known in advance because the names are fixed.

They hold for all regions, so a stack can move without a change of its role.
"""

from dataclasses import dataclass

from stack.naming import Naming


@dataclass(frozen=True)
class Account:
    """The account of the resources."""

    partition: str
    """The ARN's partition: aws, aws-cn, aws-us-gov, aws-eusc or another."""
    number: str

    @classmethod
    def of(cls, arn: str) -> "Account":
        """Read the account from an ARN in it, which saves a call to AWS."""
        _, partition, _, _, number, *_ = arn.split(":")
        return cls(partition, number)

    def arn(self, service: str, resource: str, region: str = "*") -> str:
        """Return an ARN in this account."""
        return f"arn:{self.partition}:{service}:{region}:{self.number}:{resource}"

    def managed_policy(self, path: str) -> str:
        """Return the ARN of a policy that AWS manages."""
        return f"arn:{self.partition}:iam::aws:policy/{path}"


@dataclass(frozen=True)
class StackArns:
    """A stack's resources without its API, for which see api_rights."""

    account: Account
    naming: Naming

    @property
    def table(self) -> str:
        """The table."""
        return self.account.arn("dynamodb", f"table/{self.naming.name}")

    @property
    def function(self) -> str:
        """The function."""
        return self.account.arn("lambda", f"function:{self.naming.name}")

    @property
    def function_log(self) -> str:
        """The function's log group."""
        return self.account.arn("logs", f"log-group:{self.naming.function_log}")

    @property
    def access_log(self) -> str:
        """The API's log group."""
        return self.account.arn("logs", f"log-group:{self.naming.access_log}")

    @property
    def logs(self) -> list[str]:
        """Both log groups, each in both forms that IAM checks: the group, and its streams."""
        return [arn for log in (self.function_log, self.access_log) for arn in (log, f"{log}:*")]

    @property
    def role(self) -> str:
        """The function's role."""
        return self.account.arn("iam", f"role/{self.naming.name}", region="")

    @property
    def topic(self) -> str:
        """The topic that alarms notify."""
        return self.account.arn("sns", self.naming.topic)

    @property
    def alarms(self) -> str:
        """All alarms."""
        return self.account.arn("cloudwatch", f"alarm:{self.naming.alarm('*')}")

    @property
    def dashboard(self) -> str:
        """The dashboard, whose ARN has no region."""
        return self.account.arn("cloudwatch", f"dashboard/{self.naming.name}", region="")
