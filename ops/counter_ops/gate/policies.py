"""Compares what two policies allow.

The comparison errs on the side of "wider": if two policies allow the same in different words, it
may call one wider. It must never miss a wider one.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from pydantic import JsonValue

from counter_ops.gate.findings import code

# These actions have no resource-level permissions.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
_WITHOUT_RESOURCES = re.compile(r"xray:.*", re.IGNORECASE)

# Conditions that hold if one of their values matches, so fewer values are narrower. The values of
# the first ones are patterns.
_ANY_PATTERN = re.compile(r"StringLike|ArnLike|ArnEquals", re.IGNORECASE)
_ANY_VALUE = re.compile(r"StringEquals|StringEqualsIgnoreCase|IpAddress", re.IGNORECASE)

# Services whose actions can give further rights.
_POWERFUL = frozenset({"iam", "kms", "organizations", "sts"})

_WILDCARDS = frozenset("*?")

ANYONE = "*"


class PolicyError(Exception):
    """A policy can't be read. The message says why."""


@dataclass(frozen=True)
class Grant:
    """One combination that a statement allows or denies."""

    allows: bool
    who: str | None
    """Its principal with its kind. None if the policy belongs to a role."""
    action: str
    resource: str | None
    conditions: Mapping[str, frozenset[str]]
    """The allowed values by operator and key."""
    inverted: frozenset[str]
    """The parts with `Not`, such as NotAction."""

    def __str__(self) -> str:
        """Describe it in Markdown."""
        but = {part: "all but " if part in self.inverted else "" for part in _PARTS}
        words = f"{but['Action']}{code(self.action)}"
        if self.resource is not None:
            words += f" on {but['Resource']}{code(self.resource)}"
        if self.who is not None:
            words += f" for {but['Principal']}{code(self.who)}"
        for condition, values in sorted(self.conditions.items()):
            words += f" if {code(condition)} {' or '.join(map(code, sorted(values)))}"
        return words

    def covers(self, other: "Grant") -> bool:
        """Tell whether this one allows or denies everything that the other one does."""
        return (
            self.allows == other.allows
            and self.inverted == other.inverted
            and _is_within(other.who, self.who, exactly="Principal" in self.inverted)
            and _is_within(
                other.action.lower(), self.action.lower(), exactly="Action" in self.inverted
            )
            and _is_within(other.resource, self.resource, exactly="Resource" in self.inverted)
            and all(
                _is_narrower(key, values, other.conditions.get(key))
                for key, values in self.conditions.items()
            )
        )


_PARTS = ("Principal", "Action", "Resource")


def grants(policy: JsonValue) -> list[Grant]:
    """Read a policy. AWS accepts its element names in lower case too.

    Raises:
        PolicyError: it isn't a policy.

    """
    statements = _lower(policy).get("statement")
    if statements is None:
        msg = "it has no statements"
        raise PolicyError(msg)
    return [grant for statement in _listed(statements) for grant in _grants(statement)]


def is_policy(value: JsonValue) -> bool:
    """Tell a policy from other objects by its statements."""
    statements = _lower(value).get("statement")
    return any("effect" in _lower(each) for each in _listed(statements))


def widened(old: list[Grant], new: list[Grant]) -> list[str]:
    """List what the new policy additionally allows, or no longer denies."""
    found = [
        f"it would allow {grant}"
        for grant in new
        if grant.allows and not any(before.covers(grant) for before in old)
    ]
    found += [
        f"it would no longer deny {grant}"
        for grant in old
        if not grant.allows and not any(after.covers(grant) for after in new)
    ]
    return found


def open_to_anyone(policy: list[Grant]) -> list[str]:
    """List what a policy allows everyone."""
    return [
        f"it would allow {grant}, which is everyone"
        for grant in policy
        if grant.allows
        and grant.who is not None
        and (grant.who.split(":", 1)[-1] == ANYONE or "Principal" in grant.inverted)
    ]


def of_others(policy: list[Grant]) -> list[str]:
    """List what a policy allows principals other than AWS's services."""
    return [
        f"it would allow {grant}"
        for grant in policy
        if grant.allows and grant.who is not None and not grant.who.startswith("Service:")
    ]


def far_reaching(policy: list[Grant]) -> list[str]:
    """List what a role's policy allows without a limit, such as all actions of a service."""
    return [
        f"it would allow {grant}, which has no limit"
        for grant in policy
        if grant.allows
        and grant.who is None
        and (
            grant.inverted
            or _is_broad(grant.action)
            or (is_unlimited(grant.resource) and not _WITHOUT_RESOURCES.fullmatch(grant.action))
        )
    ]


def _is_broad(action: str) -> bool:
    service, _, name = action.lower().partition(":")
    has_wildcard = bool(_WILDCARDS & {*name})
    return (
        bool(_WILDCARDS & {*service})
        or {*name} <= _WILDCARDS
        or (has_wildcard and service in _POWERFUL)
    )


def is_unlimited(resource: str | None) -> bool:
    """Tell whether an ARN names at most a service, a region and an account."""
    return {*(resource or "").removeprefix("arn:").split(":", 4)[-1]} <= _WILDCARDS


def _grants(statement: JsonValue) -> Iterator[Grant]:
    elements = _lower(statement)
    effect = elements.get("effect")
    if effect not in {"Allow", "Deny"}:
        msg = f"a statement has the effect {code(effect)}"
        raise PolicyError(msg)
    if not {"action", "notaction"} & {*elements}:
        msg = "a statement has no action"
        raise PolicyError(msg)
    inverted = frozenset(part for part in _PARTS if f"not{part.lower()}" in elements)
    principals, actions, resources = (_named(elements, part.lower()) for part in _PARTS)
    conditions = _conditions(elements.get("condition"))
    for who, action, resource in product(principals, actions, resources):
        yield Grant(effect == "Allow", who, action or "", resource, conditions, inverted)


def _lower(value: JsonValue) -> dict[str, JsonValue]:
    """Return an object with its keys in lower case, or an empty one."""
    return {key.lower(): each for key, each in value.items()} if isinstance(value, dict) else {}


def _named(elements: dict[str, JsonValue], part: str) -> Sequence[str | None]:
    """Return the names in a part one by one, or joined if the part is a `Not`."""
    if f"not{part}" in elements:
        return [", ".join(sorted(_texts(elements[f"not{part}"])))]
    return _texts(elements[part]) if part in elements else [None]


def _conditions(value: JsonValue) -> dict[str, frozenset[str]]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        msg = "a condition isn't an object"
        raise PolicyError(msg)
    found: dict[str, frozenset[str]] = {}
    for operator, keys in value.items():
        if not isinstance(keys, dict):
            msg = f"the condition {operator} isn't an object"
            raise PolicyError(msg)
        for key, values in keys.items():
            found[f"{operator} {key.lower()}"] = frozenset(map(str, _listed(values)))
    return found


def _listed(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else [value]


def _texts(value: JsonValue) -> list[str]:
    if isinstance(value, dict):
        return [f"{kind}:{each}" for kind, names in value.items() for each in _texts(names)]
    texts = [each for each in _listed(value) if isinstance(each, str)]
    if not texts or len(texts) != len(_listed(value)):
        msg = "a principal, action or resource isn't a text"
        raise PolicyError(msg)
    return texts


def _is_within(narrow: str | None, wide: str | None, *, exactly: bool) -> bool:
    """Tell whether the wide pattern matches each text that the narrow one matches."""
    if narrow is None or wide is None or exactly:
        return narrow == wide
    # Like glob matching, with one step back: the last star takes one more character.
    index, at, star, taken = 0, 0, -1, 0
    while index < len(narrow):
        here = wide[at : at + 1]
        if here == "*":
            star, taken, at = at, index, at + 1
        # Only a star matches a star of the narrow pattern.
        elif here == narrow[index] or (here == "?" and narrow[index] != "*"):
            at, index = at + 1, index + 1
        elif star >= 0:
            taken += 1
            at, index = star + 1, taken
        else:
            return False
    return not wide[at:].strip("*")


def _is_narrower(condition: str, before: frozenset[str], after: frozenset[str] | None) -> bool:
    operator = condition.split(" ", maxsplit=1)[0]
    if after and _ANY_PATTERN.fullmatch(operator):
        return all(any(_is_within(each, wide, exactly=False) for wide in before) for each in after)
    if after and _ANY_VALUE.fullmatch(operator):
        return after <= before
    return after == before
