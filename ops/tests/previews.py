"""Makes previews in the format of `pulumi preview --json` for the gate's tests."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from counter_ops.gate.allowed import Allowed
from counter_ops.gate.findings import Danger
from counter_ops.gate.verdict import Run, Verdict, judge

TODAY = date(2030, 1, 15)
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

TABLE = "aws:dynamodb/table:Table"
REST_API = "aws:apigateway/restApi:RestApi"
DEPLOYMENT = "aws:apigateway/deployment:Deployment"
STAGE = "aws:apigateway/stage:Stage"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
TOPIC = "aws:sns/topic:Topic"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
FUNCTION = "aws:lambda/function:Function"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
PERMISSION = "aws:lambda/permission:Permission"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"

Json = dict[str, Any]


def urn(kind: str, name: str, stack: str = "prod", parent: str = "") -> str:
    """Return the name of a resource."""
    types = f"{parent}${kind}" if parent else kind
    return f"urn:pulumi:{stack}::visitor-counter::{types}::{name}"


def state(inputs: Mapping[str, object] | None = None, **options: object) -> Json:
    """Return a state with options such as `protect`. Options that are off are left out."""
    return {
        "custom": True,
        "inputs": {"__defaults": [], **(inputs or {})},
        **{key: value for key, value in options.items() if value},
    }


def step(
    operation: str,
    kind: str,
    name: str = "it",
    *,
    old: Json | None = None,
    new: Json | None = None,
    **details: object,
) -> Json:
    """Return a step with the states that its operation has, and keys such as `replaceReasons`."""
    known_urn = details.pop("urn", None)
    both: Json = {}
    if operation not in {"create", "import"}:
        both["oldState"] = old if old is not None else state()
    if operation not in {"delete", "remove-pending-replace", "delete-replaced"}:
        both["newState"] = new if new is not None else state()
    return {
        "op": operation,
        "urn": known_urn or urn(kind, name),
        "detailedDiff": None,
        **both,
        **details,
    }


def the_stack(stack: str = "prod") -> Json:
    """Return the stack's own step, which each preview has."""
    group = {"custom": False, "type": "pulumi:pulumi:Stack"}
    name = f"visitor-counter-{stack}"
    return step(
        "same",
        "",
        old=group,
        new=group,
        urn=urn("pulumi:pulumi:Stack", name, stack),
    )


def output(*steps: Json, hidden: int = 0, **more: object) -> str:
    """Return the CLI's output for these steps, and for resources that it doesn't list."""
    listed = [the_stack(str(steps[0]["urn"]).split("::")[0][len("urn:pulumi:") :])] if steps else []
    listed += steps
    counts = Counter(str(each["op"]) for each in listed)
    counts["same"] += hidden
    return json.dumps(
        {
            "config": {"aws:region": "us-east-1"},
            "steps": listed or [the_stack()],
            "duration": 1,
            "changeSummary": counts if listed else {"same": 1 + hidden},
            **more,
        }
    )


def verdict(*steps: Json, exceptions: Sequence[Allowed] = (), hidden: int = 0) -> Verdict:
    """Judge a preview that succeeded."""
    return judge(Run(output(*steps, hidden=hidden), 0), exceptions, TODAY)


def dangers(*steps: Json, hidden: int = 0) -> list[Danger]:
    """Return why the gate blocks a preview that succeeded."""
    judged = verdict(*steps, hidden=hidden)
    assert not judged.failures
    assert judged.may_go_on == (not judged.refused)
    return [finding.danger for finding in judged.refused]


def policy(*statements: Mapping[str, object]) -> str:
    """Return a policy in AWS's format."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def allow(
    action: object = "dynamodb:UpdateItem", resource: object = "arn:table", **more: object
) -> Json:
    """Return a statement of a role's policy."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}
