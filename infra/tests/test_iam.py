"""The tests' small IAM decides like AWS's."""

import json

import pytest
from iam import allows


def policy(**statement: object) -> str:
    whole = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"} | statement
    return json.dumps({"Version": "2012-10-17", "Statement": [whole]})


@pytest.mark.parametrize(
    ("resource", "name", "matches"),
    [
        ("table/prod", "table/prod", True),
        ("table/prod", "table/production", False),
        ("table/*", "table/prod/index/a", True),
        ("a.c", "abc", False),
        ("tags/${*}", "tags/*", True),
        ("tags/${*}", "tags/a1b2", False),
        ("tags/*/stages/${*}", "tags/a1b2/stages/*", True),
    ],
)
def test_a_resource_is_matched_with_wildcards(resource: str, name: str, *, matches: bool) -> None:
    assert allows(policy(Resource=[resource]), "s3:GetObject", name) == matches


def test_a_condition_on_a_key_that_the_request_lacks_does_not_hold() -> None:
    conditional = policy(Condition={"StringEquals": {"aws:RequestTag/stack": "prod"}})
    assert allows(conditional, "s3:GetObject", "a", {"aws:RequestTag/stack": "prod"})
    assert not allows(conditional, "s3:GetObject", "a", {"aws:RequestTag/stack": "staging"})
    assert not allows(conditional, "s3:GetObject", "a")


def test_a_condition_that_may_be_left_out_holds_without_its_key() -> None:
    conditional = policy(Condition={"StringEqualsIfExists": {"aws:ResourceTag/stack": "prod"}})
    assert allows(conditional, "s3:GetObject", "a")
    assert allows(conditional, "s3:GetObject", "a", {"aws:ResourceTag/stack": "prod"})
    assert not allows(conditional, "s3:GetObject", "a", {"aws:ResourceTag/stack": "prod-eu"})


def test_a_condition_for_all_values_holds_for_none() -> None:
    conditional = policy(Condition={"ForAllValues:StringLike": {"actions": "topic-*"}})
    assert allows(conditional, "s3:GetObject", "a")
    assert allows(conditional, "s3:GetObject", "a", {"actions": ["topic-1", "topic-2"]})
    assert not allows(conditional, "s3:GetObject", "a", {"actions": ["topic-1", "stop"]})


def test_what_is_denied_is_not_allowed() -> None:
    assert not allows(policy(Effect="Deny"), "s3:GetObject", "a")
    assert not allows(policy(), "s3:PutObject", "a")
