"""How the gate reads a step: its operation, its states, and what the engine says of them."""

import copy
import json
from collections.abc import Callable
from functools import partial

import pytest
from counter_ops.gate.summary import markdown
from counter_ops.gate.verdict import Run, judge
from previews import (
    ALARM,
    DEPLOYMENT,
    FUNCTION,
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
    verdict,
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
    ("operation", "needed"),
    [
        *(
            ("delete", "delete"),
            ("delete-replaced", "delete"),
            ("remove-pending-replace", "delete"),
        ),
        *(("replace", "replace"), ("create-replacement", "replace")),
        *(("import", "import"), ("import-replacement", "import"), ("read-replacement", "import")),
        # It would no longer be the stack's.
        *(("read", "read"), ("discard", "read"), ("discard-replaced", "read")),
    ],
)
def test_each_operation_that_does_something_to_the_table_needs_an_entry(
    operation: str, needed: str
) -> None:
    assert refused(*having(TABLE, operation)) == [needed]


@pytest.mark.parametrize("operation", ["import-replacement", "read-replacement", "discard"])
def test_what_replaces_is_a_new_resource_of_the_stacks_own(operation: str) -> None:
    assert refused(*having(DEPLOYMENT, "replace")) == []
    assert refused(*having(DEPLOYMENT, operation)) != []


def test_the_two_halves_of_a_replacement_are_one_change() -> None:
    for kind, needed in ((DEPLOYMENT, []), (TABLE, ["replace"])):
        halves = [having(kind, each) for each in ("create-replacement", "delete-replaced")]
        both = [one(each, kind) for each in halves]
        rest = [each for each in PROD if each["urn"] != both[0]["urn"]]
        assert refused(*rest, *both) == needed
        # The second half alone, as after an update that broke off.
        assert refused(*rest, both[1]) == ["delete" for _ in needed]


def test_to_look_at_a_resource_changes_nothing() -> None:
    assert refused(*having(TABLE, "refresh")) == []
    account = step("read", "aws:apigateway/account:Account", new=state({"id": "x"}, external=True))
    del account["oldState"]
    assert refused(*PROD, account) == []
    old = step("discard", ROLE, old=state(external=True))
    assert refused(*PROD, {**old, "newState": None}) == []


@pytest.mark.parametrize("operation", ["frobnicate", "", "DELETE", "diff"])
def test_an_unknown_operation_is_refused_for_good(operation: str) -> None:
    judged = verdict(*PROD, {**step("update", ALARM), "op": operation})
    assert not judged.may_go_on
    assert "```yaml" not in markdown(judged, 10_000, "")


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


def test_a_key_with_a_dot_is_not_the_path_that_it_looks_like() -> None:
    steps = having(FUNCTION, "update")
    one(steps, FUNCTION)["newState"]["inputs"]["environment.variables.START_COUNT"] = "7"
    assert refused(*steps) == ["environment.variables.START_COUNT"]


def test_the_same_in_other_words_is_no_change() -> None:
    old = one(PROD, ROLE_POLICY)["oldState"]["inputs"]["policy"]
    assert (
        refused(*edited(PROD, ROLE_POLICY, "policy", json.dumps(json.loads(old), indent=2))) == []
    )
    double = old.replace('"Version"', '"Version": "2008-10-17", "Version"')
    assert refused(*edited(PROD, ROLE_POLICY, "policy", double)) == ["policy"]


def test_a_retained_or_protected_resource_stays_so() -> None:
    steps = copy.deepcopy(PROD)
    one(steps, TOPIC)["oldState"]["retainOnDelete"] = True
    one(steps, TABLE)["newState"]["protect"] = False
    assert refused(*steps) == ["options.protect", "options.retainOnDelete"]
    steps = copy.deepcopy(PROD)
    one(steps, TOPIC)["newState"] |= {"retainOnDelete": True, "protect": True}
    assert refused(*steps) == []


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


def test_a_provider_of_the_programs_own_that_is_named_like_the_engines_fails() -> None:
    """Previews don't list it, nor what it sets."""
    assert "named like" in str(verdict(*with_provider("default_9::x")).failures)


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


def test_a_state_of_another_resource_is_no_preview() -> None:
    steps = copy.deepcopy(PROD)
    one(steps, ROLE)["newState"]["urn"] = one(steps, TOPIC)["urn"]
    assert "of another resource" in str(verdict(*steps).failures)


ARN = "arn:aws:sns:us-east-1:123456789012:visitor-counter-prod-alarms"


def alarm(steps: list[Json], topic: str, *sources: str) -> list[Json]:
    """Return the steps with a new alarm, whose action comes from the topic and other sources."""
    inputs = {"name": "more", "alarmActions": [topic]}
    *rest, new = created(steps, ALARM, inputs, {"alarmActions": TOPIC})
    new["newState"]["propertyDependencies"]["alarmActions"] += sources
    return [*rest, new]


def external(steps: list[Json], operation: str = "read") -> list[Json]:
    """Return the steps with a topic that the stack only reads."""
    found = copy.deepcopy(steps)
    topic = one(found, TOPIC)
    topic |= {"op": operation}
    topic["oldState"] |= {"external": True}
    topic["newState"] |= {"external": True, "outputs": {"arn": ARN}}
    return found


@pytest.mark.parametrize(
    ("steps", "passes"),
    [
        (alarm(PROD, ARN), True),
        # What isn't known must come from something that changes.
        (alarm(PROD, UNKNOWN), False),
        (alarm(having(TOPIC, "update"), UNKNOWN), True),
        # A resource that is only read isn't the stack's own.
        (external(alarm(PROD, ARN)), False),
        (external(alarm(PROD, UNKNOWN)), False),
        (external(alarm(PROD, ARN), "same"), False),
        (alarm(having(TOPIC, "update"), UNKNOWN, f"{PROVIDERS}::foreign"), False),
        (alarm(having(ROLE, "replace"), UNKNOWN, one(PROD, ROLE)["urn"]), True),
    ],
)
def test_own_is_what_the_stacks_resources_say_of_themselves(
    steps: list[Json],
    passes: bool,  # noqa: FBT001 -- a row
) -> None:
    judged = verdict(*steps)
    needed = [demand.where for _, demands in judged.refused for demand in demands]
    assert ("alarmActions" not in needed) == passes


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
        *((partial(alarm, PROD, each), False) for each in ("*", "[secret]")),
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
    assert refused(*edited(PROD, ROLE_POLICY, "policy", wide)) == ["policy"]
    more = step("create", ROLE_POLICY, "more", new=state({"policy": wide, "role": "x"}))
    assert refused(*PROD, more) == ["create"]
