"""What keeps a resource and its data from being lost, and must not be taken away."""

from collections.abc import Mapping

from pydantic import JsonValue

from gate.findings import Danger, Finding
from gate.preview import Preview, State, Step
from gate.values import is_unknown

# By the names that the resources of AWS give them.
_SWITCHES = {
    "pointInTimeRecovery.enabled": "Until it is on again, nobody can bring back the data of a "
    "moment in the past.",
    "deletionProtectionEnabled": "AWS would no longer refuse to delete it.",
    "deletionProtection": "AWS would no longer refuse to delete it.",
}


def lost_safeguards(preview: Preview) -> list[Finding]:
    """Find what would no longer be protected, or no longer be recoverable."""
    return [
        finding
        for step in preview.steps
        if step.old and step.new
        for finding in (*_unprotected(step, step.old, step.new), *_off(step, step.old, step.new))
    ]


def _unprotected(step: Step, old: State, new: State) -> list[Finding]:
    found: list[Finding] = []
    if old.protect and not new.protect:
        what = "would lose its `protect`"
        why = "The next deployment could delete or replace it."
        found.append(Finding(Danger.UNPROTECT, step, what, why))
    if old.retain_on_delete and not new.retain_on_delete:
        what = "would lose its `retainOnDelete`"
        why = "Taken out of the program, it would be deleted."
        found.append(Finding(Danger.UNPROTECT, step, what, why))
    return found


def _off(step: Step, old: State, new: State) -> list[Finding]:
    return [
        Finding(Danger.SAFEGUARD, step, f"would have `{path}` turned off", why)
        for path, why in _SWITCHES.items()
        if _turned_off(path, old, new)
    ]


def _turned_off(path: str, old: State, new: State) -> bool:
    after = _at(new.inputs, path)
    if _at(old.inputs, path) is True:
        return after is not True
    # Turned on by someone else, it is only in the outputs, and stays unless the program says no.
    return _at(old.outputs, path) is True and (after is False or is_unknown(after))


def _at(properties: Mapping[str, JsonValue], path: str) -> JsonValue:
    value: JsonValue = dict(properties)
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value
