"""What `pulumi preview --json` prints, read into types."""

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
"""The operations after which there is one resource more."""

DELETIONS = frozenset({"delete", "remove-pending-replace"})
"""The operations after which there is one resource less."""

REPLACEMENTS = frozenset(
    {"replace", "create-replacement", "delete-replaced", "import-replacement", "read-replacement"}
)
"""The operations after which a resource is another one."""

# Those that leave the resource what it is; `discard` only forgets one that isn't the stack's own.
# https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/step.go
_CHANGES = frozenset({"same", "update", "read", "refresh", "discard", "discard-replaced"})

KNOWN = CREATIONS | DELETIONS | REPLACEMENTS | _CHANGES
"""All operations of which the gate knows what they do."""

_WITHOUT_OLD = CREATIONS | {"read", "refresh"}
_WITHOUT_NEW = DELETIONS | {"delete-replaced", "discard", "discard-replaced", "refresh"}

# urn:pulumi:STACK::PROJECT::TYPES::NAME, where types of parents stand before the own one.
_URN = r"^urn:pulumi:[^:]+::[^:]+::[^\n]+?::[^\n]+$"

Value = TypeVar("Value")
# The engine writes null for what is empty.
Map = Annotated[dict[str, Value], BeforeValidator(lambda value: {} if value is None else value)]
List = Annotated[list[Value], BeforeValidator(lambda value: [] if value is None else value)]


class PreviewError(Exception):
    """Says why something isn't a preview that can be judged."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, alias_generator=to_camel)


class State(_Model):
    """A resource, as it is or as it will be."""

    custom: bool = True
    """False for a component, which groups resources and is nothing in the cloud."""
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
    """What happens to one resource."""

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
        """Whether it is nothing in the cloud."""
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
    """What the engine, a provider or the program reported."""

    severity: str
    message: str = ""


class Preview(_Model):
    """A preview of one stack."""

    steps: List[Step] = []
    counts: dict[str, NonNegativeInt] = Field(alias="changeSummary")
    """How often there is each operation, also of resources that aren't listed."""
    diagnostics: List[Diagnostic] = []

    @property
    def stack(self) -> str | None:
        """The stack's name, if anything tells it."""
        return self.steps[0].stack if self.steps else None

    @property
    def errors(self) -> list[str]:
        """What was reported as an error."""
        return [each.message for each in self.diagnostics if each.severity == "error"]

    @property
    def is_whole(self) -> bool:
        """Whether each resource of the stack is listed, even if nothing happens to it."""
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
        # With --show-replacement-steps.
        listed["replace"] += listed["create-replacement"]
        for operation, count in self.counts.items():
            # These may be counted without being listed, and change nothing.
            if operation not in {"same", "read", "refresh"} and listed[operation] < count:
                msg = f"it counts {count} to {operation}, but lists {listed[operation]}"
                raise ValueError(msg)
        return self


def read_preview(text: str) -> Preview:
    """Read the output of `pulumi preview --json`.

    Raises:
        PreviewError: if it isn't one, or contradicts itself.

    """
    if not text.strip():
        msg = "it is empty"
        raise PreviewError(msg)
    try:
        return Preview.model_validate_json(text)
    except ValidationError as error:
        # Never the input itself, which the error has as well.
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        reason = first["msg"].removeprefix("Value error, ")
        msg = f"{where}: {reason}" if where else reason
        raise PreviewError(msg) from None
