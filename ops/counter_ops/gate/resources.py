"""What belongs to the stack itself, as far as its preview shows it."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from pydantic import JsonValue

from counter_ops.gate.contract import new_routes
from counter_ops.gate.preview_output import Preview, Step, type_of
from counter_ops.gate.values import Path, at, is_secret, is_unknown

_API, _STAGE = "aws:apigateway/restApi:RestApi", "aws:apigateway/stage:Stage"
_ACCOUNT = re.compile(r"arn:[^:\s]*:[^:\s]*:[^:\s]*:([0-9]{12}):")


@dataclass(frozen=True)
class Own:
    """What a value must be: one of some attributes of a resource of a type, or `below` one."""

    type: str
    attributes: Sequence[str]
    below: bool = False

    def fits(self, value: str, step: Step) -> bool:
        """Tell whether a value is that of a resource."""
        old = step.old.outputs if step.old and step.operation != "replace" else {}
        new = step.new.inputs if step.new else {}
        known = [values.get(name) for values in (old, new) for name in self.attributes]
        known = [
            each for each in known if each and isinstance(each, str) and step.type == self.type
        ]
        return any(value.startswith(f"{each}/") if self.below else value == each for each in known)


class Resources:
    """The resources of a preview."""

    def __init__(self, preview: Preview, stage: str) -> None:
        """Look at a preview. Without a stage of this name, a first deployment isn't finished."""
        custom = [step for step in preview.steps if not step.is_component]
        olds = [step for step in custom if step.old and not step.old.external]
        only_creates = {step.operation for step in preview.steps} <= {"create", "same", "read"}
        makes_stage = any(step.urn.endswith(f"::{stage}") for step in custom if not step.old)
        unfinished = makes_stage and all(step.type != _STAGE for step in olds)
        self.is_first = only_creates and (unfinished or (preview.is_whole and not olds))
        self._is_whole = preview.is_whole
        self._listed = {step.urn for step in preview.steps}
        kept = (
            step for step in custom if step.operation in {"same", "update", "create", "replace"}
        )
        self._own = {
            step.urn: step for step in kept if not any(state.external for state in step.states)
        }

    @cached_property
    def new_routes(self) -> set[str]:
        """Return what the API gets in this update, as method settings name it."""
        apis = [step for step in self._own.values() if step.type == _API and step.old]
        bodies = [[state.inputs.get("body") for state in step.states] for step in apis]
        return {route for old, new in bodies for route in new_routes(old, new)}

    def include(self, own: Own, value: JsonValue, sources: Sequence[str]) -> bool:
        """Tell whether a value is the stack's own, given the URNs that it comes from.

        One that isn't known yet is, if it comes from own resources only, one of the type among
        them, and one of them changes too. Where unchanged resources aren't listed, a known one is,
        if it comes from one of those and has the account's number that the others have.
        """
        of_type = [urn for urn in sources if type_of(urn) == own.type]
        if is_unknown(value):
            steps = [self._own.get(urn) for urn in sources if not self._is_hidden(urn)]
            are_own = bool(of_type) and None not in steps
            return are_own and any(step and step.operation != "same" for step in steps)
        if not isinstance(value, str) or any(own.fits(value, each) for each in self._own.values()):
            return isinstance(value, str)
        accounts = set(_ACCOUNT.findall(value))
        is_arn = all(name.lower().endswith("arn") for name in own.attributes)
        is_shown = not is_secret(value) and (bool(accounts) or not is_arn)
        are_known = accounts <= (self._accounts or accounts)
        return any(map(self._is_hidden, of_type)) and is_shown and are_known

    def others(self, step: Step, path: Path) -> list[JsonValue]:
        """Return a property of all other resources of a resource's type."""
        others = [each for each in self._own.values() if each.urn != step.urn]
        of_type = [each for each in others if each.type == step.type]
        return [at(dict(state.inputs), path) for each in of_type for state in each.states]

    def _is_hidden(self, urn: str) -> bool:
        """Tell whether it may be an unchanged resource that isn't listed."""
        return not self._is_whole and urn not in self._listed

    @cached_property
    def _accounts(self) -> set[str]:
        outputs = [step.old.outputs for step in self._own.values() if step.old]
        return set(_ACCOUNT.findall(json.dumps(outputs)))
