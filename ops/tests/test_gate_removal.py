"""Deletions and replacements that the gate blocks."""

import pytest
from counter_ops.gate.findings import Danger
from previews import (
    ALARM,
    DEPLOYMENT,
    FUNCTION,
    LOG_GROUP,
    PERMISSION,
    REST_API,
    ROLE,
    STAGE,
    TABLE,
    TOPIC,
    dangers,
    state,
    step,
    urn,
    verdict,
)

KEPT = [
    TABLE,
    REST_API,
    STAGE,
    "aws:apigateway/domainName:DomainName",
    "aws:apigateway/basePathMapping:BasePathMapping",
    LOG_GROUP,
    TOPIC,
    FUNCTION,
    ROLE,
    # Unlisted types.
    "aws:s3/bucket:Bucket",
    "aws:newService/newThing:NewThing",
]
DISPOSABLE = [
    DEPLOYMENT,
    ALARM,
    PERMISSION,
    "aws:apigateway/methodSettings:MethodSettings",
    "aws:cloudwatch/compositeAlarm:CompositeAlarm",
    "aws:cloudwatch/dashboard:Dashboard",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
    "aws:sns/topicSubscription:TopicSubscription",
    "pulumi:providers:aws",
]
REPLACING = [
    "replace",
    "create-replacement",
    "delete-replaced",
    "import-replacement",
    "read-replacement",
]


@pytest.mark.parametrize("kind", KEPT)
def test_what_holds_data_or_is_referred_to_is_not_deleted(kind: str) -> None:
    assert dangers(step("delete", kind)) == [Danger.DELETE]
    assert dangers(step("remove-pending-replace", kind)) == [Danger.DELETE]


@pytest.mark.parametrize("kind", KEPT)
@pytest.mark.parametrize("operation", REPLACING)
def test_what_holds_data_or_is_referred_to_is_not_replaced(kind: str, operation: str) -> None:
    assert dangers(step(operation, kind)) == [Danger.REPLACE]


@pytest.mark.parametrize("kind", DISPOSABLE)
@pytest.mark.parametrize("operation", ["delete", "replace"])
def test_what_can_be_made_again_may_go(kind: str, operation: str) -> None:
    # The permission is as wide as before.
    same = state({"principal": "apigateway.amazonaws.com", "sourceArn": "arn:api"})
    assert dangers(step(operation, kind, old=same, new=same)) == []


def test_what_is_refused_is_the_resource_and_not_the_component_that_holds_it() -> None:
    nested = urn(TABLE, "table", parent="visitor-counter:infra:CounterTable")
    group = {"custom": False}
    component = step("delete", "visitor-counter:infra:CounterTable", "table", old=group)
    judged = verdict(component, step("delete", TABLE, urn=nested))
    assert [finding.step.type for finding in judged.refused] == [TABLE]


def test_logs_are_kept_in_all_stacks_but_staging() -> None:
    for stack, found in (("prod", [Danger.DELETE]), ("prod-eu", [Danger.DELETE]), ("staging", [])):
        assert dangers(step("delete", LOG_GROUP, urn=urn(LOG_GROUP, "it", stack))) == found


def test_the_table_is_kept_in_staging_as_well() -> None:
    assert dangers(step("delete", TABLE, urn=urn(TABLE, "it", "staging"))) == [Danger.DELETE]


def test_a_replacement_listed_step_by_step_is_one_finding() -> None:
    steps = [
        step("create-replacement", TABLE, replaceReasons=["hashKey"]),
        step("replace", TABLE, replaceReasons=["hashKey"]),
        step("delete-replaced", TABLE),
    ]
    judged = verdict(*steps)
    assert [finding.what for finding in judged.refused] == [
        "would be replaced, forced by `hashKey`"
    ]


def test_what_is_replaced_and_then_deleted_is_both() -> None:
    steps = [step("delete-replaced", TABLE), step("delete", TABLE)]
    assert dangers(*steps) == [Danger.REPLACE, Danger.DELETE]


def test_a_replacement_names_the_property_that_forces_it() -> None:
    detailed = {
        "attributes[0].name": {"kind": "update", "inputDiff": False},
        "hashKey": {"kind": "update-replace", "inputDiff": False},
    }
    (finding,) = verdict(step("replace", TABLE, detailedDiff=detailed)).refused
    assert finding.what == "would be replaced, forced by `hashKey`"
    assert "holds the count" in finding.why


def test_where_no_detail_says_it_the_reason_of_the_engine_does() -> None:
    change = step("replace", REST_API, diffReasons=["name", "tags"], replaceReasons=["name"])
    (finding,) = verdict(change).refused
    assert "forced by `name`" in finding.what


def test_a_replacement_without_a_reason_says_that() -> None:
    (finding,) = verdict(step("replace", TABLE)).refused
    assert finding.what == "would be replaced, forced by an unnamed property"


@pytest.mark.parametrize("kind", KEPT[:-2])
def test_what_would_be_lost_is_said_for_each_kind_that_is_known(kind: str) -> None:
    (finding,) = verdict(step("delete", kind)).refused
    assert finding.what == "would be deleted, since the program no longer has it"
    assert "The gate doesn't know" not in finding.why


def test_a_resource_that_stays_in_the_cloud_is_refused_as_well() -> None:
    (finding,) = verdict(step("delete", TABLE, old=state(retainOnDelete=True))).refused
    assert finding.danger is Danger.DELETE
    assert "stay in the cloud" in finding.what


def test_a_renamed_resource_gets_the_hint_that_fits() -> None:
    (finding,) = verdict(step("create", TOPIC, "alerts"), step("delete", TOPIC, "alarms")).refused
    assert finding.step.name == "alarms"
    assert "`alerts`" in finding.why
    assert "alias" in finding.why
