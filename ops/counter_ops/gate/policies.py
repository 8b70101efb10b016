"""What a policy lets anyone do that another one didn't.

Conservative: of two policies that allow the same in different ways, one may be called wider. The
other way round would be an error here.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from pydantic import JsonValue

from counter_ops.gate.findings import code

# Of these, the requests name no resource that a policy could.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
_WITHOUT_RESOURCES = re.compile(r"xray:.*", re.IGNORECASE)

# Conditions that hold if one of the values does: the fewer values, the narrower. Of the first ones
# the values are patterns.
_ANY_PATTERN = re.compile(r"StringLike|ArnLike|ArnEquals", re.IGNORECASE)
_ANY_VALUE = re.compile(r"StringEquals|StringEqualsIgnoreCase|IpAddress", re.IGNORECASE)

# What can be made more of: rights that give rights.
_POWERFUL = frozenset({"iam", "kms", "organizations", "sts"})

_WILDCARDS = frozenset("*?")

ANYONE = "*"


class PolicyError(Exception):
    """Says why a policy can't be read."""


@dataclass(frozen=True)
class Grant:
    """One thing that a statement allows, or denies."""

    allows: bool
    who: str | None
    """Its principal with its kind, or none where the policy belongs to a role."""
    action: str
    resource: str | None
    conditions: Mapping[str, frozenset[str]]
    """The allowed values by operator and key."""
    inverted: frozenset[str]
    """Which of the three is meant for all but what is named."""

    def __str__(self) -> str:
        """Say what it is about."""
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
        """Tell whether all that the other one allows or denies is within this one."""
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
    """Read a policy. AWS takes the names of its elements in lower case as well.

    Raises:
        PolicyError: if it is none.

    """
    statements = _lower(policy).get("statement")
    if statements is None:
        msg = "it has no statements"
        raise PolicyError(msg)
    return [grant for statement in _listed(statements) for grant in _grants(statement)]


def is_policy(value: JsonValue) -> bool:
    """Tell a policy from other objects by what its statements have."""
    statements = _lower(value).get("statement")
    return any("effect" in _lower(each) for each in _listed(statements))


def widened(old: list[Grant], new: list[Grant]) -> list[str]:
    """Say what the new policy allows, or no longer denies, that the old one didn't."""
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
    """Say what a policy allows everyone on earth."""
    return [
        f"it would allow {grant}, which is everyone"
        for grant in policy
        if grant.allows
        and grant.who is not None
        and (grant.who.split(":", 1)[-1] == ANYONE or "Principal" in grant.inverted)
    ]


def of_others(policy: list[Grant]) -> list[str]:
    """Say what a policy allows anyone but AWS's own services."""
    return [
        f"it would allow {grant}"
        for grant in policy
        if grant.allows and grant.who is not None and not grant.who.startswith("Service:")
    ]


def far_reaching(policy: list[Grant]) -> list[str]:
    """Say what the policy of a role allows without a limit, such as all actions of a service."""
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
    """Tell whether an ARN names nothing but, at most, a service, a region and an account."""
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
    """Return an object with its keys in lower case, or none."""
    return {key.lower(): each for key, each in value.items()} if isinstance(value, dict) else {}


def _named(elements: dict[str, JsonValue], part: str) -> Sequence[str | None]:
    """Return what a part names, one by one, or together if all but they are meant."""
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
    """Tell whether each text that one pattern matches is matched by the other one."""
    if narrow is None or wide is None or exactly:
        return narrow == wide
    # As shells match names, with one way back: to let the last star take one character more.
    index, at, star, taken = 0, 0, -1, 0
    while index < len(narrow):
        here = wide[at : at + 1]
        if here == "*":
            star, taken, at = at, index, at + 1
        # A star of the narrow one is matched by stars alone.
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
