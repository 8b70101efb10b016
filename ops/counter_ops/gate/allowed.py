"""The list of allowed changes: what a review let pass."""

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from counter_ops.errors import first_problem
from counter_ops.gate.changes import Change, canonical
from counter_ops.gate.preview_output import Step
from counter_ops.project import PROJECT

ALLOWED = PROJECT / "allowed-changes.yaml"
"""The list. It is the owner's, like the stack files beside it."""
LONGEST = timedelta(days=90)
"""The longest time until an entry expires."""

_Text = Annotated[str, Field(min_length=1)]
_Texts = Annotated[
    tuple[_Text, ...], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)
]
_Becomes = Annotated[str, Field(pattern=r"^([0-9a-f]{64}|secret|unknown)$")]


class AllowedError(Exception):
    """The list of allowed changes is invalid. The message says why."""


class Allowed(BaseModel):
    """A change that may pass: an operation, or new values of some properties."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    urn: _Texts = ()
    type: _Text | None = None
    name: _Texts = ()
    operation: _Text | None = None
    properties: _Texts = ()
    becomes: _Becomes | dict[str, _Becomes]
    """The hash of the new value, `secret` or `unknown`, or one for each stack."""
    reason: _Text
    expires: date
    """The last day (UTC) on which it may pass."""

    def __str__(self) -> str:
        """Name the resources and the change."""
        which = ", ".join(self.urn) or f"{self.type} {', '.join(self.name)}"
        return f"{self.operation or ', '.join(self.properties)} of {which}"

    def is_for(self, stack: str | None) -> bool:
        """Tell whether it may allow something in a stack."""
        if isinstance(self.becomes, dict) and stack not in self.becomes:
            return False
        return not self.urn or any(each.startswith(f"urn:pulumi:{stack}::") for each in self.urn)

    def meets(self, step: Step, demand: Change) -> bool:
        """Tell whether it allows what a step demands."""
        is_named = step.urn in self.urn or (step.type == self.type and step.name in self.name)
        is_listed = demand.where in {self.operation, *self.properties}
        becomes = self.becomes.get(step.stack) if isinstance(self.becomes, dict) else self.becomes
        return is_named and is_listed and becomes == demand.becomes

    @model_validator(mode="after")
    def _names_one_change(self) -> "Allowed":
        has_name, has_operation = bool(self.type and self.name), bool(self.operation)
        if bool(self.urn) == has_name or bool(self.properties) == has_operation:
            msg = "it needs type and name, or else urn; and operation, or else properties"
            raise ValueError(msg)
        return self


def entries_for(demands: Iterable[tuple[Step, Change]]) -> list[dict[str, Any]]:
    """Return the entries that would allow some demands. People add the reason and the last day."""
    found: dict[str, dict[str, Any]] = {}
    for step, demand in demands:
        is_operation = demand.where == step.operation
        entry: dict[str, Any] = {
            "type": step.type,
            "name": [],
            **({"operation": demand.where} if is_operation else {"properties": [demand.where]}),
            "becomes": {step.stack: demand.becomes},
            "reason": "",
            "expires": "",
        }
        found.setdefault(canonical(entry), entry)["name"].append(step.name)
    return list(found.values())


def read_allowed(path: Path, today: date) -> list[Allowed]:
    """Read the list, if there is one.

    Raises:
        AllowedError: names the invalid entry, and why it is invalid.

    """
    latest = today + LONGEST
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        entries = TypeAdapter(list[Allowed]).validate_python(yaml.safe_load(text) or [])
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        msg = f"{path.name} isn't YAML: {error}"
        raise AllowedError(msg) from error
    except ValidationError as error:
        msg = f"{path.name}: {first_problem(error)}"
        raise AllowedError(msg) from error
    for each in entries:
        if each.expires > latest:
            msg = f"{path.name}: the {each} expires after {latest}, {LONGEST.days} days ahead"
            raise AllowedError(msg)
    return entries
