"""Makes previews in the format of `pulumi preview --json` for the gate's tests.

`deployed` is the project's own program, as recorded without an engine: what each test changes is
made of its resources.
"""

import atexit
import copy
import json
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, cast

from aws import PretendedAws
from counter_ops.gate.allowed import Allowed
from counter_ops.gate.verdict import Run, Verdict, judge
from pulumi_program import Program, Resource, Secret
from workspace import copy_project, package

TODAY = date(2030, 1, 15)
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SIGNATURE = "4dabf18193072939515e22adb298388d"

TABLE = "aws:dynamodb/table:Table"
API = "aws:apigateway/restApi:RestApi"
DEPLOYMENT = "aws:apigateway/deployment:Deployment"
STAGE = "aws:apigateway/stage:Stage"
THROTTLE = "aws:apigateway/methodSettings:MethodSettings"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
TOPIC = "aws:sns/topic:Topic"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"
FUNCTION = "aws:lambda/function:Function"
PERMISSION = "aws:lambda/permission:Permission"
ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"

Json = dict[str, Any]

FIRST: Json = {"accessLogs": True, "alarmEmails": ["a@example.com"]}
"""Settings with which prod has a resource of each type."""

# The outputs that AWS chooses, so that a preview of a new resource doesn't know them.
_CHOSEN = ("arn", "id", "executionArn", "invokeArn", "invokeUrl")
_PROVIDER = "pulumi:providers:aws::default_7_51_1"


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


def group(kind: str, name: str, stack: str = "prod", operation: str = "same") -> Json:
    """Return the step of a component."""
    component = {"custom": False, "type": kind}
    return step(operation, kind, name, old=component, new=component, urn=urn(kind, name, stack))


def output(*steps: Json, hidden: int = 0, **more: object) -> str:
    """Return the CLI's output for these steps, and for resources that it doesn't list."""
    stack = str(steps[0]["urn"]).split("::")[0].removeprefix("urn:pulumi:") if steps else "prod"
    has_stack = any("::pulumi:pulumi:Stack::" in each["urn"] for each in steps)
    the_stack = group("pulumi:pulumi:Stack", f"visitor-counter-{stack}", stack)
    listed = [*([] if has_stack else [the_stack]), *steps]
    counts = Counter(str(each["op"]) for each in listed)
    counts["same"] += hidden
    return json.dumps(
        {
            "config": {"aws:region": "us-east-1", "visitor-counter:protect": "true"},
            "steps": listed,
            "duration": 1,
            "changeSummary": counts,
            **more,
        }
    )


def verdict(
    *steps: Json,
    entries: Sequence[Allowed] = (),
    hidden: int = 0,
    **how: Any,  # noqa: ANN401 -- judge's
) -> Verdict:
    """Judge a preview that succeeded."""
    return judge(Run(output(*steps, hidden=hidden), 0), entries, TODAY, **how)


def refused(*steps: Json, hidden: int = 0) -> list[str]:
    """Return what needs an entry: operations, and paths of properties."""
    judged = verdict(*steps, hidden=hidden)
    assert not judged.failures
    needed = [demand.where for finding in judged.findings for demand in finding.demands]
    assert judged.may_go_on == (not needed)
    return needed


def recorded(stack: str, **settings: object) -> dict[str, Resource]:
    """Return the resources that the program makes, by URN."""
    return _recorded(stack, json.dumps(settings))


def deployed(stack: str = "prod", **settings: object) -> list[Json]:
    """Return a stack's resources, none of which changes."""
    resources = recorded(stack, **settings).values()
    states = [(each.urn, _state(each)) for each in resources]
    return [
        {"op": "same", "urn": urn, "oldState": both, "newState": copy.deepcopy(_without(both))}
        for urn, both in copy.deepcopy(states)
    ]


def first(stack: str = "prod", **settings: object) -> list[Json]:
    """Return a stack's first deployment."""
    kind = "pulumi:pulumi:Stack"
    components = [group("visitor-counter:infra:CounterTable", "table", stack, "create")]
    return [
        group(kind, f"visitor-counter-{stack}", stack, "create"),
        *components,
        *since({}, recorded(stack, **settings)),
    ]


def changed(stack: str, before: Json, now: Json) -> list[Json]:
    """Return what other settings change in a stack."""
    return since(recorded(stack, **before), recorded(stack, **now))


def since(before: Mapping[str, Resource], now: Mapping[str, Resource]) -> list[Json]:
    """Return the steps from some resources to others, as the engine would list them."""
    new = {urn: _state(each) for urn, each in now.items()}
    chosen = {
        new[urn]["outputs"][key]
        for urn in now.keys() - before.keys()
        for key in _CHOSEN
        if key in new[urn]["outputs"]
    }
    steps: list[Json] = []
    for urn, each in new.items():
        each["inputs"] = _unknown(each["inputs"], chosen)
        old = _state(before[urn]) if urn in before else None
        operation = "create" if old is None else "same"
        if old and old["inputs"] != each["inputs"]:
            operation = "replace" if "Deployment::" in urn else "update"
        states = {"oldState": old} if old else {}
        steps.append({"op": operation, "urn": urn, **states, "newState": _without(each)})
    gone = [urn for urn in before if urn not in now]
    return steps + [{"op": "delete", "urn": urn, "oldState": _state(before[urn])} for urn in gone]


def edited(  # noqa: PLR0913 -- each is another part of a step
    steps: Sequence[Json],
    kind: str,
    path: str,
    value: object,
    *,
    name: str | None = None,
    operation: str = "update",
) -> list[Json]:
    """Return the steps with another value of a resource's input, None for none.

    Args:
        steps: of a preview.
        kind: the resource's type.
        path: the keys to the input, with dots between them.
        value: the input's new value.
        name: the resource's name, if there are several of the type.
        operation: what the engine does.

    """
    found = copy.deepcopy(list(steps))
    one = next(
        each
        for each in found
        if f"{kind}::" in each["urn"] and name in {None, each["urn"].split("::", 3)[3]}
    )
    *keys, last = path.split(".")
    place = one["newState"]["inputs"]
    for key in keys:
        place = place.setdefault(key, {})
    place[last] = value
    if value is None:
        del place[last]
    top = path.split(".", maxsplit=1)[0]
    one |= {"op": operation, "diffReasons": [top], "detailedDiff": {path: {"kind": "update"}}}
    return found


def created(
    steps: Sequence[Json], kind: str, inputs: Json, sources: Mapping[str, str] | None = None
) -> list[Json]:
    """Return the steps with a new resource, whose inputs come from resources of these types."""
    urns = {each["urn"].split("::")[2].rsplit("$")[-1]: each["urn"] for each in steps}
    named = {key: [urns[each]] for key, each in (sources or {}).items()}
    return [*steps, step("create", kind, "more", new=state(inputs, propertyDependencies=named))]


def policy(*statements: Mapping[str, object]) -> str:
    """Return a policy in AWS's format."""
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def allow(
    action: object = "dynamodb:UpdateItem", resource: object = "arn:table", **more: object
) -> Json:
    """Return a statement of a role's policy."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


@cache
def _program() -> Program:
    folder = Path(mkdtemp(prefix="visitor-counter-"))
    atexit.register(shutil.rmtree, folder)
    copy_project(folder)
    package(folder, b"a program")
    return Program(folder)


@cache
def _recorded(stack: str, settings: str) -> dict[str, Resource]:
    run = _program().run(stack, PretendedAws(), json.loads(settings))
    return {each.urn: each for each in run.resources}


def _state(resource: Resource) -> Json:
    """Return a resource's state in AWS."""
    inputs = _plain(resource.inputs)
    identifier, outputs = PretendedAws().create(resource.kind, resource.name, inputs)
    provider = urn("", "", resource.urn.split(":")[2]).removesuffix("::") + _PROVIDER
    return {
        "urn": resource.urn,
        "custom": True,
        "type": resource.kind,
        "inputs": {"__defaults": [], **inputs},
        "outputs": {**copy.deepcopy(inputs), **outputs, "id": identifier},
        "protect": resource.protect,
        "provider": f"{provider}::6a4b6f16-69f3-4be6-a72b-c141c77a5743",
        "propertyDependencies": {key: list(urns) for key, urns in resource.sources.items()},
    }


def _without(state: Json) -> Json:
    """Return a state without what AWS answers."""
    return {key: value for key, value in state.items() if key != "outputs"}


def _plain(value: object) -> Any:  # noqa: ANN401 -- JSON
    """Return a recorded value as a preview shows it."""
    if isinstance(value, Secret):
        return "[secret]"
    if isinstance(value, dict):
        parts = {key: _plain(each) for key, each in cast("Json", value).items()}
        return {**parts, "hash": "fccf3c0f"} if SIGNATURE in parts else parts
    if isinstance(value, list):
        return [_plain(each) for each in cast("list[object]", value)]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _unknown(value: object, chosen: set[str]) -> Any:  # noqa: ANN401 -- JSON
    """Return a value without what AWS hasn't chosen yet."""
    if isinstance(value, dict):
        return {key: _unknown(each, chosen) for key, each in cast("Json", value).items()}
    if isinstance(value, list):
        return [_unknown(each, chosen) for each in cast("list[object]", value)]
    known = not isinstance(value, str) or not any(each in value for each in chosen)
    return value if known else UNKNOWN
