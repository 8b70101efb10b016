"""Finds lost protection of resources and their data."""

from collections.abc import Mapping

from pydantic import JsonValue

from counter_ops.gate.findings import Danger, Finding, code
from counter_ops.gate.preview_output import Preview, State, Step
from counter_ops.gate.values import is_unknown

# Inputs of AWS's resources that must stay on, or off.
_STAYS_ON = {
    "pointInTimeRecovery.enabled": "The data of an earlier moment could no longer be restored.",
    "deletionProtectionEnabled": "AWS would no longer refuse to delete it.",
    "deletionProtection": "AWS would no longer refuse to delete it.",
    "skipDestroy": "It would be deleted once it leaves the stack.",
}
_STAYS_OFF = {
    "cacheClusterEnabled": "A cache could answer visits, which would not be counted.",
    "settings.cachingEnabled": "A cache could answer visits, which would not be counted.",
    "forceDestroy": "It could be deleted with all of its contents.",
    "disableExecuteApiEndpoint": "Pages call this address, and it would no longer answer.",
}


def lost_safeguards(preview: Preview) -> list[Finding]:
    """Find resources that would lose their protection or their recovery."""
    return [
        finding
        for step in preview.steps
        if step.old and step.new
        for look in (_unprotected, _switched, _hidden)
        for finding in look(step, step.old, step.new)
    ]


def _unprotected(step: Step, old: State, new: State) -> list[Finding]:
    found: list[Finding] = []
    if old.protect and not new.protect:
        what = "would lose its `protect`"
        why = "The next deployment could delete or replace it."
        found.append(Finding(Danger.UNPROTECT, step, what, why))
    if old.retain_on_delete and not new.retain_on_delete:
        what = "would lose its `retainOnDelete`"
        why = "If the program no longer has it, it would be deleted."
        found.append(Finding(Danger.UNPROTECT, step, what, why))
    return found


def _switched(step: Step, old: State, new: State) -> list[Finding]:
    off = [
        Finding(Danger.SAFEGUARD, step, f"would have {code(path)} turned off", why)
        for path, why in _STAYS_ON.items()
        if _turns_off(path, old, new)
    ]
    on = [
        Finding(Danger.SAFEGUARD, step, f"would have {code(path)} turned on", why)
        for path, why in _STAYS_OFF.items()
        if not _is_on(_at(old.inputs, path)) and _may_be_on(_at(new.inputs, path))
    ]
    return off + on


def _hidden(step: Step, old: State, new: State) -> list[Finding]:
    path = "endpointConfiguration.types"
    before, after = str(_at(old.inputs, path)), str(_at(new.inputs, path))
    if "PRIVATE" in before or "PRIVATE" not in after:
        return []
    what = f"would have {code(path)} set to {code('PRIVATE')}"
    why = "Pages call this address, and only a private network would reach it."
    return [Finding(Danger.SAFEGUARD, step, what, why)]


def _turns_off(path: str, old: State, new: State) -> bool:
    after = _at(new.inputs, path)
    if _is_on(_at(old.inputs, path)):
        return not _is_on(after)
    # If it was turned on by hand, only the outputs have it, and it stays unless the program turns
    # it off.
    return _is_on(_at(old.outputs, path)) and after is not None and not _is_on(after)


def _is_on(value: JsonValue) -> bool:
    # The engine accepts the string as well as the boolean.
    return value in (True, "true")


def _may_be_on(value: JsonValue) -> bool:
    return _is_on(value) or is_unknown(value)


def _at(properties: Mapping[str, JsonValue], path: str) -> JsonValue:
    value: JsonValue = dict(properties)
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value
