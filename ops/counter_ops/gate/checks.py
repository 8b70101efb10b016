"""What the phrases of table.yaml mean."""

import json
import re
from collections.abc import Sequence

from pydantic import JsonValue

from counter_ops.gate.changes import Change, at
from counter_ops.gate.preview_output import SECRET, UNKNOWN, State, Step
from counter_ops.gate.resources import Resources

# No number of the table comes near it. NaN is not less than it.
_HUGE = 1e15


def refusal(rule: Sequence[str], change: Change, step: Step, resources: Resources) -> str | None:
    """Say what is wrong with a property's new value, if anything is."""
    if change.new is None:
        is_optional = rule == ("anything",) or "or nothing" in rule
        return None if is_optional else "may not be taken away"
    broken = (each for each in rule if not holds(each, change, step, resources))
    return next((f"must be {each}" for each in broken), None)


def holds(  # noqa: C901, PLR0911, PLR0912 -- a case for each phrase
    phrase: str, change: Change, step: Step, resources: Resources
) -> bool:
    """Tell whether a phrase is true of a new value."""
    path, old, new = change.path, change.old, change.new
    text, before, after = _text(new), _number(old), _number(new)
    inputs = step.old.inputs if step.old else None
    match phrase.split():
        case ["anything"] | ["or", "nothing"]:
            return True
        case ["a", "secret"]:
            return new == SECRET
        case ["one", "of", *values]:
            return text in values
        case ["like", pattern]:
            return text is not None and bool(re.fullmatch(pattern, text))
        case ["entries", "like", pattern, "and", "one", "stays"]:
            then, now = ((_text(each) or "").split(",") for each in (old, new))
            plain = all(each in then or re.fullmatch(pattern, each) for each in now)
            return plain and not {*filter(None, now)}.isdisjoint(then)
        case ["from", low, "to", high]:
            return after is not None and float(low) <= after <= float(high)
        case ["between", "half", "and", "double"]:
            return bool(before and after and 0 < before / 2 <= after <= before * 2)
        case ["more", "than", "before"]:
            # 0 has meanings of its own, such as logs that are kept forever.
            return bool(before and after and before < after)
        case ["the", _, "own", kind, *names] | ["below", "the", _, "own", kind, *names]:
            known = resources.values(kind, names)
            below = phrase.startswith("below")
            if below:
                known = [new for each in known if (text or "").startswith(f"{each}/")]
            sources = (step.new or State()).property_dependencies.get(path[0], [])
            values = new if isinstance(new, list) else [new]
            # An unlisted resource vouches for an attribute, and for no text that begins with one.
            vouched = not below or new == UNKNOWN
            own = (
                each in known or (vouched and resources.vouch(kind, each, sources))
                for each in values
            )
            return bool(values) and all(own)
        case ["no", "other's"]:
            return new not in resources.others(step, path)
        case ["of", "the", "alarm", name]:
            return step.name == name
        case ["in", "an", "old", "part"]:
            return at(inputs, path[:-1]) is not None
        case ["in", "a", "new", "path"]:
            return at(inputs, path[:3]) is None
        case ["as", "in", "an", "old", "path"]:
            items = _parts(at(inputs, path[:2]))
            return new in [at(each, path[4:]) for item in items for each in _parts(item)]
        case _:
            msg = f"{phrase!r} in the gate's table has no meaning"
            raise ValueError(msg)


def _text(value: JsonValue) -> str | None:
    """Return what is shown and has no parts as text."""
    has_parts = isinstance(value, list | dict) and value
    if value in (None, SECRET, UNKNOWN) or has_parts:
        return None
    return value if isinstance(value, str) else json.dumps(value)


def _number(value: JsonValue) -> float | None:
    """Return a number, or the one in a text."""
    if isinstance(value, str):
        return int(value) if re.fullmatch(r"[0-9]{1,15}", value) else None
    if isinstance(value, bool | list | dict) or value is None:
        return None
    return value if abs(value) < _HUGE else None


def _parts(value: JsonValue) -> list[JsonValue]:
    return list(value.values()) if isinstance(value, dict) else []
