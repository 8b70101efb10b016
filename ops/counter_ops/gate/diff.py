"""Shows the changes of a resource, line by line."""

import math
from difflib import unified_diff

import yaml
from pydantic import JsonValue

from counter_ops.gate.preview_output import State, Step
from counter_ops.gate.values import showable, unpacked
from counter_ops.markdown import visible

_CONTEXT_LINES = 2

# The time to compare grows with its square.
_MOST_LINES = 3_000


def diff(step: Step) -> str:
    """Return the changed inputs of a resource as a unified diff of YAML.

    It is empty if only secrets change, because they are hidden on both sides.
    """
    old, new = map(_lines, showable(_inputs(step.old), _inputs(step.new)))
    if len(old) + len(new) > _MOST_LINES:
        return f"from {len(old)} lines to {len(new)}, too many to compare"
    lines = unified_diff(old, new, lineterm="", n=_CONTEXT_LINES)
    # The first two lines name files.
    return visible("\n".join(list(lines)[2:]))


def _inputs(state: State | None) -> JsonValue:
    return dict(state.inputs) if state else {}


def _lines(value: JsonValue) -> list[str]:
    if not value:
        return []
    return yaml.safe_dump(unpacked(value), allow_unicode=True, width=math.inf).splitlines()
