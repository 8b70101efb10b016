"""What changes in a resource, line by line."""

import json
import math
from difflib import unified_diff

import yaml
from pydantic import JsonValue

from gate.preview import State, Step
from gate.values import showable

# The engine's own note of which inputs it chose.
_INTERNAL = "__defaults"

_CONTEXT_LINES = 2


def diff(step: Step) -> str:
    """Return the changed inputs of a resource as a unified diff of YAML.

    It is empty where only secrets change: they are hidden on both sides.
    """
    old, new = showable(_inputs(step.old), _inputs(step.new))
    lines = unified_diff(_lines(old), _lines(new), lineterm="", n=_CONTEXT_LINES)
    # After the two lines that name files.
    return "\n".join(list(lines)[2:])


def _inputs(state: State | None) -> JsonValue:
    return {key: value for key, value in state.inputs.items() if key != _INTERNAL} if state else {}


def _lines(value: JsonValue) -> list[str]:
    if not value:
        return []
    return yaml.safe_dump(_unpacked(value), allow_unicode=True, width=math.inf).splitlines()


def _unpacked(value: JsonValue) -> JsonValue:
    """Return a value with what stands in it as a text of JSON, such as a policy, as JSON."""
    if isinstance(value, dict):
        return {key: _unpacked(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_unpacked(each) for each in value]
    if isinstance(value, str) and value.lstrip().startswith(("{", "[")):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
