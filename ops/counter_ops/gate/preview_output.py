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

# By what each operation of the engine does to the resource: `read` leaves it as it is.
# https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/step.go
_OPERATIONS = {
    "same": ["same"],
    "create": ["create"],
    "update": ["update"],
    "replace": ["replace", "create-replacement"],
    "delete": ["delete", "delete-replaced", "remove-pending-replace"],
    "import": ["import", "import-replacement", "read-replacement"],
    "read": ["read", "refresh", "discard", "discard-replaced"],
}
_WITHOUT_OLD = frozenset({"create", "import", "read", "refresh"})
_WITHOUT_NEW = frozenset({*_OPERATIONS["delete"], "discard", "discard-replaced", "refresh"})

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
    """A resource as it is or will be: a component if it isn't `custom`, only read if `external`."""

    urn: str | None = None
    custom: bool = True
    external: bool = False
    inputs: Map[JsonValue] = {}
    outputs: Map[JsonValue] = {}
    protect: bool = False
    keeps: bool = Field(default=False, alias="retainOnDelete")
    """Whether it stays in the cloud when it leaves the stack."""
    provider: str = ""
    property_dependencies: Map[List[str]] = {}
    """The URNs that each input comes from."""


class Step(_Model):
    """The change of one resource."""

    engine_operation: str = Field(alias="op")
    urn: Annotated[str, StringConstraints(pattern=_URN)]
    old: State | None = Field(None, alias="oldState")
    new: State | None = Field(None, alias="newState")
    diff_reasons: List[str] = []
    replace_reasons: List[str] = []
    detailed_diff: Map[JsonValue] = {}

    @property
    def operation(self) -> str | None:
        """What happens to the resource, None if the gate doesn't know the operation."""
        return next((key for key in _OPERATIONS if self.engine_operation in _OPERATIONS[key]), None)

    @property
    def stack(self) -> str:
        """The stack's name."""
        return self.urn.split("::")[0].removeprefix("urn:pulumi:")

    @property
    def type(self) -> str:
        """The resource's own type."""
        return type_of(self.urn)

    @property
    def name(self) -> str:
        """The name that the program gives it."""
        return self.urn.split("::", 3)[3]

    @property
    def states(self) -> list[State]:
        """The old and the new state, as far as there are any."""
        return [state for state in (self.old, self.new) if state]

    @property
    def is_component(self) -> bool:
        """Whether it is a component, which doesn't exist in the cloud."""
        return not any(state.custom for state in self.states)

    @model_validator(mode="after")
    def _has_its_states(self) -> "Step":
        required = [(self.old, "oldState", _WITHOUT_OLD), (self.new, "newState", _WITHOUT_NEW)]
        for state, key, without in required:
            if self.operation and state is None and self.engine_operation not in without:
                msg = f"a step to {self.engine_operation} has no {key}"
                raise ValueError(msg)
        if self.new and self.new.urn not in {None, self.urn}:
            msg = "its newState is of another resource"
            raise ValueError(msg)
        return self


class Diagnostic(_Model):
    """A report of the engine, a provider or the program."""

    severity: str
    message: str = ""


class Preview(_Model):
    """A preview of one stack."""

    config: Map[JsonValue] = {}
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
        msg = ""
        if not sum(self.counts.values()):
            msg = "it counts no resource at all, not even the stack"
        if len({step.stack for step in self.steps}) > 1:
            msg = "it has steps of several stacks"
        listed = Counter(step.engine_operation for step in self.steps)
        # As --show-replacement-steps lists replacements.
        listed["replace"] += listed["create-replacement"]
        for operation, count in self.counts.items():
            # These change nothing, and may be counted without being listed.
            if operation not in {"same", "read", "refresh"} and listed[operation] < count:
                msg = f"it counts {count} to {operation}, but lists {listed[operation]}"
        if msg:
            raise ValueError(msg)
        return self


def type_of(urn: str) -> str:
    """Return the type of a resource, without those of its parents."""
    return "".join(urn.split("::")[2:3]).rsplit("$", 1)[-1]


def read_preview(text: str) -> Preview:
    """Read the output of `pulumi preview --json`, or raise a PreviewError that says why not."""
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
