"""Finds deletions and replacements that lose something."""

from collections.abc import Sequence

from counter_ops.gate.findings import Danger, Finding, code
from counter_ops.gate.preview_output import CREATIONS, DELETIONS, REPLACEMENTS, Preview, Step

LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"

# Nothing is lost with these: they hold no data, and only the stack itself refers to them. All other
# types are kept, including unlisted ones.
DISPOSABLE = frozenset(
    {
        "aws:apigateway/deployment:Deployment",
        "aws:apigateway/methodSettings:MethodSettings",
        "aws:apigatewayv2/deployment:Deployment",
        "aws:cloudwatch/compositeAlarm:CompositeAlarm",
        "aws:cloudwatch/dashboard:Dashboard",
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        "aws:iam/rolePolicy:RolePolicy",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "aws:lambda/permission:Permission",
        "aws:sns/topicSubscription:TopicSubscription",
    }
)

# Providers connect the engine to a cloud, and don't exist in it.
_PROVIDER = "pulumi:providers:"

# Only tests log there.
_STACKS_WITHOUT_LOGS_TO_KEEP = frozenset({"staging"})

_LOSSES = {
    "aws:dynamodb/table:Table": "It holds the count: a new one starts empty.",
    "aws:apigateway/restApi:RestApi": "Pages call it by its URL, and a new one has another URL.",
    "aws:apigateway/stage:Stage": "Without it, the API's URL doesn't answer.",
    "aws:apigateway/domainName:DomainName": "Pages call the API by it, and DNS points to it.",
    "aws:apigateway/basePathMapping:BasePathMapping": "Without it, the API's own domain doesn't "
    "answer.",
    LOG_GROUP: "It holds the logs so far.",
    "aws:sns/topic:Topic": "Alarms notify it, and all subscribers would have to confirm their "
    "addresses again.",
    "aws:lambda/function:Function": "The API calls it, and no visit is counted until there is a "
    "new one.",
    "aws:iam/role:Role": "The function can't run without it.",
}
_UNKNOWN_LOSS = "The gate doesn't know this type, so something may be lost with it."


def removals(preview: Preview) -> list[Finding]:
    """Find deletions and replacements that must not happen unasked."""
    created = [step for step in preview.steps if step.operation in CREATIONS]
    # A replacement may be listed as several steps: report it once.
    found: dict[tuple[str, Danger], Finding] = {}
    for step in preview.steps:
        if step.operation in DELETIONS | REPLACEMENTS and not _may_go(step):
            finding = _finding(step, created)
            found.setdefault((step.urn, finding.danger), finding)
    return list(found.values())


def _may_go(step: Step) -> bool:
    return (
        step.is_component
        or step.type in DISPOSABLE
        or step.type.startswith(_PROVIDER)
        or (step.type == LOG_GROUP and step.stack in _STACKS_WITHOUT_LOGS_TO_KEEP)
    )


def _finding(step: Step, created: Sequence[Step]) -> Finding:
    why = _LOSSES.get(step.type, _UNKNOWN_LOSS)
    if step.operation in REPLACEMENTS:
        forced_by = ", ".join(map(code, step.forced_by)) or "an unnamed property"
        return Finding(Danger.REPLACE, step, f"would be replaced, forced by {forced_by}", why)
    what = "would be deleted, since the program no longer has it"
    if step.old and step.old.retain_on_delete:
        what = "would leave the stack but stay in the cloud, since the program no longer has it"
    renamed = next((each for each in created if each.type == step.type), None)
    if renamed:
        why += f" If {code(renamed.name)} is the same under another name, give that one an alias."
    return Finding(Danger.DELETE, step, what, why)
