"""How the gate reads a step: its operation, its states, and what the engine says of them."""

import copy
import json
from collections.abc import Callable

import pytest
from counter_ops.gate.verdict import Run, judge
from previews import (
    ALARM,
    API,
    DEPLOYMENT,
    FUNCTION,
    PERMISSION,
    ROLE,
    ROLE_POLICY,
    SUBSCRIPTION,
    TABLE,
    TODAY,
    TOPIC,
    UNKNOWN,
    Json,
    allow,
    changed,
    created,
    deployed,
    edited,
    first,
    group,
    output,
    policy,
    refused,
    state,
    step,
)

PROD = deployed(alarmEmails=["a@example.com"])
PROVIDERS = "urn:pulumi:prod::visitor-counter::pulumi:providers:aws"
WITHOUT_NEW = {"delete", "delete-replaced", "remove-pending-replace", "discard", "discard-replaced"}


def one(steps: list[Json], kind: str) -> Json:
    return next(each for each in steps if f"{kind}::" in each["urn"])


def having(kind: str, operation: str) -> list[Json]:
    """Return prod, where an operation is done to a resource of a type."""
    steps = copy.deepcopy(PROD)
    found = one(steps, kind)
    found["op"] = operation
    if operation in WITHOUT_NEW:
        del found["newState"]
    return steps


@pytest.mark.parametrize(
    "operation",
    # After "replace", what the engine lists only if it is asked to, and what it may list one day.
    [
        *("delete", "replace", "import", "read", "discard", "create-replacement"),
        *("delete-replaced", "remove-pending-replace", "frobnicate", "DELETE", ""),
    ],
)
def test_each_operation_that_does_something_to_the_table_needs_an_entry(operation: str) -> None:
    assert refused(*having(TABLE, operation)) == [operation]


@pytest.mark.parametrize(
    "operation", ["import-replacement", "read-replacement", "discard", "delete-replaced"]
)
def test_what_may_be_replaced_is_replaced_by_that_operation_alone(operation: str) -> None:
    assert refused(*having(DEPLOYMENT, "replace")) == []
    assert refused(*having(DEPLOYMENT, operation)) != []


def test_to_look_at_a_resource_changes_nothing() -> None:
    assert refused(*having(TABLE, "refresh")) == []
    account = step("read", "aws:apigateway/account:Account", new=state({"id": "x"}, external=True))
    del account["oldState"]
    assert refused(*PROD, account) == []
    old = step("discard", ROLE, old=state(external=True))
    assert refused(*PROD, {**old, "newState": None}) == []


def test_what_changes_is_read_from_the_states_not_from_what_the_engine_says() -> None:
    steps = edited(PROD, FUNCTION, "environment.variables.START_COUNT", "7")
    function = next(each for each in steps if each["op"] == "update")
    function["newState"]["inputs"]["environment"]["variables"]["TABLE_NAME"] = "another"
    assert refused(*steps) == ["environment.variables.TABLE_NAME"]
    function |= {"detailedDiff": None, "diffReasons": None}
    assert refused(*steps) == ["environment.variables.TABLE_NAME"]
    function["op"] = "same"
    assert refused(*steps) == ["environment.variables.TABLE_NAME"]


def test_an_update_that_doesnt_say_what_it_changes_needs_an_entry() -> None:
    assert refused(*having(ROLE, "update")) == ["update"]


@pytest.mark.parametrize(
    "named", [{"diffReasons": ["role"]}, {"detailedDiff": {"role[0].x": {"kind": "update"}}}]
)
def test_what_only_the_engine_sees_to_change_is_judged_too(named: Json) -> None:
    """As after a refresh: the resource was changed outside of the stack."""
    steps = having(FUNCTION, "update")
    one(steps, FUNCTION).update(named)
    assert refused(*steps) == []
    one(steps, FUNCTION)["oldState"]["outputs"]["role"] = "another"
    assert refused(*steps) == ["role"]


def test_a_secret_that_changes_is_judged_although_it_isnt_shown() -> None:
    steps = having(SUBSCRIPTION, "update")
    one(steps, SUBSCRIPTION)["diffReasons"] = ["endpoint"]
    assert refused(*steps) == ["endpoint"]
    steps = edited(PROD, FUNCTION, "environment.variables.START_COUNT", "7")
    function = next(each for each in steps if each["op"] == "update")
    for each in (function["oldState"], function["newState"]):
        each["inputs"]["environment"]["variables"]["KEY"] = "[secret]"
    function |= {"detailedDiff": None, "diffReasons": ["environment"]}
    assert refused(*steps) == ["environment.variables.KEY"]


def test_the_same_in_other_words_is_no_change() -> None:
    old = one(PROD, ROLE_POLICY)["oldState"]["inputs"]["policy"]
    assert (
        refused(*edited(PROD, ROLE_POLICY, "policy", json.dumps(json.loads(old), indent=2))) == []
    )
    double = old.replace('"Version"', '"Version": "2008-10-17", "Version"')
    assert refused(*edited(PROD, ROLE_POLICY, "policy", double)) == ["policy"]


def test_a_text_that_is_too_deep_to_read_as_json_stays_a_text() -> None:
    assert refused(*edited(PROD, ROLE_POLICY, "policy", "[" * 100_000)) == ["policy"]


def test_a_resource_may_be_protected_and_nothing_else() -> None:
    steps = copy.deepcopy(PROD)
    one(steps, TOPIC)["oldState"]["retainOnDelete"] = True
    one(steps, TABLE)["newState"]["protect"] = False
    assert {*refused(*steps)} == {"options.protect", "options.retainOnDelete"}
    steps = copy.deepcopy(PROD)
    one(steps, TOPIC)["newState"] |= {"retainOnDelete": True, "protect": True}
    assert refused(*steps) == ["options.retainOnDelete"]


def test_a_resource_that_moves_to_another_name_needs_an_entry() -> None:
    steps = copy.deepcopy(PROD)
    topic = one(steps, TOPIC)
    topic["oldState"]["urn"] = topic["urn"].replace("::monitoring", "::alarms")
    assert refused(*steps) == ["options.urn"]


def with_provider(name: str) -> list[Json]:
    steps = copy.deepcopy(PROD)
    one(steps, TOPIC)["newState"]["provider"] = f"{PROVIDERS}::{name}"
    return steps


@pytest.mark.parametrize("name", ["default_7_51_1::x", "default_7_52_0::y", "default::z"])
def test_the_engines_own_provider_may_be_another_version(name: str) -> None:
    steps = with_provider(name)
    for each in steps:
        each["newState"]["provider"] = f"{PROVIDERS}::{name}"
    assert refused(*steps) == []


@pytest.mark.parametrize("name", ["elsewhere::x", "default_evil::x", "default_7::a::b"])
def test_a_provider_of_the_programs_own_needs_an_entry(name: str) -> None:
    assert refused(*with_provider(name)) == ["options.provider"]
    new = state({"name": "x"}, provider=f"{PROVIDERS}::{name}")
    assert "options.provider" in refused(*PROD, step("create", ALARM, new=new))
    assert "options.provider" in refused(*first(), step("create", ALARM, new=new))


@pytest.mark.parametrize("name", ["default_7_51_1", "default", "defaulted"])
@pytest.mark.parametrize(
    ("change", "needed"),
    [
        # The engine's own, which a first deployment makes.
        ({"adds": {"region": "us-east-1", "version": "7.51.1", "__internal": {}}}, ""),
        ({"updates": {"version": "7.52.0"}}, ""),
        ({}, ""),
        ({"adds": {"assumeRoles": "[]"}}, "assumeRoles"),
        ({"updates": {"endpoints": "[]"}}, "endpoints"),
    ],
)
def test_a_provider_that_no_preview_lists_is_judged_by_the_plan(
    name: str, change: Json, needed: str
) -> None:
    """The program can make one under a name like the engine's, with the role of a stranger."""
    goal = {"type": "pulumi:providers:aws", "name": name, "inputDiff": change}
    plans = {f"{PROVIDERS}::{name}": {"goal": goal}, one(PROD, TABLE)["urn"]: {"goal": None}}
    run = Run(output(*PROD), 0, plan=json.dumps({"resourcePlans": plans}))
    failures = judge(run, [], TODAY).failures
    assert [each.split()[0] for each in failures] == [needed] * bool(needed)


@pytest.mark.parametrize(
    "key", ["aws:endpoints", "aws:assumeRoles", "aws:defaultTags", "aws:profile"]
)
def test_a_setting_of_the_provider_that_the_steps_dont_show_fails(key: str) -> None:
    config = {"aws:region": "us-east-1", key: "x"}
    judged = judge(Run(output(*PROD, config=config), 0), [], TODAY)
    assert [each for each in judged.failures if key in each]
    assert not judged.may_go_on


def test_components_come_and_go_and_other_groups_need_an_entry() -> None:
    for operation in ("create", "update", "delete"):
        assert refused(*PROD, group("visitor-counter:infra:More", "x", operation=operation)) == []
        for kind in (ROLE, "evil:index:Component"):
            assert refused(*PROD, group(kind, "x", operation=operation)) == [operation]


ARN = "arn:aws:sns:us-east-1:123456789012:visitor-counter-prod-alarms"


def alarm(steps: list[Json], topic: str, *sources: str) -> list[Json]:
    """Return the steps with a new alarm, whose action comes from the topic and other sources."""
    inputs = {"name": "more", "alarmActions": [topic]}
    *rest, new = created(steps, ALARM, inputs, {"alarmActions": TOPIC})
    new["newState"]["propertyDependencies"]["alarmActions"] += sources
    return [*rest, new]


def secret_topic(steps: list[Json]) -> list[Json]:
    """Return the steps with a topic whose address is a secret."""
    found = copy.deepcopy(steps)
    one(found, TOPIC)["oldState"]["outputs"]["arn"] = "[secret]"
    return found


def external(steps: list[Json], operation: str = "read") -> list[Json]:
    """Return the steps with a topic that the stack only reads."""
    found = copy.deepcopy(steps)
    topic = one(found, TOPIC)
    topic |= {"op": operation}
    topic["oldState"] |= {"external": True}
    topic["newState"] |= {"external": True, "outputs": {"arn": ARN}}
    return found


FROM_ROLE = {"alarmActions": ROLE}


@pytest.mark.parametrize(
    ("steps", "passes"),
    [
        (alarm(PROD, ARN), True),
        # What isn't known must come from something that changes.
        (alarm(PROD, UNKNOWN), False),
        (alarm(having(TOPIC, "update"), UNKNOWN), True),
        # Secrets all look alike.
        (secret_topic(alarm(PROD, "[secret]")), False),
        # A resource that is only read isn't the stack's own.
        (external(alarm(PROD, ARN)), False),
        (external(alarm(PROD, UNKNOWN)), False),
        (external(alarm(PROD, ARN), "same"), False),
        (alarm(having(TOPIC, "update"), UNKNOWN, f"{PROVIDERS}::foreign"), False),
        # The topic's address is known, so the other resource hides what it becomes.
        (alarm(having(ROLE, "replace"), UNKNOWN, one(PROD, ROLE)["urn"]), False),
        # Nor is one of another type a topic.
        (created(having(ROLE, "update"), ALARM, {"alarmActions": [UNKNOWN]}, FROM_ROLE), False),
        # The replaced one goes.
        (alarm(having(TOPIC, "replace"), ARN), False),
    ],
)
def test_own_is_what_the_stacks_resources_say_of_themselves(
    steps: list[Json],
    passes: bool,  # noqa: FBT001 -- a row
) -> None:
    assert ("alarmActions" not in refused(*steps)) == passes


GATEWAYS: Json = {
    "action": "lambda:InvokeFunction",
    "function": "visitor-counter-prod",
    "principal": "apigateway.amazonaws.com",
    "sourceArn": "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5/prod/GET/more",
}
GATEWAYS_SOURCES = {"function": FUNCTION, "sourceArn": API}
OTHER_WORDS = edited(PROD, API, "description", "A counter")


def unlisted(steps: list[Json]) -> tuple[list[Json], int]:
    shown = [each for each in steps if each["op"] != "same"]
    return shown, len(steps) - len(shown)


@pytest.mark.parametrize(
    ("change", "passes"),
    [
        (lambda: alarm(edited(PROD, ALARM, "alarmDescription", "x"), ARN), True),
        (
            lambda: alarm(edited(PROD, ALARM, "alarmDescription", "x"), ARN.replace("12", "99")),
            False,
        ),
        (lambda: changed("prod", {"alarms": False}, {}), True),
        (lambda: changed("prod", {}, {"accessLogs": True}), True),
        (lambda: created(PROD, ALARM, {"name": "more", "alarmActions": [ARN]}), False),
        (lambda: alarm(PROD, "[secret]"), False),
        # What only begins with an attribute: the resource must be listed.
        (lambda: created(PROD, PERMISSION, GATEWAYS, GATEWAYS_SOURCES), False),
        (lambda: created(OTHER_WORDS, PERMISSION, GATEWAYS, GATEWAYS_SOURCES), True),
    ],
)
def test_where_unchanged_resources_arent_listed_the_sources_of_a_value_say_whose_it_is(
    change: Callable[[], list[Json]],
    passes: bool,  # noqa: FBT001 -- a row
) -> None:
    shown, hidden = unlisted(change())
    assert (refused(*shown, hidden=hidden) == []) == passes


def test_a_wide_policy_is_refused_wherever_it_comes() -> None:
    wide = policy(allow("*", "*"))
    assert refused(*edited(PROD, ROLE_POLICY, "policy", wide)) == ["policy.Statement"]
    more = step("create", ROLE_POLICY, "more", new=state({"policy": wide, "role": "x"}))
    assert refused(*PROD, more) == ["create"]
