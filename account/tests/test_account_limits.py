"""A deploy role's limits: staging's can't harm prod, or raise its own rights."""

import pytest
from aws import ACCOUNT
from iam import Context, allows
from pretended_account import policy_of, run_account

BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/boundary-visitor-counter-staging"
PRODS_BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/boundary-visitor-counter-prod"
FUNCTION_ROLE = f"arn:aws:iam::{ACCOUNT}:role/visitor-counter-staging"
OTHER_ROLES = [
    f"arn:aws:iam::{ACCOUNT}:role/{name}"
    for name in (
        "deploy-visitor-counter-staging",
        "deploy-visitor-counter-prod",
        "preview-visitor-counter",
        "drift-visitor-counter",
        "gateway-logs-0f1e2d3",
        "visitor-counter-staging-2",
        "Admin",
    )
]
ROLE_ACTIONS = [
    "iam:AttachRolePolicy",
    "iam:CreateRole",
    "iam:DeleteRole",
    "iam:DeleteRolePermissionsBoundary",
    "iam:PassRole",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:TagRole",
    "iam:UpdateAssumeRolePolicy",
    "sts:AssumeRole",
]

OWN_TAGS = {"project": "visitor-counter", "stack": "staging"}
PRODS_TAGS = {"project": "visitor-counter", "stack": "prod"}
OTHER_API = "arn:aws:apigateway:us-east-1::/restapis/z9y8x7w6v5"
TAGS = "arn:aws:apigateway:us-east-1::/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Frestapis%2F"


@pytest.fixture(scope="module")
def deploy() -> str:
    """Return the policy of staging's deploy role."""
    return policy_of(run_account(), "deploy-staging")


def in_request(tags: dict[str, str]) -> dict[str, str]:
    return {f"aws:RequestTag/{key}": value for key, value in tags.items()}


def on_resource(tags: dict[str, str]) -> dict[str, str]:
    return {f"aws:ResourceTag/{key}": value for key, value in tags.items()}


@pytest.mark.parametrize(
    "context",
    [
        {},
        {"iam:PermissionsBoundary": PRODS_BOUNDARY},
        {"iam:PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess"},
    ],
)
def test_no_role_is_made_or_changed_outside_its_boundary(deploy: str, context: Context) -> None:
    for action in ("CreateRole", "PutRolePolicy", "UpdateAssumeRolePolicy", "DeleteRole"):
        assert not allows(deploy, f"iam:{action}", FUNCTION_ROLE, context)
    assert not allows(deploy, "iam:PutRolePermissionsBoundary", FUNCTION_ROLE, context)


def test_the_boundary_stays_and_stays_as_it_is(deploy: str) -> None:
    inside: Context = {"iam:PermissionsBoundary": BOUNDARY}
    for action in ("DeleteRolePermissionsBoundary", "AttachRolePolicy"):
        assert not allows(deploy, f"iam:{action}", FUNCTION_ROLE, inside)
    for action in ("CreatePolicyVersion", "SetDefaultPolicyVersion", "DeletePolicy", "TagPolicy"):
        for boundary in (BOUNDARY, PRODS_BOUNDARY):
            assert not allows(deploy, f"iam:{action}", boundary, inside)


@pytest.mark.parametrize("service", ["ec2.amazonaws.com", "apigateway.amazonaws.com", []])
def test_the_functions_role_is_passed_to_lambda_alone(
    deploy: str, service: str | list[str]
) -> None:
    passed: Context = {"iam:PassedToService": "lambda.amazonaws.com"}
    assert allows(deploy, "iam:PassRole", FUNCTION_ROLE, passed)
    assert not allows(deploy, "iam:PassRole", FUNCTION_ROLE, {"iam:PassedToService": service})


@pytest.mark.parametrize("role", OTHER_ROLES)
def test_no_other_role_can_be_touched_its_own_neither(deploy: str, role: str) -> None:
    context: Context = {
        "iam:PassedToService": "lambda.amazonaws.com",
        "iam:PermissionsBoundary": BOUNDARY,
    }
    for action in ROLE_ACTIONS:
        assert not allows(deploy, action, role, context)


def test_no_api_gets_tags_that_make_it_the_stacks_own(deploy: str) -> None:
    ours = in_request(OWN_TAGS)
    for tags in ({}, PRODS_TAGS, {"project": "visitor-counter"}, {"stack": "staging"}):
        context = {**ours, **on_resource(tags)}
        for name in ("z9y8x7w6v5", "z9y8x7w6v5%2Fstages%2Fstaging"):
            assert not allows(deploy, "apigateway:PUT", TAGS + name, context)
        assert not allows(deploy, "apigateway:PATCH", OTHER_API, context)
        assert not allows(deploy, "apigateway:GET", OTHER_API, context)


def test_an_api_is_made_with_the_tags_of_the_stack_or_not_at_all(deploy: str) -> None:
    apis = "arn:aws:apigateway:us-east-1::/restapis"
    assert allows(deploy, "apigateway:POST", apis, in_request(OWN_TAGS))
    for tags in ({}, PRODS_TAGS, {"stack": "staging"}):
        assert not allows(deploy, "apigateway:POST", apis, in_request(tags))


def test_nothing_else_of_api_gateway_can_be_touched(deploy: str) -> None:
    tags: Context = {**in_request(OWN_TAGS), **on_resource(OWN_TAGS)}
    for path in ("account", "apikeys", "domainnames", "usageplans", "vpclinks", "v2/apis", "apis"):
        for verb in ("DELETE", "GET", "PATCH", "POST", "PUT"):
            resource = f"arn:aws:apigateway:us-east-1::/{path}"
            allowed = allows(deploy, f"apigateway:{verb}", resource, tags)
            assert allowed == ((path, verb) == ("account", "GET"))
    own = "arn:aws:apigateway:us-east-1::/restapis/a1b2c3d4e5"
    assert not allows(deploy, "apigateway:UpdateRestApiPolicy", own, tags)


def test_alarms_can_only_tell_the_stacks_own_topic(deploy: str) -> None:
    alarm = f"arn:aws:cloudwatch:us-east-1:{ACCOUNT}:alarm:visitor-counter-staging-api-5xx"
    for action in (
        "arn:aws:automate:us-east-1:ec2:terminate",
        f"arn:aws:sns:us-east-1:{ACCOUNT}:visitor-counter-prod-alarms",
    ):
        context: Context = {"cloudwatch:AlarmActions": [action]}
        assert not allows(deploy, "cloudwatch:PutMetricAlarm", alarm, context)


def test_a_deployment_has_no_use_for_what_is_counted_or_logged(deploy: str) -> None:
    table = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/visitor-counter-staging"
    for action in ("GetItem", "UpdateItem", "PutItem", "DeleteItem", "Scan", "Query"):
        assert not allows(deploy, f"dynamodb:{action}", table)
    log = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/aws/lambda/visitor-counter-staging"
    for action in ("GetLogEvents", "FilterLogEvents", "StartQuery"):
        assert not allows(deploy, f"logs:{action}", f"{log}:log-stream:a")


def test_only_the_role_of_api_gateway_itself_is_made_besides(deploy: str) -> None:
    roles = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role"
    own = f"{roles}/ops.apigateway.amazonaws.com/AWSServiceRoleForAPIGateway"
    assert allows(deploy, "iam:CreateServiceLinkedRole", own)
    other = f"{roles}/ecs.amazonaws.com/AWSServiceRoleForECS"
    assert not allows(deploy, "iam:CreateServiceLinkedRole", other)
