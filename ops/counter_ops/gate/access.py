"""Finds more access than before a deployment."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from counter_ops.gate.findings import Danger, Finding, code
from counter_ops.gate.policies import (
    Grant,
    PolicyError,
    far_reaching,
    grants,
    is_policy,
    is_unlimited,
    of_others,
    open_to_anyone,
    widened,
)
from counter_ops.gate.preview_output import CREATIONS, Preview, State, Step
from counter_ops.gate.values import is_secret, is_unknown, unpacked

ROLE = "aws:iam/role:Role"
PERMISSION = "aws:lambda/permission:Permission"
FUNCTION = "aws:lambda/function:Function"
FUNCTION_URL = "aws:lambda/functionUrl:FunctionUrl"

# Types that can have a policy of their own. Policies of other types may be for existing resources.
_BEARERS = frozenset(
    {
        ROLE,
        "aws:apigateway/restApi:RestApi",
        "aws:iam/policy:Policy",
        "aws:kms/key:Key",
        "aws:sns/topic:Topic",
        "aws:sqs/queue:Queue",
    }
)
# The types of IAM whose access the rest of this file can read.
_KNOWN_IAM = frozenset(
    {
        ROLE,
        "aws:iam/group:Group",
        "aws:iam/groupPolicy:GroupPolicy",
        "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
        "aws:iam/policy:Policy",
        "aws:iam/policyAttachment:PolicyAttachment",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "aws:iam/user:User",
        "aws:iam/userPolicy:UserPolicy",
        "aws:iam/userPolicyAttachment:UserPolicyAttachment",
    }
)

# Inputs with a policy, or with the ARNs of policies.
_POLICIES = frozenset({"assumeRolePolicy", "policy", "policyDocument"})
_ATTACHED = frozenset({"managedPolicyArn", "managedPolicyArns", "policyArn", "policyArns"})

# Inputs with the resource that a policy is for.
_TARGETS = frozenset(
    {
        "arn",
        "bucket",
        "group",
        "groups",
        "queueUrl",
        "resourceArn",
        "restApiId",
        "role",
        "roles",
        "secretArn",
        "user",
        "users",
    }
)

# https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
_PERMISSION_CONDITIONS = {
    "ArnLike": {"AWS:SourceArn": "sourceArn"},
    "StringEquals": {"AWS:SourceAccount": "sourceAccount", "aws:PrincipalOrgID": "principalOrgId"},
}

# Ends the name of an input in a path.
_TOP = re.compile(r"[.\[]")

_WHY = "More access than before needs a reason."


@dataclass(frozen=True)
class _Change:
    """A step, with the inputs to compare."""

    step: Step
    old: Mapping[str, JsonValue]
    new: Mapping[str, JsonValue]
    is_first: bool
    """Whether the step's target is created in the same deployment, and so had no access before."""

    @property
    def is_moved(self) -> bool:
        """Whether it would get another target."""
        return bool(self.old and self.new) and any(
            self.old.get(key) != self.new.get(key) for key in _TARGETS
        )


def wider_access(preview: Preview) -> list[Finding]:
    """Find changes that give more access than before, or access without a limit."""
    created = {step.urn for step in preview.steps if step.operation in CREATIONS}
    found: list[Finding] = []
    for step in preview.steps:
        if step.operation == "same":
            continue
        change = _Change(
            step,
            step.old.inputs if step.old else {},
            step.new.inputs if step.new else {},
            is_first=_is_first(step, step.new, created),
        )
        details: dict[str, list[str]] = {}
        for path, what in _widenings(change):
            details.setdefault(path, []).append(what)
        found += [
            Finding(Danger.ACCESS, step, f"would change {code(path)}", _WHY, whats)
            for path, whats in details.items()
        ]
    return found


def _is_first(step: Step, new: State | None, created: set[str]) -> bool:
    if new is None or step.operation not in CREATIONS:
        return False
    if step.type in _BEARERS:
        return True
    targets = _TARGETS & {*new.inputs}
    urns = {urn for key in targets for urn in new.property_dependencies.get(key, [])}
    return bool(urns) and urns <= created


def _widenings(change: _Change) -> Iterator[tuple[str, str]]:
    """Return properties, and the access that they would give."""
    yield from _of_type(change)
    yield from _of_policies(change)
    yield from _of_attachments(change)
    boundary = change.old.get("permissionsBoundary")
    if change.new and boundary and boundary != change.new.get("permissionsBoundary"):
        yield "permissionsBoundary", f"it would no longer be within {code(boundary)}"


def _of_type(change: _Change) -> Iterator[tuple[str, str]]:
    step, new = change.step, change.new
    if not new:
        return
    if step.type == PERMISSION:
        yield from (("principal", what) for what in _of_permission(change.old, new))
    elif new.get("principal") == "*" and change.old.get("principal") != "*":
        yield "principal", "it would be open to everyone"
    if step.type == FUNCTION_URL and new.get("authorizationType") != "AWS_IAM":
        yield "authorizationType", "it would let everyone call the function"
    if step.type == FUNCTION and change.old and change.old.get("role") != new.get("role"):
        yield "role", "the function would get the rights of another role"
    if step.type.startswith("aws:iam/") and step.type not in _KNOWN_IAM and not change.old:
        yield "type", "the gate doesn't know what it allows"


def _of_policies(change: _Change) -> Iterator[tuple[str, str]]:
    before, after = _policies(change.step, change.old), _policies(change.step, change.new)
    moved = change.is_moved
    for path in {**before, **after}:
        old, new = before.get(path), after.get(path)
        if old == new and not moved and not (is_secret(new) and _may_change(change.step, path)):
            continue
        yield from ((path, what) for what in _of_policy(change, None if moved else old, new))


def _may_change(step: Step, path: str) -> bool:
    """Tell whether a hidden value may change although it looks the same."""
    top = _TOP.split(path)[0]
    return not step.changed or top in [_TOP.split(each)[0] for each in step.changed]


def _policies(step: Step, inputs: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Find all policies in the inputs of a resource, by their path."""
    found: dict[str, JsonValue] = {}

    def look(value: JsonValue, path: str, key: str) -> None:
        is_hidden = is_unknown(value) or is_secret(value)
        must_be_one = step.type.startswith("aws:iam/") and value is not None
        if (
            is_policy(value)
            or (key in _POLICIES and (is_hidden or must_be_one))
            or (key == "inlinePolicies" and is_hidden)
        ):
            found[path] = value
        elif isinstance(value, dict):
            for name, each in value.items():
                look(each, f"{path}.{name}" if path else name, name)
        elif isinstance(value, list):
            for index, each in enumerate(value):
                look(each, f"{path}[{index}]", key)

    look(unpacked(dict(inputs)), "", "")
    return found


def _of_policy(change: _Change, before: JsonValue, after: JsonValue) -> list[str]:
    if after is None:
        return widened(_readable(before), [])
    if is_secret(after):
        return ["it is a secret, so the gate can't tell what it allows"]
    if is_unknown(after):
        return [] if change.is_first else ["the gate can't tell what it allows before the update"]
    try:
        new = grants(after)
    except PolicyError as error:
        return [f"the gate can't tell what it allows: {error}"]
    if change.is_first and before is None:
        return open_to_anyone(new) or far_reaching(new) + of_others(new)
    return open_to_anyone(new) or widened(_readable(before), new)


def _readable(policy: JsonValue) -> list[Grant]:
    """Read an existing policy. One that can't be read counts as allowing nothing."""
    try:
        return [] if policy is None else grants(policy)
    except PolicyError:
        return []


def _of_attachments(change: _Change) -> Iterator[tuple[str, str]]:
    for key in sorted(_ATTACHED & {*change.new}):
        value = change.new[key]
        before = _texts(change.old.get(key))
        if is_unknown(value) or is_secret(value):
            if value != change.old.get(key) or _may_change(change.step, key):
                yield key, "the gate can't tell what it allows"
            continue
        for arn in _texts(value):
            if arn in before and not change.is_moved:
                continue
            if not change.is_first or _is_administrative(arn):
                yield key, f"it would allow everything in {code(arn)}, which the gate can't read"


def _texts(value: JsonValue) -> Sequence[str]:
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str)]


def _is_administrative(policy_arn: str) -> bool:
    name = policy_arn.rsplit("/", 1)[-1]
    return name.endswith("FullAccess") or name in {"AdministratorAccess", "PowerUserAccess"}


def _of_permission(old: Mapping[str, JsonValue], new: Mapping[str, JsonValue]) -> list[str]:
    after = grants(_as_policy(new))
    if everyone := open_to_anyone(after):
        return everyone
    if old:
        return widened(grants(_as_policy(old)), after)
    is_service = str(new.get("principal")).endswith(".amazonaws.com")
    is_exact = "*" not in str(new.get("action"))
    if is_service and is_exact and _is_named(new):
        return []
    return [f"it would allow {grant}" for grant in after]


def _is_named(permission: Mapping[str, JsonValue]) -> bool:
    """Tell whether a permission limits the source for which its service may call.

    Without a limit, the service calls for anyone, in any account.
    """
    source = permission.get("sourceArn")
    if is_unknown(source):
        return True
    if isinstance(source, str) and not is_unlimited(source):
        # A bucket's ARN has no account, and is unique without one.
        account = f"{source}:::::".split(":")[4]
        return not set(account) & set("*?")
    return any(permission.get(key) for key in ("sourceAccount", "principalOrgId"))


def _as_policy(permission: Mapping[str, JsonValue]) -> JsonValue:
    """Return a permission as the statement that Lambda adds to the function's policy."""
    conditions: dict[str, JsonValue] = {
        operator: {
            key: permission[name] for key, name in keys.items() if permission.get(name) is not None
        }
        for operator, keys in _PERMISSION_CONDITIONS.items()
    }
    return {
        "Statement": {
            "Effect": "Allow",
            "Principal": str(permission.get("principal")),
            "Action": str(permission.get("action")),
            "Resource": str(permission.get("function")),
            "Condition": conditions,
        }
    }
