"""The list of allowed changes: what a review let pass."""

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path as File
from typing import Annotated, Literal

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from counter_ops.gate.findings import Demand
from counter_ops.gate.preview_output import Step
from counter_ops.gate.values import digest
from counter_ops.project import PROJECT

ALLOWED = PROJECT / "allowed-changes.yaml"
"""The list. It is the owner's, like the stack files beside it."""
LONGEST = timedelta(days=90)
"""The longest time until an entry expires."""

_MARKS = ("secret", "unknown")

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Texts = Annotated[
    tuple[_Text, ...], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)
]
_Becomes = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64}|secret|unknown)$")]


class AllowedError(Exception):
    """The list of allowed changes is invalid. The message says why."""


class Allowed(BaseModel):
    """A change that may pass: an operation, or new values of some properties."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    urn: _Texts = ()
    type: _Text | None = None
    name: _Texts = ()
    operation: Literal["create", "update", "replace", "delete", "import", "read"] | None = None
    properties: tuple[_Text, ...] = ()
    becomes: _Becomes | dict[str, _Becomes] | None = None
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
        return not isinstance(self.becomes, dict) or stack in self.becomes

    def meets(self, step: Step, demands: Sequence[Demand]) -> list[Demand]:
        """Return what it allows of the demands of a step."""
        if step.urn not in self.urn and (step.type != self.type or step.name not in self.name):
            return []
        operation = "" if self.operation == step.operation else None
        named = [each for each in demands if each.where in {operation, *self.properties}]
        becomes = (
            self.becomes.get(step.stack, "") if isinstance(self.becomes, dict) else self.becomes
        )
        return [each for value, group in _groups(step, named) if value == becomes for each in group]

    @model_validator(mode="after")
    def _names_one_change(self) -> "Allowed":
        becomes = [*self.becomes.values()] if isinstance(self.becomes, dict) else [self.becomes]
        msg = ""
        if bool(self.urn) == bool(self.type and self.name) or bool(self.type) != bool(self.name):
            msg = "it needs either urn, or type and name"
        elif bool(self.operation) == bool(self.properties):
            msg = "it needs either operation or properties"
        elif (self.becomes is None) != (self.operation == "delete"):
            msg = "it needs becomes, unless the operation is delete"
        elif self.operation and {*becomes} & {*_MARKS}:
            msg = "only properties can become secret or unknown"
        if msg:
            raise ValueError(msg)
        return self


def entries_for(refused: Iterable[tuple[Step, Sequence[Demand]]]) -> list[dict[str, object]]:
    """Return the entries that would allow some demands. People add the reason and the last day."""
    found: dict[str, dict[str, object]] = {}
    names: dict[str, list[str]] = {}
    for step, demands in refused:
        for becomes, group in _groups(step, demands):
            change: dict[str, object] = {"properties": [each.where for each in group]}
            if not group[0].where:
                change = {"operation": step.operation}
            if becomes:
                change["becomes"] = becomes if becomes in _MARKS else {step.stack: becomes}
            key = json.dumps([step.type, change])
            names.setdefault(key, []).append(step.name)
            name = names[key] if len(names[key]) > 1 else step.name
            found[key] = {"type": step.type, "name": name, **change, "reason": "", "expires": ""}
    return list(found.values())


def _groups(step: Step, demands: Sequence[Demand]) -> Iterator[tuple[str | None, list[Demand]]]:
    """Group what one entry can allow, with what that entry says it becomes."""
    whole = [each for each in demands if not each.where and step.operation]
    for each in whole:
        yield None if step.operation == "delete" else digest(each.value), [each]
    known = [each for each in demands if each.where and not each.hidden]
    if known:
        yield digest({each.where: each.value for each in known}), known
    for mark in _MARKS:
        marked = [each for each in demands if each.hidden == mark]
        if marked:
            yield mark, marked


def read_allowed(path: File, today: date) -> Sequence[Allowed]:
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
    late = next((each for each in entries if each.expires > today + LONGEST), None)
    if late:
        msg = (
            f"{path.name}: the {late} expires on {late.expires}, more than {LONGEST.days} days "
            f"ahead; the latest is {today + LONGEST}"
        )
        raise AllowedError(msg)
    return entries
