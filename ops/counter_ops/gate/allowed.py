"""The exceptions: dangerous changes that a review allowed."""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import (
    BaseModel,
    ConfigDict,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from counter_ops.gate.findings import Danger, Finding
from counter_ops.project import PROJECT

ALLOWED = PROJECT / "allowed-changes.yaml"
"""The list of exceptions. It is the owner's, like the stack files beside it."""

LONGEST = timedelta(days=90)
"""The longest time until an exception expires."""

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class AllowedError(Exception):
    """The list of allowed changes is invalid. The message says why."""


class Allowed(BaseModel):
    """One dangerous change to one resource that may pass."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    urn: _Text | None = None
    type: _Text | None = None
    name: _Text | None = None
    change: Literal["delete", "replace", "unprotect", "safeguard", "access"]
    allows: list[_Text] = []
    """For `access`, the details in the verdict, word for word."""
    reason: _Text
    expires: date
    """The last day (UTC) on which it may pass."""

    def __str__(self) -> str:
        """Name the resource and the change."""
        return f"{self.change} of {self.urn or f'{self.type} {self.name}'}"

    def matches(self, finding: Finding) -> bool:
        """Tell whether it allows this finding."""
        step = finding.step
        named = (
            self.urn == step.urn if self.urn else (self.type, self.name) == (step.type, step.name)
        )
        seen = {*finding.details} <= {*self.allows}
        return named and self.change == finding.danger and seen

    @model_validator(mode="after")
    def _names_one_change(self) -> "Allowed":
        by_name = self.type is not None and self.name is not None
        if (self.urn is None) != by_name or (self.urn and (self.type or self.name)):
            msg = "it needs either urn, or type and name"
            raise ValueError(msg)
        if (self.change == Danger.ACCESS) != bool(self.allows):
            msg = "it needs allows if the change is access, and only then"
            raise ValueError(msg)
        return self


def read_allowed(path: Path, today: date) -> Sequence[Allowed]:
    """Read the list, if there is one.

    Raises:
        AllowedError: names the invalid entry, and why it is invalid.

    """
    if not path.exists():
        return []
    try:
        listed: object = yaml.safe_load(path.read_text(encoding="utf-8")) or []
        entries = TypeAdapter(list[Allowed]).validate_python(listed)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        msg = f"{path.name} isn't YAML: {error}"
        raise AllowedError(msg) from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        index, *keys = first["loc"] or ("",)
        where = f", entry {index + 1}" if isinstance(index, int) else ""
        where += "".join(f", {key}" for key in keys)
        msg = f"{path.name}{where}: {first['msg'].removeprefix('Value error, ')}"
        raise AllowedError(msg) from error
    for entry in entries:
        if entry.expires > today + LONGEST:
            msg = (
                f"{path.name}: the {entry} expires on {entry.expires}, "
                f"more than {LONGEST.days} days ahead; the latest is {today + LONGEST}"
            )
            raise AllowedError(msg)
    return entries
