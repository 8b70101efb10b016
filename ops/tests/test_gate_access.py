"""Changes that give more access than before."""

import json

import pytest
from counter_ops.gate.findings import Danger
from previews import (
    ATTACHMENT,
    FUNCTION,
    PERMISSION,
    REST_API,
    ROLE,
    ROLE_POLICY,
    TOPIC,
    UNKNOWN,
    Json,
    allow,
    dangers,
    policy,
    state,
    step,
    urn,
    verdict,
)

COUNTS = policy(allow("dynamodb:UpdateItem", "arn:table"))
COUNTS_AND_READS = policy(allow(["dynamodb:UpdateItem", "dynamodb:GetItem"], "arn:table"))
LAMBDA_MAY = policy(
    {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "lambda.amazonaws.com"},
    }
)
ALL_MAY = policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*"})
INVOKED = {
    "action": "lambda:InvokeFunction",
    "function": "counter",
    "principal": "apigateway.amazonaws.com",
    "sourceArn": "arn:api/prod/GET/visitorcount",
}
OF_THE_ROLE = {"role": [urn(ROLE, "function")]}


def changed(kind: str, before: Json, after: Json) -> list[Danger]:
    return dangers(step("update", kind, old=state(before), new=state(after)))


def added(kind: str, inputs: Json, *others: Json, hidden: int = 0) -> list[Danger]:
    new = state({"role": "function", **inputs}, propertyDependencies=OF_THE_ROLE)
    return dangers(step("create", kind, new=new), *others, hidden=hidden)


NEW_ROLE = step("create", ROLE, "function", new=state({"assumeRolePolicy": LAMBDA_MAY}))
OLD_ROLE = step("same", ROLE, "function", old=state(), new=state())


def test_a_role_may_get_less_rights_but_not_more() -> None:
    assert changed(ROLE_POLICY, {"policy": COUNTS_AND_READS}, {"policy": COUNTS}) == []
    assert changed(ROLE_POLICY, {"policy": COUNTS}, {"policy": COUNTS_AND_READS}) == ["access"]


def test_a_policy_may_be_written_in_another_way() -> None:
    spread = json.dumps(json.loads(COUNTS), indent=2)
    assert changed(ROLE_POLICY, {"policy": COUNTS}, {"policy": spread}) == []
    assert changed(ROLE_POLICY, {"policy": COUNTS}, {"policy": json.loads(COUNTS)}) == []


def test_the_reason_names_the_property_and_what_it_would_allow() -> None:
    before, after = state({"policy": COUNTS}), state({"policy": COUNTS_AND_READS})
    (finding,) = verdict(step("update", ROLE_POLICY, old=before, new=after)).refused
    assert finding.what == "would change `policy`"
    assert finding.details == ["it would allow `dynamodb:GetItem` on `arn:table`"]


def test_a_replaced_policy_is_compared_as_well() -> None:
    before, after = state({"policy": COUNTS}), state({"policy": COUNTS_AND_READS})
    assert dangers(step("replace", ROLE_POLICY, old=before, new=after)) == [Danger.ACCESS]


@pytest.mark.parametrize("after", [UNKNOWN, '{"Statement": 7}', '{"Statement": [{}]}'])
def test_a_policy_of_which_nobody_knows_what_it_allows_is_refused(after: str) -> None:
    assert changed(ROLE_POLICY, {"policy": COUNTS}, {"policy": after}) == [Danger.ACCESS]


@pytest.mark.parametrize("key", ["assumeRolePolicy", "policyDocument"])
def test_that_is_so_for_all_kinds_of_policies(key: str) -> None:
    assert changed(ROLE, {key: LAMBDA_MAY}, {key: UNKNOWN}) == [Danger.ACCESS]


def test_where_nobody_knows_what_was_allowed_all_is_more() -> None:
    assert changed(ROLE_POLICY, {"policy": UNKNOWN}, {"policy": COUNTS}) == [Danger.ACCESS]


def test_whoever_may_take_a_role_is_watched_too() -> None:
    before, after = {"assumeRolePolicy": LAMBDA_MAY}, {"assumeRolePolicy": ALL_MAY}
    assert changed(ROLE, before, after) == [Danger.ACCESS]


def test_what_stays_open_to_everyone_is_noticed_when_it_changes() -> None:
    before = policy(*(allow(action, Principal="*") for action in ("sns:Publish", "sns:Subscribe")))
    after = policy(allow("sns:Publish", Principal="*"))
    assert changed(TOPIC, {"policy": before}, {"policy": after}) == [Danger.ACCESS]


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        (ROLE, {"assumeRolePolicy": ALL_MAY}),
        (TOPIC, {"policy": ALL_MAY}),
        (REST_API, {"policy": ALL_MAY}),
        ("aws:sns/topicPolicy:TopicPolicy", {"policy": ALL_MAY}),
        ("aws:newService/newPolicy:NewPolicy", {"nested": [{"document": ALL_MAY}]}),
    ],
)
def test_nothing_new_may_be_open_to_everyone(kind: str, inputs: Json) -> None:
    assert dangers(step("create", kind, new=state(inputs))) == [Danger.ACCESS]


@pytest.mark.parametrize("operation", ["create", "import"])
def test_a_new_role_may_get_rights_with_a_limit(operation: str) -> None:
    assert added(ROLE_POLICY, {"policy": COUNTS}, {**NEW_ROLE, "op": operation}) == []
    assert added(ROLE_POLICY, {"policy": UNKNOWN}, NEW_ROLE) == []
    assert added(ROLE_POLICY, {"policy": COUNTS}, NEW_ROLE, hidden=17) == []


def test_a_new_role_may_not_get_rights_without_a_limit() -> None:
    everything = policy(allow("dynamodb:*", "*"))
    assert added(ROLE_POLICY, {"policy": everything}, NEW_ROLE) == [Danger.ACCESS]
    inline = {"inlinePolicies": [{"name": "x", "policy": everything}]}
    assert dangers(step("create", ROLE, new=state(inline))) == [Danger.ACCESS]


@pytest.mark.parametrize("kind", ["role", "user", "group"])
def test_what_a_user_or_a_group_may_do_is_watched_as_well(kind: str) -> None:
    policy_kind = f"aws:iam/{kind}Policy:{kind.title()}Policy"
    attachment_kind = f"aws:iam/{kind}PolicyAttachment:{kind.title()}PolicyAttachment"
    named = {kind: "somebody"}
    for resource, rights in (
        (policy_kind, {"policy": COUNTS}),
        (attachment_kind, {"policyArn": LOGS}),
    ):
        change = step("create", resource, new=state({**named, **rights}))
        assert dangers(change, hidden=17) == [Danger.ACCESS]


def test_a_role_that_is_there_may_not_get_another_policy() -> None:
    assert added(ROLE_POLICY, {"policy": COUNTS}, OLD_ROLE, hidden=17) == [Danger.ACCESS]
    assert added(ROLE_POLICY, {"policy": UNKNOWN}, OLD_ROLE, hidden=17) == [Danger.ACCESS]


def test_a_policy_of_an_unknown_role_is_refused() -> None:
    new = state({"role": "somebody", "policy": COUNTS})
    assert dangers(step("create", ROLE_POLICY, new=new)) == [Danger.ACCESS]


ADMINISTRATOR, POWER_USER, ALL_OF_IAM = (
    f"arn:aws:iam::aws:policy/{name}"
    for name in ("AdministratorAccess", "PowerUserAccess", "IAMFullAccess")
)
LOGS = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"


@pytest.mark.parametrize("arn", [ADMINISTRATOR, LOGS])
def test_a_role_that_is_there_may_not_get_a_policy_from_elsewhere(arn: str) -> None:
    assert added(ATTACHMENT, {"policyArn": arn}, OLD_ROLE, hidden=17) == [Danger.ACCESS]
    assert changed(ROLE, {}, {"managedPolicyArns": [arn]}) == [Danger.ACCESS]
    assert changed(ATTACHMENT, {"policyArn": "arn:other"}, {"policyArn": arn}) == [Danger.ACCESS]


def test_a_new_role_may_get_one_unless_it_is_an_administrators() -> None:
    administrators = [(arn, [Danger.ACCESS]) for arn in (ADMINISTRATOR, POWER_USER, ALL_OF_IAM)]
    for arn, found in ((LOGS, []), *administrators):
        assert added(ATTACHMENT, {"policyArn": arn}, NEW_ROLE) == found
        assert dangers(step("create", ROLE, new=state({"managedPolicyArns": [arn]}))) == found


def test_an_attachment_may_change_in_other_ways() -> None:
    assert changed(ATTACHMENT, {"policyArn": LOGS}, {"policyArn": LOGS, "x": 1}) == []


@pytest.mark.parametrize("after", [{}, {"permissionsBoundary": "arn:other"}])
def test_a_role_stays_within_its_boundary(after: Json) -> None:
    assert changed(ROLE, {"permissionsBoundary": "arn:boundary"}, after) == [Danger.ACCESS]


@pytest.mark.parametrize("before", [{}, {"permissionsBoundary": "arn:boundary"}])
def test_a_role_may_get_a_boundary_and_keep_it(before: Json) -> None:
    after = {"permissionsBoundary": "arn:boundary", "description": "x"}
    assert changed(ROLE, before, after) == []


@pytest.mark.parametrize(
    "different",
    [
        {"principal": "*"},
        {"principal": "123456789012"},
        {"sourceArn": None},
        {"sourceArn": "*"},
        {"sourceArn": "arn:aws:execute-api:*:*:*/*"},
        {"action": "lambda:*"},
    ],
)
def test_the_function_is_called_by_named_resources_of_services_only(different: Json) -> None:
    narrow = {**INVOKED, "sourceArn": "arn:aws:execute-api:us-east-1:1:abc/prod/GET/visitorcount"}
    assert dangers(step("create", PERMISSION, new=state(narrow))) == []
    inputs = {key: value for key, value in {**INVOKED, **different}.items() if value is not None}
    assert dangers(step("create", PERMISSION, new=state(inputs))) == [Danger.ACCESS]
    before = state(INVOKED)
    assert dangers(step("replace", PERMISSION, old=before, new=state(inputs))) == [Danger.ACCESS]


@pytest.mark.parametrize("condition", ["sourceAccount", "principalOrgId"])
def test_an_account_or_organization_names_who_calls_it_too(condition: str) -> None:
    before = {key: value for key, value in INVOKED.items() if key != "sourceArn"}
    named = state({**before, condition: "123456789012"})
    assert dangers(step("create", PERMISSION, new=named)) == []
    assert dangers(step("replace", PERMISSION, old=named, new=state(before))) == [Danger.ACCESS]


@pytest.mark.parametrize("source", ["arn:api/prod/POST/visitorcount", UNKNOWN])
def test_another_route_of_the_api_may_call_it(source: str) -> None:
    new = state({**INVOKED, "sourceArn": source})
    assert dangers(step("create", PERMISSION, new=new)) == []


def test_a_bucket_has_no_account_in_its_name() -> None:
    inputs = {**INVOKED, "principal": "s3.amazonaws.com", "sourceArn": "arn:aws:s3:::photos"}
    assert dangers(step("create", PERMISSION, new=state(inputs))) == []


def test_a_permission_may_become_narrower_but_not_wider() -> None:
    narrow, wide = state(INVOKED), state({**INVOKED, "sourceArn": "arn:api/*"})
    assert dangers(step("replace", PERMISSION, old=wide, new=narrow)) == []
    assert dangers(step("replace", PERMISSION, old=narrow, new=wide)) == [Danger.ACCESS]


def test_the_function_gets_no_address_of_its_own_that_everyone_can_call() -> None:
    kind = "aws:lambda/functionUrl:FunctionUrl"
    open_to_all, signed = {"authorizationType": "NONE"}, {"authorizationType": "AWS_IAM"}
    assert dangers(step("create", kind, new=state(open_to_all))) == [Danger.ACCESS]
    assert changed(kind, signed, open_to_all) == [Danger.ACCESS]
    assert dangers(step("create", kind, new=state(signed))) == []


@pytest.mark.parametrize(
    "text",
    [
        "{",
        '{"rules": [1]}',
        'a "Statement" in a title',
        '{"Statement": {"IPSetReferenceStatement": {"ARN": "arn:x"}}}',
        '{"schema": {"Statement": {"type": "object"}}}',
        "[" * 100_000,
    ],
)
def test_what_is_no_policy_may_change(text: str) -> None:
    assert (
        changed("aws:ecr/lifecyclePolicy:LifecyclePolicy", {"policy": "x"}, {"policy": text}) == []
    )
    assert changed(FUNCTION, {"environment": {"X": "x"}}, {"environment": {"X": text}}) == []
    assert changed(ROLE_POLICY, {"policy": COUNTS}, {"policy": text}) == [Danger.ACCESS]


@pytest.mark.parametrize(
    "text",
    [
        ALL_MAY.replace("S", "\\u0053", 1),
        json.dumps(ALL_MAY),
        ALL_MAY.lower().replace("allow", "Allow"),
        "\n " + ALL_MAY,
        json.dumps({"x-amazon-apigateway-policy": json.loads(ALL_MAY)}),
    ],
    ids=["escaped", "encoded twice", "lower case", "indented", "inside"],
)
def test_a_policy_is_recognized_however_it_is_written(text: str) -> None:
    assert changed(REST_API, {"body": "{}"}, {"body": text}) == [Danger.ACCESS]
    assert changed(TOPIC, {"policy": COUNTS}, {"policy": text}) == [Danger.ACCESS]


SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}


@pytest.mark.parametrize("hidden", ["[secret]", SECRET])
def test_a_policy_that_is_a_secret_cant_be_judged(hidden: object) -> None:
    for key in ("policy", "assumeRolePolicy", "inlinePolicies", "managedPolicyArns"):
        inputs = {key: hidden}
        assert dangers(step("create", ROLE, new=state(inputs))) == [Danger.ACCESS]
        assert changed(ROLE, inputs, inputs) == [Danger.ACCESS]
        other = step("update", ROLE, old=state(inputs), new=state(inputs), diffReasons=["tags"])
        assert dangers(other) == []
        this = step("update", ROLE, old=state(inputs), new=state(inputs), diffReasons=[key])
        assert dangers(this) == [Danger.ACCESS]


@pytest.mark.parametrize("key", ["role", "roles", "user", "group", "bucket", "resourceArn"])
def test_a_policy_may_not_move_to_something_else(key: str) -> None:
    for rights in ({"policy": COUNTS}, {"policyArn": LOGS}):
        before, after = {key: "function", **rights}, {key: "administrator", **rights}
        assert changed(ROLE_POLICY, before, after) == [Danger.ACCESS]
        assert changed(ROLE_POLICY, before, {**before, "name": "x"}) == []


TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy"
SENDS = policy(allow("sns:Publish", "arn:t", Principal={"Service": "cloudwatch.amazonaws.com"}))
STRANGER = policy(
    allow("sns:Publish", "arn:t", Principal={"AWS": "arn:aws:iam::999999999999:root"})
)


def test_what_others_may_do_with_a_resource_is_judged_by_whether_it_is_new() -> None:
    def new(text: str, *others: Json) -> list[Danger]:
        inputs = state(
            {"arn": "arn:t", "policy": text}, propertyDependencies={"arn": [urn(TOPIC, "t")]}
        )
        return dangers(step("create", TOPIC_POLICY, new=inputs), *others)

    made_now = step("create", TOPIC, "t")
    assert new(SENDS, made_now) == []
    assert new(UNKNOWN, made_now) == []
    assert new(STRANGER, made_now) == [Danger.ACCESS]
    assert new(SENDS) == [Danger.ACCESS]
    assert new(UNKNOWN) == [Danger.ACCESS]


@pytest.mark.parametrize(
    "kind",
    [
        ROLE,
        REST_API,
        TOPIC,
        "aws:iam/policy:Policy",
        "aws:kms/key:Key",
        "aws:sqs/queue:Queue",
    ],
)
def test_something_new_may_bring_a_policy_of_its_own(kind: str) -> None:
    assert dangers(step("create", kind, new=state({"policy": SENDS}))) == []


def test_a_new_function_may_have_any_role() -> None:
    assert dangers(step("create", FUNCTION, new=state({"role": "arn:role"}))) == []


def test_a_role_that_goes_needs_no_boundary() -> None:
    gone = step("delete", ROLE, old=state({"permissionsBoundary": "arn:boundary"}))
    assert dangers(gone) == [Danger.DELETE]


def test_a_new_role_is_taken_by_services_only() -> None:
    for principal in ({"AWS": "arn:aws:iam::999999999999:root"}, {"Federated": "arn:oidc"}):
        trust = policy({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal})
        assert dangers(step("create", ROLE, new=state({"assumeRolePolicy": trust}))) == ["access"]


DENIES = policy({"Effect": "Deny", "Action": "s3:*", "Resource": "*"})


def test_what_was_denied_stays_denied() -> None:
    assert dangers(step("delete", ROLE_POLICY, old=state({"policy": DENIES}))) == [Danger.ACCESS]
    assert dangers(step("delete", ROLE_POLICY, old=state({"policy": COUNTS}))) == []
    assert changed(REST_API, {"policy": DENIES}, {}) == [Danger.ACCESS]
    inline = {"inlinePolicies": [{"name": "x", "policy": DENIES}]}
    assert changed(ROLE, inline, {"inlinePolicies": []}) == [Danger.ACCESS]


@pytest.mark.parametrize(
    "kind",
    [
        "aws:lambda/layerVersionPermission:LayerVersionPermission",
        "aws:cloudwatch/eventPermission:EventPermission",
    ],
)
def test_nobody_else_lets_everyone_in_either(kind: str) -> None:
    assert dangers(step("create", kind, new=state({"principal": "*"}))) == [Danger.ACCESS]
    assert changed(kind, {"principal": "1"}, {"principal": "*"}) == [Danger.ACCESS]
    assert changed(kind, {"principal": "*"}, {"principal": "*", "x": 1}) == []


@pytest.mark.parametrize("after", ["arn:aws:iam::1:role/admin", UNKNOWN, None])
def test_the_function_keeps_its_role(after: str | None) -> None:
    assert changed(FUNCTION, {"role": "arn:aws:iam::1:role/counter"}, {"role": after}) == ["access"]


@pytest.mark.parametrize("value", [UNKNOWN, [LOGS, ADMINISTRATOR]])
def test_policies_from_elsewhere_are_recognized_by_their_name(value: object) -> None:
    for key in ("policyArns", "managedPolicyArn", "managedPolicyArns"):
        assert changed("aws:new/thing:Thing", {key: [LOGS]}, {key: value}) == [Danger.ACCESS]
        assert changed("aws:new/thing:Thing", {key: [LOGS]}, {key: [LOGS], "x": 1}) == []


def test_inline_policies_that_nobody_knows_are_refused() -> None:
    assert changed(ROLE, {}, {"inlinePolicies": UNKNOWN}) == [Danger.ACCESS]


@pytest.mark.parametrize("kind", ["group:Group", "user:User", "role:Role", "policy:Policy"])
def test_a_user_or_group_can_do_nothing_by_itself(kind: str) -> None:
    assert dangers(step("create", f"aws:iam/{kind}")) == []


def test_other_resources_of_iam_are_not_made_unnoticed() -> None:
    assert dangers(step("create", "aws:iam/accessKey:AccessKey")) == [Danger.ACCESS]
    assert changed("aws:iam/accessKey:AccessKey", {}, {"status": "Inactive"}) == []


def test_what_stays_as_it_is_isnt_judged_again() -> None:
    same = state({"policy": ALL_MAY})
    assert dangers(step("same", TOPIC, old=same, new=same)) == []
    assert changed(TOPIC, {"policy": ALL_MAY}, {"policy": ALL_MAY, "displayName": "x"}) == []
