"""A stack in the emulator, for its visitors and its owner."""

from dataclasses import dataclass

import requests
from client import Counter
from pulumi_program import Program, Properties

from emulator.clients import Clients
from emulator.provider import EmulatedAws

OWN_ORIGINS = ["https://example.com", "https://www.example.com"]
"""The only origins whose pages prod serves here."""


@dataclass(frozen=True)
class Deployed:
    """A deployed stack."""

    outputs: Properties
    aws: Clients

    @property
    def url(self) -> str:
        """The URL that counts visits."""
        return self.outputs["visitorCountUrl"]

    def request(self, method: str, path: str = "", origin: str | None = None) -> requests.Response:
        """Send a request to the counter's URL, or to a path that it continues with."""
        return Counter(self.url).request(method, path, {"Origin": origin} if origin else None)

    def visit(self) -> int:
        """Count a visit and return the count."""
        return Counter(self.url).visit()

    def stored(self) -> int:
        """Return the count in the table, 0 before the first visit."""
        table = self.outputs["tableName"]
        answer = self.aws.dynamodb.get_item(TableName=table, Key={"id": {"S": "site"}})
        return int(answer["Item"]["visits"].get("N", "")) if "Item" in answer else 0


@dataclass(frozen=True)
class Cloud:
    """The emulator, and the program to deploy."""

    provider: EmulatedAws
    program: Program

    def deploy(self, stack: str, **overrides: object) -> Deployed:
        """Deploy a stack with its own config and some overrides."""
        run = self.program.run(stack, self.provider, overrides)
        return Deployed(run.outputs, self.provider.aws)
