"""A small IAM: tells whether a policy allows a request."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Context = Mapping[str, str | Sequence[str]]
"""Condition keys of a request, such as aws:RequestTag/stack, and their values."""


def allows(policy: str, action: str, resource: str, context: Context | None = None) -> bool:
    """Tell whether a policy allows a request."""
    statements: list[dict[str, Any]] = json.loads(policy)["Statement"]
    effects = {
        statement["Effect"]
        for statement in statements
        if any(_like(action, each) for each in _values(statement["Action"]))
        and any(_like(resource, each) for each in _values(statement["Resource"]))
        and _holds(statement.get("Condition", {}), context or {})
    }
    return effects == {"Allow"}


def _holds(condition: Mapping[str, Mapping[str, str | list[str]]], context: Context) -> bool:
    return all(
        _OPERATORS[operator](_values(context.get(key, [])), _values(wanted))
        for operator, keys in condition.items()
        for key, wanted in keys.items()
    )


def _like(text: str, pattern: str) -> bool:
    """Match with wildcards; ${*} is a literal asterisk."""
    parts = re.split(r"(\$\{\*\}|\*)", pattern)
    expression = "".join({"*": ".*", "${*}": r"\*"}.get(each, re.escape(each)) for each in parts)
    return re.fullmatch(expression, text) is not None


def _values(value: str | Sequence[str]) -> Sequence[str]:
    return [value] if isinstance(value, str) else value


# By operator: compares a request's values for a key with the policy's.
_OPERATORS: dict[str, Callable[[Sequence[str], Sequence[str]], bool]] = {
    "Bool": lambda given, wanted: any(each in wanted for each in given),
    "StringEquals": lambda given, wanted: any(each in wanted for each in given),
    "StringEqualsIfExists": lambda given, wanted: (
        not given or any(each in wanted for each in given)
    ),
    "StringLikeIfExists": lambda given, wanted: (
        not given or any(_like(each, pattern) for each in given for pattern in wanted)
    ),
    "ForAllValues:StringLike": lambda given, wanted: all(
        any(_like(each, pattern) for pattern in wanted) for each in given
    ),
}
