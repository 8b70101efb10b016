"""What the phrases of table.yaml mean."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from counter_ops.gate.changes import Change
from counter_ops.gate.contract import other_change
from counter_ops.gate.preview_output import State, Step
from counter_ops.gate.resources import Own, Resources
from counter_ops.gate.values import ARCHIVE, SIGNATURE, hidden, is_secret

# No number of the table comes near it. NaN is not less than it.
_HUGE = 1e15


@dataclass(frozen=True)
class Case:
    """A new value that a rule is asked about."""

    change: Change
    step: Step
    resources: Resources

    def refusal(self, rule: Sequence[str]) -> str | None:
        """Say what the value must be, if it isn't."""
        if self.change.new is None:
            return None if "or nothing" in rule else "may not be taken away"
        broken = next((each for each in rule if not self.holds(each)), None)
        if broken and broken.startswith("that of"):
            return "isn't in the gate's table"
        return broken and f"must be {broken}"

    def holds(self, phrase: str) -> bool:  # noqa: C901, PLR0911, PLR0912 -- a case for each phrase
        """Tell whether a phrase is true of the value. One without a meaning never is."""
        old, new = self.change.old, self.change.new
        before, after = _number(old, new), _number(new, new if old is None else old)
        match phrase.split():
            case ["anything"] | ["or", "nothing"] | ["once", "deployed"]:
                return True
            case ["that", "of", name]:
                return self.step.name == name
            case ["one", "of", *values]:
                return (new if isinstance(new, str) else json.dumps(new)) in values
            case ["like", pattern]:
                return self._is_shown and isinstance(new, str) and bool(re.fullmatch(pattern, new))
            case ["entries", "like", pattern, *_]:
                first = phrase.endswith("or first")
                return _keeps_one(old, new, pattern.removesuffix(","), first=first)
            case ["from", low, "to", high]:
                return after is not None and float(low) <= after <= float(high)
            case ["between", "half", "and", "double"]:
                return bool(before and after and 0 < before / 2 <= after <= before * 2)
            case ["more", "than", "before"]:
                # 0 has meanings of its own, such as logs that are kept forever.
                return bool(before and after and 0 < before <= after)
            case ["more", "than", "before", "or", "first"]:
                return old is None or (before is not None and after is not None and before <= after)
            case ["a", "secret"]:
                return is_secret(new)
            case ["a", "file", "of", "the", "project"]:
                parts = new if isinstance(new, dict) else {}
                return parts.keys() == {SIGNATURE, "hash", "path"} and parts[SIGNATURE] == ARCHIVE
            case ["the", _, "own", kind, *names] | ["below", "the", _, "own", kind, *names]:
                values = new if isinstance(new, list) else [new]
                own = Own(kind, names, below=phrase.startswith("below"))
                return bool(values) and all(self._is(own, each) for each in values)
            case ["no", "other's"]:
                others = self.resources.others(self.step, self.change.path)
                return self._is_shown and new not in others
            case ["a", "new", "route"]:
                return isinstance(new, str) and new in self.resources.new_routes
            case ["changed", "only", "by", "texts", "and", "plain", "paths"]:
                function = Own("aws:lambda/function:Function", ["invokeArn"])
                return other_change(old, new, lambda uri: self._is(function, uri)) is None
            case _:
                return False

    @property
    def _is_shown(self) -> bool:
        return not hidden(self.change.new)

    def _is(self, own: Own, value: JsonValue) -> bool:
        sources = (self.step.new or State()).property_dependencies.get(self.change.path[0], [])
        return self.resources.include(own, value, sources)


def _keeps_one(old: JsonValue, new: JsonValue, pattern: str, *, first: bool) -> bool:
    lists = (each.split(",") if each and isinstance(each, str) else [] for each in (old, new))
    before, after = map(set[str], lists)
    plain = all(re.fullmatch(pattern, each) for each in after - before)
    return isinstance(new, str) and plain and bool(before & after if before else first)


def _number(value: JsonValue, other: JsonValue) -> float | None:
    """Return a number, or the one in a text if the other side is a text too."""
    if isinstance(value, str) and isinstance(other, str):
        return int(value) if re.fullmatch(r"[0-9]{1,15}", value) else None
    if isinstance(value, bool | str | list | dict) or value is None or isinstance(other, str):
        return None
    return value if abs(value) < _HUGE else None
