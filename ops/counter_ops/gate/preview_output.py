"""Reads the output of `pulumi preview --json` into types."""

from collections import Counter
from typing import Annotated, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    NonNegativeInt,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_camel

CREATIONS = frozenset({"create", "import"})
"""Operations that add a resource."""

DELETIONS = frozenset({"delete", "remove-pending-replace"})
"""Operations that remove a resource."""

REPLACEMENTS = frozenset(
    {"replace", "create-replacement", "delete-replaced", "import-replacement", "read-replacement"}
)
"""Operations that replace a resource."""

# Operations that keep the resource; `discard` only forgets one that isn't the stack's own.
# https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/step.go
_CHANGES = frozenset({"same", "update", "read", "refresh", "discard", "discard-replaced"})

KNOWN = CREATIONS | DELETIONS | REPLACEMENTS | _CHANGES
"""All operations that the gate knows."""

_WITHOUT_OLD = CREATIONS | {"read", "refresh"}
_WITHOUT_NEW = DELETIONS | {"delete-replaced", "discard", "discard-replaced", "refresh"}

# urn:pulumi:STACK::PROJECT::TYPES::NAME, with the types of the parents before the resource's own.
_URN = r"^urn:pulumi:[^:]+::[^:]+::[^\n]+?::[^\n]+$"

Value = TypeVar("Value")
# The engine writes null for an empty map or list.
Map = Annotated[dict[str, Value], BeforeValidator(lambda value: {} if value is None else value)]
List = Annotated[list[Value], BeforeValidator(lambda value: [] if value is None else value)]


class PreviewError(Exception):
    """The output isn't a preview that the gate can judge. The message says why."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, alias_generator=to_camel)


class State(_Model):
    """A resource, as it is or as it will be."""

    custom: bool = True
    """False for a component, which only groups resources."""
    inputs: Map[JsonValue] = {}
    outputs: Map[JsonValue] = {}
    protect: bool = False
    retain_on_delete: bool = False
    """Whether it stays in the cloud when it leaves the stack."""
    property_dependencies: Map[List[str]] = {}
    """The URNs that each input comes from."""


class PropertyDiff(_Model):
    """How a property changes: `add`, `delete`, `update`, or one of them with `-replace`."""

    kind: str


class Step(_Model):
    """The change of one resource."""

    operation: str = Field(alias="op")
    urn: Annotated[str, StringConstraints(pattern=_URN)]
    old: State | None = Field(None, alias="oldState")
    new: State | None = Field(None, alias="newState")
    diff_reasons: List[str] = []
    replace_reasons: List[str] = []
    detailed_diff: Map[PropertyDiff] = {}

    @property
    def stack(self) -> str:
        """The stack's name."""
        return self.urn.split("::")[0].removeprefix("urn:pulumi:")

    @property
    def type(self) -> str:
        """The resource's own type, without those of its parents."""
        return self.urn.split("::")[2].rsplit("$", 1)[-1]

    @property
    def name(self) -> str:
        """The name that the program gives it."""
        return self.urn.split("::", 3)[3]

    @property
    def is_component(self) -> bool:
        """Whether it is a component, which doesn't exist in the cloud."""
        return all(not state.custom for state in (self.old, self.new) if state)

    @property
    def changed(self) -> list[str]:
        """The properties that change."""
        return list(self.detailed_diff) or self.diff_reasons

    @property
    def forced_by(self) -> list[str]:
        """The properties that make it a replacement."""
        kinds = self.detailed_diff.items()
        return [path for path, diff in kinds if diff.kind.endswith("-replace")] or (
            self.replace_reasons
        )

    @model_validator(mode="after")
    def _has_its_states(self) -> "Step":
        if self.operation in KNOWN:
            if self.old is None and self.operation not in _WITHOUT_OLD:
                msg = f"a step to {self.operation} has no oldState"
                raise ValueError(msg)
            if self.new is None and self.operation not in _WITHOUT_NEW:
                msg = f"a step to {self.operation} has no newState"
                raise ValueError(msg)
        return self


class Diagnostic(_Model):
    """A report of the engine, a provider or the program."""

    severity: str
    message: str = ""


class Preview(_Model):
    """A preview of one stack."""

    steps: List[Step] = []
    counts: dict[str, NonNegativeInt] = Field(alias="changeSummary")
    """The number of steps by operation, including resources that aren't listed."""
    diagnostics: List[Diagnostic] = []

    @property
    def stack(self) -> str | None:
        """The stack's name, if there is a step."""
        return self.steps[0].stack if self.steps else None

    @property
    def errors(self) -> list[str]:
        """The reported errors."""
        return [each.message for each in self.diagnostics if each.severity == "error"]

    @property
    def is_whole(self) -> bool:
        """Whether every resource is listed, including unchanged ones."""
        listed = sum(step.operation == "same" for step in self.steps)
        return listed >= self.counts.get("same", 0)

    @model_validator(mode="after")
    def _does_not_contradict_itself(self) -> "Preview":
        if not sum(self.counts.values()):
            msg = "it counts no resource at all, not even the stack"
            raise ValueError(msg)
        if len({step.stack for step in self.steps}) > 1:
            msg = "it has steps of several stacks"
            raise ValueError(msg)
        listed = Counter(step.operation for step in self.steps)
        # As --show-replacement-steps lists replacements.
        listed["replace"] += listed["create-replacement"]
        for operation, count in self.counts.items():
            # These change nothing, and may be counted without being listed.
            if operation not in {"same", "read", "refresh"} and listed[operation] < count:
                msg = f"it counts {count} to {operation}, but lists {listed[operation]}"
                raise ValueError(msg)
        return self


def read_preview(text: str) -> Preview:
    """Read the output of `pulumi preview --json`.

    Raises:
        PreviewError: it isn't a preview, or it contradicts itself.

    """
    if not text.strip():
        msg = "it is empty"
        raise PreviewError(msg)
    try:
        return Preview.model_validate_json(text)
    except ValidationError as error:
        # Without the input, which may hold secrets.
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        reason = first["msg"].removeprefix("Value error, ")
        msg = f"{where}: {reason}" if where else reason
        raise PreviewError(msg) from None
