"""The comparison of policies."""

import re

import pytest
from counter_ops.gate.policies import PolicyError, far_reaching, grants, open_to_anyone, widened
from previews import Json, allow
from pydantic import JsonValue

TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/counter"
PAGE = "arn:aws:execute-api:us-east-1:123456789012:abc/prod/GET/visitorcount"


def wider(old: list[Json], new: list[Json]) -> bool:
    return bool(widened(grants({"Statement": [*old]}), grants({"Statement": [*new]})))


def under(**condition: object) -> Json:
    return allow("a:B", TABLE, Condition=condition)


def trust(principal: object) -> Json:
    return {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}


READ = allow("dynamodb:GetItem", TABLE)
WRITE = allow("dynamodb:UpdateItem", TABLE)
DENIED = {**allow("dynamodb:DeleteTable", "*"), "Effect": "Deny"}
LAMBDA = trust({"Service": "lambda.amazonaws.com"})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([WRITE], [WRITE]),
        ([READ, WRITE], [WRITE]),
        ([READ, WRITE], []),
        ([READ, WRITE], [allow(["dynamodb:UpdateItem", "dynamodb:GetItem"], [TABLE])]),
        ([{**WRITE, "Sid": "Old"}], [{**WRITE, "Sid": "New"}]),
        ([WRITE], [allow("DynamoDB:updateitem", TABLE)]),
        ([allow("dynamodb:*", TABLE)], [WRITE]),
        ([allow("dynamodb:*", TABLE)], [allow("dynamodb:Update*", TABLE)]),
        ([allow("dynamodb:UpdateItem", "*")], [WRITE]),
        ([allow("dynamodb:UpdateIte?", TABLE)], [WRITE]),
        ([WRITE], [WRITE, DENIED]),
        ([DENIED], [{**DENIED, "Action": "dynamodb:*"}]),
        ([allow("a:B", TABLE)], [under(StringEquals={"a": "1"})]),
        ([under(StringEquals={"a": ["1", "2"]})], [under(StringEquals={"a": "2"})]),
        ([under(StringEquals={"a": "1"})], [under(StringEquals={"A": "1", "b": "2"})]),
        ([under(StringLike={"a": "x*"})], [under(StringLike={"a": ["x1", "x2*"]})]),
        ([LAMBDA], [LAMBDA]),
        ([trust({"AWS": ["arn:a", "arn:b"]})], [trust({"AWS": "arn:a"})]),
    ],
)
def test_a_policy_that_allows_the_same_or_less_is_not_wider(
    old: list[Json], new: list[Json]
) -> None:
    assert not wider(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([], [WRITE]),
        ([LAMBDA], [WRITE]),
        ([WRITE], [LAMBDA]),
        ([LAMBDA], [{**LAMBDA, "Resource": "*"}]),
        ([{**WRITE, "Effect": "Deny"}], [WRITE]),
        ([{**WRITE, "Effect": "Deny"}, WRITE], [WRITE]),
        ([READ], [READ, WRITE]),
        ([WRITE], [allow("dynamodb:*", TABLE)]),
        ([WRITE], [allow("dynamodb:UpdateIte?", TABLE)]),
        ([WRITE], [allow("*", TABLE)]),
        ([WRITE], [allow("dynamodb:UpdateItem", "*")]),
        ([WRITE], [allow("dynamodb:UpdateItem", TABLE + "*")]),
        ([WRITE], [allow("dynamodb:UpdateItem", [TABLE, TABLE + "-2"])]),
        # A question mark is one character, and a star any number.
        ([allow("a:?", TABLE)], [allow("a:*", TABLE)]),
        ([allow("a.b", TABLE)], [allow("aXb", TABLE)]),
        ([WRITE, DENIED], [WRITE]),
        ([WRITE, DENIED], [WRITE, {**DENIED, "Resource": TABLE}]),
        ([under(StringEquals={"a": "1"})], [allow("a:B", TABLE)]),
        ([under(StringEquals={"a": "1"})], [under(StringEquals={"a": ["1", "2"]})]),
        ([under(StringEquals={"a": "1"})], [under(StringLike={"a": "1"})]),
        ([under(StringEquals={"a": "1"})], [under(StringEquals={"b": "1"})]),
        ([under(StringEquals={"a": "1"})], [under(StringEquals={"a": []})]),
        ([under(StringLike={"a": "x*"})], [under(StringLike={"a": "*"})]),
        ([under(StringLike={"a": "x*"})], [under(StringLike={"a": []})]),
        ([under(StringLike={"a": "x*"})], [allow("a:B", TABLE)]),
        # With more values, fewer are left.
        ([under(StringNotEquals={"a": ["1", "2"]})], [under(StringNotEquals={"a": "1"})]),
        ([under(NumericLessThan={"a": "1"})], [under(NumericLessThan={"a": "2"})]),
        ([LAMBDA], [trust({"Service": ["lambda.amazonaws.com", "ec2.amazonaws.com"]})]),
        ([trust({"AWS": "arn:a"})], [trust({"AWS": "*"})]),
        ([trust({"AWS": "arn:a"})], [trust("*")]),
        # "All but a few" allows more than those few without one.
        (
            [{"Effect": "Allow", "NotAction": ["iam:*", "sts:*"], "Resource": "*"}],
            [{"Effect": "Allow", "NotAction": ["iam:*"], "Resource": "*"}],
        ),
        (
            [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}],
            [{"Effect": "Allow", "NotAction": "iam:Get*", "Resource": "*"}],
        ),
        (
            [{"Effect": "Allow", "Action": "a:B", "NotResource": "arn:*"}],
            [{"Effect": "Allow", "Action": "a:B", "NotResource": "arn:x"}],
        ),
        (
            [{"Effect": "Allow", "Action": "a:B", "NotPrincipal": {"AWS": "*"}}],
            [{"Effect": "Allow", "Action": "a:B", "NotPrincipal": {"AWS": "arn:x"}}],
        ),
        ([WRITE], [{"Effect": "Allow", "NotAction": "dynamodb:UpdateItem", "Resource": TABLE}]),
        ([WRITE], [{"Effect": "Allow", "Action": "dynamodb:UpdateItem", "NotResource": TABLE}]),
    ],
)
def test_a_policy_that_allows_more_is_wider(old: list[Json], new: list[Json]) -> None:
    assert wider(old, new)


def test_what_is_new_is_named() -> None:
    (said,) = widened(grants({"Statement": WRITE}), grants({"Statement": [WRITE, READ]}))
    assert said == f"it would allow `dynamodb:GetItem` on `{TABLE}`"


def test_who_is_new_is_named() -> None:
    (said,) = widened([], grants({"Statement": LAMBDA}))
    assert said == "it would allow `sts:AssumeRole` for `Service:lambda.amazonaws.com`"


def test_the_condition_is_named() -> None:
    (said,) = widened([], grants({"Statement": under(StringLike={"a": ["x*", "y"]})}))
    assert said == f"it would allow `a:B` on `{TABLE}` if `StringLike a` `x*` or `y`"


def test_a_pattern_with_many_stars_takes_no_time() -> None:
    assert wider([allow("*a" * 30 + "*c", TABLE)], [allow("a" * 60 + "b", TABLE)])


def test_all_but_something_is_named() -> None:
    statement: Json = {"Effect": "Allow", "NotAction": ["b:*", "a:*"], "NotResource": "arn:x"}
    (said,) = widened([], grants({"Statement": statement}))
    assert said == "it would allow all but `a:*, b:*` on all but `arn:x`"


def test_what_is_no_longer_denied_is_named() -> None:
    (said,) = widened(grants({"Statement": DENIED}), [])
    assert said == "it would no longer deny `dynamodb:DeleteTable` on `*`"


@pytest.mark.parametrize(
    "principal", ["*", {"AWS": "*"}, {"AWS": ["arn:a", "*"]}, {"Federated": "*"}]
)
def test_everyone_is_recognized_as_a_principal(principal: object) -> None:
    assert open_to_anyone(grants({"Statement": trust(principal)}))


def test_all_but_some_are_everyone() -> None:
    statement: Json = {**trust("*"), "NotPrincipal": {"AWS": "arn:a"}}
    del statement["Principal"]
    assert open_to_anyone(grants({"Statement": statement}))


@pytest.mark.parametrize(
    "statement", [LAMBDA, trust({"AWS": "arn:aws:iam::1:root"}), {**trust("*"), "Effect": "Deny"}]
)
def test_those_who_are_named_or_denied_are_not_everyone(statement: Json) -> None:
    assert not open_to_anyone(grants({"Statement": statement}))


@pytest.mark.parametrize(
    "statement",
    [
        allow("*", TABLE),
        allow("dynamodb:*", TABLE),
        allow("dynamodb:UpdateItem", "*"),
        allow(["xray:PutTraceSegments", "dynamodb:UpdateItem"], "*"),
        allow("**", TABLE),
        allow("dynamo*", TABLE),
        allow("dynamodb:?*", TABLE),
        allow("iam:P*", "arn:aws:iam::1:role/x"),
        allow("iam:PassRole", "arn:aws:iam::1:*"),
        allow("dynamodb:UpdateItem", "**"),
        allow("dynamodb:UpdateItem", "arn:*"),
        allow("dynamodb:UpdateItem", "arn:aws:*:*:*:*"),
        allow("s3:GetObject", "arn:aws:s3:::*"),
        {"Effect": "Allow", "NotAction": "iam:*", "Resource": TABLE},
        {"Effect": "Allow", "Action": "dynamodb:UpdateItem", "NotResource": TABLE},
    ],
)
def test_a_statement_without_a_limit_is_far_reaching(statement: Json) -> None:
    assert far_reaching(grants({"Statement": statement}))


@pytest.mark.parametrize(
    "statement",
    [
        WRITE,
        allow("dynamodb:Get*", TABLE + "/*"),
        allow("iam:PassRole", "arn:aws:iam::1:role/x"),
        allow("xray:PutTraceSegments", "*"),
        DENIED,
        trust({"AWS": "arn:a"}),
    ],
)
def test_a_statement_with_a_limit_is_not(statement: Json) -> None:
    assert not far_reaching(grants({"Statement": statement}))


def stating(**statement: object) -> Json:
    return {"Statement": [{"Effect": "Allow", "Action": "a:B", "Resource": "*", **statement}]}


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("{}", "it has no statements"),
        (None, "it has no statements"),
        ([], "it has no statements"),
        ({}, "it has no statements"),
        ({"Statement": "x"}, "a statement has the effect `None`"),
        (stating(Effect="Maybe"), "a statement has the effect `Maybe`"),
        ({"Statement": [{"Effect": "Allow"}]}, "a statement has no action"),
        (stating(Action=7), "a principal, action or resource isn't a text"),
        (stating(Action=[]), "a principal, action or resource isn't a text"),
        (stating(Action=["a:B", 7]), "a principal, action or resource isn't a text"),
        (stating(Resource=None), "a principal, action or resource isn't a text"),
        (stating(Condition="x"), "a condition isn't an object"),
        (stating(Condition={"Bool": 1}), "the condition Bool isn't an object"),
    ],
)
def test_what_is_no_policy_is_an_error(value: JsonValue, reason: str) -> None:
    with pytest.raises(PolicyError, match=re.escape(reason)):
        grants(value)


def test_services_that_give_rights_want_each_action_by_its_name() -> None:
    for service in ("iam", "kms", "organizations", "sts"):
        assert far_reaching(grants({"Statement": allow(f"{service}:Get*", "arn:aws:x:r:1:y")}))
    assert not far_reaching(grants({"Statement": allow("s3:Get*", "arn:aws:x:r:1:y")}))
