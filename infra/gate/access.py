"""Who may do more after a deployment than before."""

from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from gate.findings import Danger, Finding
from gate.policies import Grant, PolicyError, far_reaching, grants, open_to_anyone, widened
from gate.preview import CREATIONS, Preview, State, Step
from gate.values import is_unknown

PERMISSION = "aws:lambda/permission:Permission"
FUNCTION_URL = "aws:lambda/functionUrl:FunctionUrl"

# Policies that add to what something else may do, or lets others do, by the property that names it.
_POLICY_OF = {
    "aws:iam/groupPolicy:GroupPolicy": "group",
    "aws:iam/rolePolicy:RolePolicy": "role",
    "aws:iam/userPolicy:UserPolicy": "user",
}
_ATTACHMENT_OF = {
    "aws:iam/groupPolicyAttachment:GroupPolicyAttachment": "group",
    "aws:iam/policyAttachment:PolicyAttachment": "roles",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": "role",
    "aws:iam/userPolicyAttachment:UserPolicyAttachment": "user",
}
_POLICY_PROPERTIES = frozenset({"assumeRolePolicy", "policy", "policyDocument"})

# https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html
_PERMISSION_CONDITIONS = {
    "ArnLike": {"AWS:SourceArn": "sourceArn"},
    "StringEquals": {"AWS:SourceAccount": "sourceAccount", "aws:PrincipalOrgID": "principalOrgId"},
}

_WHY = "More access than before needs a reason."


def wider_access(preview: Preview) -> list[Finding]:
    """Find what lets anyone do more than before, or something without a limit."""
    return [
        Finding(Danger.ACCESS, step, f"changes `{where}`: {what}", _WHY)
        for step in preview.steps
        if step.new and step.operation != "same"
        for where, what in _widenings(step, step.old, step.new, preview)
    ]


def _widenings(
    step: Step, old: State | None, new: State, preview: Preview
) -> list[tuple[str, str]]:
    """Return properties, and what they would allow."""
    found: list[tuple[str, str]] = []
    if step.type == PERMISSION:
        found += [("principal", what) for what in _of_permission(old, new)]
    if step.type == FUNCTION_URL and new.inputs.get("authorizationType") != "AWS_IAM":
        found.append(("authorizationType", "it would let everyone call the function"))
    if step.type in _ATTACHMENT_OF:
        found += _of_attachment(step, old, new, preview)
    found += _of_identity(old, new)
    before = _policies(old.inputs) if old else {}
    for path, policy in _policies(new.inputs).items():
        if path not in before or before[path] != policy:
            whats = _of_policy(step, new, before.get(path), policy, preview)
            found += [(path, what) for what in whats]
    return found


def _policies(inputs: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Find all policies in the inputs of a resource, by their path."""
    found: dict[str, JsonValue] = {}

    def look(value: JsonValue, path: str, key: str) -> None:
        if isinstance(value, dict) and "Statement" not in value:
            for name, each in value.items():
                look(each, f"{path}.{name}", name)
        elif isinstance(value, list):
            for index, each in enumerate(value):
                look(each, f"{path}[{index}]", key)
        elif _is_policy(value, key):
            found[path] = value

    for name, each in inputs.items():
        look(each, name, name)
    return found


def _is_policy(value: JsonValue, key: str) -> bool:
    if isinstance(value, str):
        return '"Statement"' in value or (is_unknown(value) and key in _POLICY_PROPERTIES)
    return isinstance(value, dict)


def _of_policy(
    step: Step, new_state: State, before: JsonValue, after: JsonValue, preview: Preview
) -> list[str]:
    is_first = before is None and _is_first(step, new_state, _POLICY_OF.get(step.type), preview)
    if is_unknown(after):
        return [] if is_first else ["what it allows would be known only during the update"]
    try:
        new = grants(after)
    except PolicyError as error:
        return [f"what it allows can't be told: {error}"]
    if is_first:
        return open_to_anyone(new) + far_reaching(new)
    return open_to_anyone(new) or widened(_readable(before), new)


def _readable(policy: JsonValue) -> list[Grant]:
    """Read a policy that is there already: if it can't be told what it allows, that is nothing."""
    try:
        return [] if policy is None else grants(policy)
    except PolicyError:
        return []


def _is_first(step: Step, new: State, target: str | None, preview: Preview) -> bool:
    """Tell whether what a policy is for could do nothing before.

    It couldn't if it is made in the same deployment, or if the preview lists all there is and no
    other policy is of it: then a deployment broke off after making it.
    """
    if target is None:
        return step.operation in CREATIONS
    urns = set(new.property_dependencies.get(target, []))
    if not urns:
        return False
    others = [
        each.old.inputs.get(target)
        for each in preview.steps
        if each.old and each.type in {*_POLICY_OF, *_ATTACHMENT_OF}
    ]
    created = {each.urn for each in preview.steps if each.operation in CREATIONS}
    return urns <= created or (preview.is_whole and new.inputs.get(target) not in others)


def _of_attachment(
    step: Step, old: State | None, new: State, preview: Preview
) -> list[tuple[str, str]]:
    attached = new.inputs.get("policyArn")
    if old and old.inputs.get("policyArn") == attached:
        return []
    if _is_first(step, new, _ATTACHMENT_OF[step.type], preview) and not _is_administrative(
        attached
    ):
        return []
    return [("policyArn", f"it would allow all that `{attached}` allows, which isn't listed here")]


def _is_administrative(policy_arn: JsonValue) -> bool:
    name = str(policy_arn).rsplit("/", 1)[-1]
    return name.endswith("FullAccess") or name in {"AdministratorAccess", "PowerUserAccess"}


def _of_identity(old: State | None, new: State) -> list[tuple[str, str]]:
    """Return what a role or user may do by its own properties."""
    found: list[tuple[str, str]] = []
    before = _texts(old, "managedPolicyArns")
    found += [
        ("managedPolicyArns", f"it would allow all that `{arn}` allows, which isn't listed here")
        for arn in _texts(new, "managedPolicyArns")
        if arn not in before and (old or _is_administrative(arn))
    ]
    boundary = old.inputs.get("permissionsBoundary") if old else None
    if boundary and boundary != new.inputs.get("permissionsBoundary"):
        found.append(("permissionsBoundary", f"it would no longer be within `{boundary}`"))
    return found


def _texts(state: State | None, key: str) -> Sequence[str]:
    values = state.inputs.get(key) if state else None
    return [each for each in values if isinstance(each, str)] if isinstance(values, list) else []


def _of_permission(old: State | None, new: State) -> list[str]:
    after = grants(_as_policy(new))
    if everyone := open_to_anyone(after):
        return everyone
    if old:
        return widened(grants(_as_policy(old)), after)
    # Without a condition, a service calls the function for whoever asks it to, in any account.
    is_named = _is_of_service(new) and any(grant.conditions for grant in after)
    return [] if is_named else [f"it would allow {grant}" for grant in after]


def _is_of_service(permission: State) -> bool:
    return str(permission.inputs.get("principal")).endswith(".amazonaws.com")


def _as_policy(permission: State) -> JsonValue:
    """Return what Lambda makes of a permission: a statement of the function's policy."""
    inputs = {
        key: "(known after the update)" if is_unknown(value) else value
        for key, value in permission.inputs.items()
    }
    conditions: dict[str, JsonValue] = {
        operator: {key: inputs[name] for key, name in keys.items() if name in inputs}
        for operator, keys in _PERMISSION_CONDITIONS.items()
    }
    return {
        "Statement": {
            "Effect": "Allow",
            "Principal": str(inputs.get("principal")),
            "Action": str(inputs.get("action")),
            "Resource": str(inputs.get("function")),
            "Condition": conditions,
        }
    }
