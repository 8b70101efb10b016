"""Reads the output of `pulumi preview --json`, with values as plain JSON."""

import json
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, ValidationError
from pydantic.alias_generators import to_camel

from counter_ops.errors import first_problem

# urn:pulumi:STACK::PROJECT::TYPES::NAME, with the types of the parents before the resource's own.
_URN = r"^urn:pulumi:[^:]+::[^:]+::[^\n]+?::[^\n]+$"

# The engine's mark for a value that isn't known before the update, its key for special objects such
# as files, and the value of that for a secret.
# https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/plugin/rpc.go
# https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/sig/sig.go
_UNKNOWN_MARK = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET_MARK = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 -- a mark, no secret

UNKNOWN = "(known after the update)"
SECRET = "[secret]"  # noqa: S105 -- as the CLI prints one


def plain(value: JsonValue) -> JsonValue:
    """Return a value with texts for what isn't shown, and with JSON texts parsed, such as policies.

    Names of defaults, and where a file lies, are left out.
    """
    if isinstance(value, dict):
        left_out = "path" if _SIGNATURE in value else "__defaults"
        parts = {key: plain(each) for key, each in value.items() if key != left_out}
        return SECRET if parts.get(_SIGNATURE) == _SECRET_MARK else parts
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, str) and value.lstrip().startswith(("{", "[")):
        try:
            return plain(json.loads(value, object_pairs_hook=_plain_object))
        except (ValueError, RecursionError):
            return value
    return UNKNOWN if value == _UNKNOWN_MARK else value


def _plain_object(pairs: list[tuple[str, JsonValue]]) -> JsonValue:
    # Readers may not agree on what an object says that has a key twice. A key without a value would
    # look like none, and one of the engine's keys would hide what is beside or below it.
    found, hides = dict(pairs), {"__defaults", _SIGNATURE}
    if len(found) < len(pairs) or None in found.values() or hides & found.keys():
        raise ValueError
    return found


Value = TypeVar("Value")
# The engine writes null for an empty map or list.
Map = Annotated[dict[str, Value], BeforeValidator(lambda value: {} if value is None else value)]
List = Annotated[list[Value], BeforeValidator(lambda value: [] if value is None else value)]
Properties = Annotated[Map[JsonValue], BeforeValidator(plain)]


class PreviewError(Exception):
    """The output isn't a preview that the gate can judge. The message says why."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, alias_generator=to_camel)


class State(_Model):
    """A resource as it is or will be: a component if it isn't `custom`, only read if `external`."""

    urn: str | None = None
    custom: bool = True
    external: bool = False
    inputs: Properties = {}
    outputs: Properties = {}
    protect: bool = False
    retain_on_delete: bool = False
    provider: str = ""
    property_dependencies: Map[List[str]] = {}
    """The URNs that each input comes from."""

    @property
    def options(self) -> dict[str, JsonValue]:
        """What Pulumi does with it."""
        flags = {"protect": self.protect, "retainOnDelete": self.retain_on_delete}
        return {**{key: on for key, on in flags.items() if on}, "provider": self.provider}


class Step(_Model):
    """The change of one resource."""

    operation: str = Field(alias="op")
    urn: str = Field(pattern=_URN)
    old: State | None = Field(None, alias="oldState")
    new: State | None = Field(None, alias="newState")
    diff_reasons: List[str] = []
    replace_reasons: List[str] = []
    detailed_diff: Map[JsonValue] = {}

    @property
    def stack(self) -> str:
        """The stack's name."""
        return self.urn.split(":")[2]

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


class Preview(_Model):
    """A preview of one stack."""

    config: Map[JsonValue] = {}
    steps: List[Step] = []
    counts: dict[str, int] = Field(alias="changeSummary")
    """The number of steps by operation, including resources that aren't listed."""
    diagnostics: List[dict[str, JsonValue]] = []

    @property
    def stack(self) -> str | None:
        """The stack's name, if there is a step."""
        return self.steps[0].stack if self.steps else None

    @property
    def errors(self) -> list[str]:
        """The reported errors."""
        errors = [each for each in self.diagnostics if each.get("severity") == "error"]
        return [str(each.get("message", "")) for each in errors]

    def unlisted(self, operation: str) -> int:
        """Return how many steps of an operation are counted, but not listed."""
        listed = sum(step.operation == operation for step in self.steps)
        return max(0, self.counts.get(operation, 0) - listed)


def type_of(urn: str) -> str:
    """Return the type of a resource, without those of its parents."""
    return "".join(urn.split("::")[2:3]).rsplit("$", 1)[-1]


def read_preview(text: str) -> Preview:
    """Read the output of `pulumi preview --json`, or raise a PreviewError that says why not."""
    try:
        return Preview.model_validate_json(text)
    except ValidationError as error:
        raise PreviewError(first_problem(error)) from None
