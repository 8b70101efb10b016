"""What belongs to the stack itself, as far as its preview shows it."""

import re
from collections.abc import Sequence

from pydantic import JsonValue

from counter_ops.gate.changes import Path, at, canonical
from counter_ops.gate.preview_output import SECRET, UNKNOWN, Preview, Step, type_of

_STAGE = "aws:apigateway/stage:Stage"
_ACCOUNT = re.compile(r"arn:[^:\s]*:[^:\s]*:[^:\s]*:([0-9]{12}):")


class Resources:
    """The resources of a preview."""

    def __init__(self, preview: Preview, stage: str) -> None:
        """Look at a preview. Without a stage of this name, a first deployment isn't finished."""
        states = [state for step in preview.steps for state in step.states]
        own = [
            step
            for step in preview.steps
            if not step.is_component and not any(state.external for state in step.states)
        ]
        self.is_first = (
            all(step.operation in {"create", "same", "read"} for step in preview.steps)
            and any(step.urn.split("::", 2)[2] == stage and not step.old for step in own)
            and not any(step.type == _STAGE and step.old for step in own)
        )
        kept = {"same", "update", "create", "replace"}
        self._own = {step.urn: step for step in own if step.operation in kept}
        self._listed = {step.urn for step in preview.steps}
        shown = canonical([(state.inputs, state.outputs) for state in states])
        self._trusts_sources = preview.unlisted("same") > 0 and len({*_ACCOUNT.findall(shown)}) <= 1

    def values(self, kind: str, names: Sequence[str]) -> list[JsonValue]:
        """Return some attributes of all own resources of a type, as far as they are shown."""
        olds = [
            step.old.outputs for step in self._of(kind) if step.old and step.operation != "replace"
        ]
        news = [step.new.inputs for step in self._of(kind) if step.new]
        found = [each.get(name) for each in (*olds, *news) for name in names]
        return [each for each in found if each not in (None, SECRET, UNKNOWN)]

    def vouch(self, kind: str, value: JsonValue, sources: Sequence[str]) -> bool:
        """Tell whether the URNs that a value comes from show that it is the stack's own.

        One that isn't known yet is, if it comes from own resources only, and one of the type among
        them changes too. Where unchanged resources aren't listed, a known one is, if it comes from
        one of those, and the whole preview shows one account.
        """
        if value == UNKNOWN:
            steps = [self._own.get(urn) for urn in sources]
            changing = {step.type for step in steps if step and step.operation != "same"}
            return None not in steps and kind in changing
        of_type = [urn for urn in sources if type_of(urn) == kind]
        is_unlisted = self._trusts_sources and not self._listed.issuperset(of_type)
        return is_unlisted and isinstance(value, str) and value != SECRET

    def others(self, step: Step, path: Path) -> list[JsonValue]:
        """Return a property of all other resources of a resource's type."""
        others = [each for each in self._of(step.type) if each.urn != step.urn]
        return [at(state.inputs, path) for each in others for state in each.states]

    def _of(self, kind: str) -> list[Step]:
        return [step for step in self._own.values() if step.type == kind]
