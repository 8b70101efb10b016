"""Finds what a step changes: by its states first, then by what the engine says about them."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from pydantic import JsonValue

from counter_ops.gate.preview_output import SECRET, UNKNOWN, State, Step

Path = tuple[str, ...]
"""The keys to a property, and `[0]` for an entry of a list."""


@dataclass(frozen=True)
class Change:
    """A property that changes, an option of the resource below `options`, or the operation."""

    path: Path
    old: JsonValue
    new: JsonValue
    why: str = ""
    """What is wrong with the new value."""

    @property
    def where(self) -> str:
        """The path as people write it, with quotes around a key that has dots or quotes."""
        keys = (json.dumps(key) if {".", '"'} & {*key} else key for key in self.path)
        return ".".join(keys).replace(".[", "[")

    @property
    def becomes(self) -> str:
        """What an entry must say of the new value: its hash, or why the preview doesn't show it."""
        hidden = {canonical(SECRET): "secret", canonical(UNKNOWN): "unknown"}
        new = canonical(self.new)
        return hidden.get(new) or sha256(new.encode()).hexdigest()

    def hidden(self) -> Iterator["Change"]:
        """Return the parts of the new value that a preview doesn't show."""
        new = dict(enumerate(self.new)) if isinstance(self.new, list) else self.new
        if new in (SECRET, UNKNOWN):
            yield self
        for key, each in new.items() if isinstance(new, dict) else ():
            name = key if isinstance(key, str) else f"[{key}]"
            yield from Change((*self.path, name), None, each, self.why).hidden()


def canonical(value: object) -> str:
    """Return the one JSON text of a value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def at(value: JsonValue, path: Path) -> JsonValue:
    """Return the part of a value at a path, None if there is none."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def changes_of(step: Step) -> Iterator[Change]:
    """Return the changes of a step, also of secrets and of what changed outside of the stack."""
    old, new = step.old or State(), step.new or State()
    reasons = [*step.detailed_diff, *step.diff_reasons, *step.replace_reasons]
    named = {re.split(r"[.\[]", each, maxsplit=1)[0] for each in reasons}
    for key in sorted({*old.inputs, *new.inputs, *named}):
        change = Change((key,), old.inputs.get(key), new.inputs.get(key))
        found = list(_leaves(change, secrets=key in named))
        if not found and key in named:
            found = [Change((key,), old.outputs.get(key), change.new)]
        yield from found
    yield from _leaves(Change(("options",), old.options, new.options))
    if old.urn not in {None, step.urn}:
        yield Change(("options", "urn"), old.urn, step.urn)


def _leaves(change: Change, *, secrets: bool = False) -> Iterator[Change]:
    """Compare two values down to what is no object. All secrets in them may have changed."""
    old, new = change.old or {}, change.new
    if isinstance(old, dict) and isinstance(new, dict) and (old or new):
        for key in sorted({*old, *new}):
            each = Change((*change.path, key), old.get(key), new.get(key))
            yield from _leaves(each, secrets=secrets)
    elif canonical(change.old) != canonical(new) or (secrets and SECRET in canonical(new)):
        yield change
