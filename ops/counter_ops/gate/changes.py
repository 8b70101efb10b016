"""Finds what a step changes: by its states first, then by what the engine says about them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import JsonValue

from counter_ops.gate.preview_output import State, Step
from counter_ops.gate.values import SIGNATURE, Path, at, hidden, same

# The provider that the engine makes from the stack's config.
DEFAULT_PROVIDER = re.compile(r"[^$]*::pulumi:providers:aws::default(_\d+)*(::[^:]*)?")


@dataclass(frozen=True)
class Change:
    """A property that changes, or an option of the resource below `options`."""

    path: Path
    old: JsonValue = None
    new: JsonValue = None

    @property
    def where(self) -> str:
        """The path as people write it."""
        return ".".join(self.path).replace(".[", "[")


def changes(old: JsonValue, new: JsonValue, path: Path = ()) -> Iterator[Change]:
    """Compare two values down to what is no object. Lists change as a whole."""
    if same(old, new):
        return
    sides = [each for each in (old, new) if each is not None]
    if any(sides) and all(isinstance(each, dict) and SIGNATURE not in each for each in sides):
        before, after = (each if isinstance(each, dict) else {} for each in (old, new))
        for key in sorted({*before, *after} - {"__defaults"}):
            yield from changes(before.get(key), after.get(key), (*path, key))
    else:
        yield Change(path, old, new)


def changes_of(step: Step) -> list[Change]:
    """Return the changes of a step, also of secrets and of what changed outside of the stack."""
    old, new = step.old or State(), step.new or State()
    found = [
        change
        for key in sorted({*old.inputs, *new.inputs} - {"__defaults"})
        for change in changes(old.inputs.get(key), new.inputs.get(key), (key,))
    ]
    shown = {change.path[0] for change in found}
    reasons = [re.split(r"[.\[]", each, maxsplit=1)[0] for each in step.detailed_diff]
    for name in dict.fromkeys([*reasons, *step.diff_reasons, *step.replace_reasons]):
        value = new.inputs.get(name)
        secrets = [(name, *path) for path, why in hidden(value).items() if why == "secret"]
        for path in [(name,)] if name not in shown else secrets:
            if not any(path[: len(each.path)] == each.path for each in found):
                outputs, inputs = dict(old.outputs), dict(new.inputs)
                found.append(Change(path, at(outputs, path), at(inputs, path)))
    foreign = new.provider not in {"", old.provider} and not DEFAULT_PROVIDER.fullmatch(
        new.provider
    )
    options = [
        ("protect", old.protect, new.protect, old.protect > new.protect),
        ("retainOnDelete", old.keeps, new.keeps, old.keeps > new.keeps),
        ("urn", old.urn, step.urn, old.urn not in {None, step.urn}),
        ("provider", old.provider or None, new.provider, foreign),
    ]
    return found + [Change(("options", each[0]), each[1], each[2]) for each in options if each[3]]
