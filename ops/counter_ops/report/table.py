"""Reads the visits of a stack from its table, with the AWS credentials of the shell."""

import re
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
from stack.config import ConfigError
from stack.naming import Naming
from stack.stack_file import PROJECT_FILE, StackFileError, project_name

from counter_ops.errors import UserError
from counter_ops.project import PROJECT
from counter_ops.report.visits import Day, Page, Visits
from counter_ops.stack_settings import read_stack

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_EPOCH = date(1970, 1, 1)
_PAGE = "page:"

# Of an answer. An item has about 1 KB and a unit reads 8 KB, so a request takes at most 25 units,
# the default of maxReadsPerSecond.
_MOST_ITEMS = 200

# `adaptive` slows down by itself if maxReadsPerSecond throttles it.
_CLIENT = Config(
    connect_timeout=5, read_timeout=10, retries={"mode": "adaptive", "total_max_attempts": 8}
)


@dataclass(frozen=True)
class StackTable:
    """The table of a stack, by the stack's file."""

    name: str
    region: str
    start_count: int
    history_days: int

    @classmethod
    def of(cls, stack: str) -> "StackTable":
        """Return the table of a stack, whose name may have an organization.

        Raises:
            UserError: the stack has no file, or one that can't be used.

        """
        name = stack.rpartition("/")[2]
        try:
            region, settings = read_stack(name, PROJECT)
            naming = Naming(project_name(PROJECT / PROJECT_FILE), name)
        except (StackFileError, ConfigError) as error:
            raise UserError(str(error)) from error
        return cls(naming.name, region, settings.start_count, settings.history_days)

    def read(self) -> Visits:
        """Read the visits.

        Raises:
            UserError: the credentials or the table can't be used.

        """
        try:
            # boto3's type names all services, including those whose types aren't installed.
            session = cast("Any", boto3).Session(region_name=self.region)
            with closing(session.client("dynamodb", config=_CLIENT)) as client:
                return self._read(client)
        except NoCredentialsError as error:
            message = (
                f"there are no AWS credentials to read the table {self.name} with. Log in, for "
                "example with `aws sso login`, and set AWS_PROFILE"
            )
            raise UserError(message) from error
        except ClientError as error:
            raise UserError(self._refusal(error)) from error
        except BotoCoreError as error:
            message = f"the table {self.name} in {self.region} can't be read: {error}"
            raise UserError(message) from error

    def _read(self, client: "DynamoDBClient") -> Visits:
        today = datetime.now(UTC).date()
        days = [today - timedelta(days=ago) for ago in reversed(range(self.history_days))]
        site = client.get_item(
            TableName=self.name,
            Key={"id": {"S": "site"}},
            ProjectionExpression=", ".join(["visits", *map(_attribute, days)]),
        ).get("Item", {})
        return Visits(
            source=f"{self.name} in {self.region}",
            total=self._number("site", site, "visits", self.start_count),
            days=[Day(day, self._number("site", site, _attribute(day), 0)) for day in days],
            pages=list(self._pages(client)),
        )

    def _pages(self, client: "DynamoDBClient") -> Iterator[Page]:
        answers = client.get_paginator("scan").paginate(
            TableName=self.name,
            ProjectionExpression="id, visits",
            PaginationConfig={"PageSize": _MOST_ITEMS},
        )
        for answer in answers:
            for item in answer["Items"]:
                key = cast("str", item["id"].get("S"))
                if key.startswith(_PAGE):
                    yield Page(key.removeprefix(_PAGE), self._number(key, item, "visits", 0))

    def _number(self, key: str, item: Mapping[str, Any], attribute: str, missing: int) -> int:
        """Return an attribute, which others may have set to anything."""
        if attribute not in item:
            return missing
        number = item[attribute].get("N", "")
        if not re.fullmatch(r"\d{1,16}", number, re.ASCII):
            message = (
                f"{attribute} of the item {key!a} in the table {self.name} is no count. Set it: "
                "docs/operations.md#setting-the-count"
            )
            raise UserError(message)
        return int(number)

    def _refusal(self, error: ClientError) -> str:
        match error.response.get("Error", {}).get("Code"):
            case "ResourceNotFoundException":
                return (
                    f"there is no table {self.name} in {self.region}. Is the stack deployed, and "
                    "do the AWS credentials belong to its account?"
                )
            case "AccessDeniedException":
                need = "They need dynamodb:GetItem and dynamodb:Scan"
                return f"the AWS credentials may not read the table {self.name}. {need}"
            case _:
                return f"AWS refuses to read the table {self.name} in {self.region}: {error}"


def _attribute(day: date) -> str:
    return f"d{(day - _EPOCH).days}"
