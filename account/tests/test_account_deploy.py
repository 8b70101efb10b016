"""The calls of a deployment that each role may make.

Staging's deploy role may make all of them, prod's all of an update, and a drift role each read.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

import botocore.session
import pytest
from aws import API_ID, PretendedAws
from iam import Context, allows
from kinds import (
    ALARM,
    API,
    DASHBOARD,
    DEPLOYMENT,
    FUNCTION,
    LOG_GROUP,
    PERMISSION,
    POLICY,
    ROLE,
    STAGE,
    SUBSCRIPTION,
    TABLE,
    THROTTLE,
    TOPIC,
)
from pretended_account import policy_of, run_account
from pulumi_program import Program, Properties

# The actions with which pulumi-aws creates, reads, changes and deletes a resource, by resource.
# https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service
CALLS = {
    DASHBOARD: {
        "arn:aws:cloudwatch::123456789012:dashboard/{dashboardName}": (
            "DeleteDashboards GetDashboard PutDashboard"
        ),
    },
    LOG_GROUP: {
        "arn:aws:logs:us-east-1:123456789012:log-group:{name}": (
            "ListTagsForResource TagResource UntagResource"
        ),
        "arn:aws:logs:us-east-1:123456789012:log-group:{name}:log-stream:": (
            "CreateLogGroup DeleteLogGroup DeleteRetentionPolicy PutRetentionPolicy"
        ),
    },
    ALARM: {
        "arn:aws:cloudwatch:us-east-1:123456789012:alarm:{name}": (
            "DeleteAlarms ListTagsForResource PutMetricAlarm TagResource UntagResource"
        ),
    },
    TABLE: {
        "arn:aws:dynamodb:us-east-1:123456789012:table/{name}": (
            "CreateTable DeleteTable DescribeContinuousBackups DescribeTable DescribeTimeToLive "
            "ListTagsOfResource TagResource UntagResource UpdateContinuousBackups UpdateTable"
        ),
    },
    ROLE: {
        "arn:aws:iam::123456789012:role/{name}": (
            "CreateRole DeleteRole DeleteRolePolicy GetRole GetRolePolicy ListAttachedRolePolicies "
            "ListInstanceProfilesForRole ListRolePolicies PassRole PutRolePermissionsBoundary "
            "PutRolePolicy TagRole UntagRole UpdateAssumeRolePolicy UpdateRole "
            "UpdateRoleDescription"
        ),
    },
    FUNCTION: {
        "arn:aws:lambda:us-east-1:123456789012:function:{name}": (
            "CreateFunction DeleteFunction DeleteFunctionConcurrency GetFunction "
            "GetFunctionCodeSigningConfig ListTags ListVersionsByFunction PutFunctionConcurrency "
            "TagResource UntagResource UpdateFunctionCode UpdateFunctionConfiguration"
        ),
    },
    PERMISSION: {
        "arn:aws:lambda:us-east-1:123456789012:function:{function}": (
            "AddPermission GetPolicy RemovePermission"
        ),
    },
    TOPIC: {
        "arn:aws:sns:us-east-1:123456789012:{name}": (
            "CreateTopic DeleteTopic GetSubscriptionAttributes GetTopicAttributes "
            "ListTagsForResource SetTopicAttributes Subscribe TagResource Unsubscribe UntagResource"
        ),
    },
}

# The same for the API: path, verbs, and whether the request has the tags or the resource.
TAGS = "tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Frestapis%2F"
API_CALLS = {
    API: [
        ("restapis", "POST", "Request"),
        # Before there is an id.
        (f"{TAGS}*", "PUT", "Request"),
        (f"{TAGS}{API_ID}", "DELETE PUT", "Resource"),
        (f"restapis/{API_ID}", "DELETE GET PATCH PUT", "Resource"),
        (f"restapis/{API_ID}/resources", "GET", "Resource"),
    ],
    DEPLOYMENT: [
        (f"restapis/{API_ID}/deployments", "POST", "Resource"),
        (f"restapis/{API_ID}/deployments/d1", "DELETE GET", "Resource"),
    ],
    STAGE: [
        (f"restapis/{API_ID}/stages", "POST", "Resource"),
        (f"{TAGS}{API_ID}%2Fstages%2F*", "PUT", "Request"),
        (f"{TAGS}{API_ID}%2Fstages%2F{{stageName}}", "DELETE PUT", "Resource"),
        (f"restapis/{API_ID}/stages/{{stageName}}", "DELETE GET PATCH", "Resource"),
    ],
}

# Called for the resources in CALLS.
PARTS = {THROTTLE, POLICY, SUBSCRIPTION}

# IAM sends condition keys with these actions only:
# https://docs.aws.amazon.com/service-authorization/latest/reference/
SENT_WITH = {
    "cloudwatch:AlarmActions": {"cloudwatch:PutMetricAlarm"},
    "iam:PassedToService": {"iam:PassRole"},
    "iam:PermissionsBoundary": {
        "iam:CreateRole",
        "iam:DeleteRole",
        "iam:DeleteRolePolicy",
        "iam:PutRolePermissionsBoundary",
        "iam:PutRolePolicy",
        "iam:UpdateAssumeRolePolicy",
        "iam:UpdateRole",
        "iam:UpdateRoleDescription",
    },
    "lambda:Principal": {"lambda:AddPermission"},
    "sns:Protocol": {"sns:Subscribe"},
}

# Reserves what the account's other functions then lack.
RESERVING = "lambda:PutFunctionConcurrency"

# The calls of a first deployment, a `destroy`, the table's settings, or tags: not prod's role's.
SETUP = [
    (
        "CreateTable DeleteTable TagResource UntagResource UpdateContinuousBackups UpdateTable",
        "arn:aws:dynamodb:*",
    ),
    ("CreateFunction DeleteFunction TagResource UntagResource", "arn:aws:lambda:*"),
    ("DeleteLogGroup", "arn:aws:logs:*"),
    ("CreateRole DeleteRole DeleteRolePolicy TagRole UntagRole", "arn:aws:iam:*"),
    ("PutRolePermissionsBoundary UpdateAssumeRolePolicy", "arn:aws:iam:*"),
    ("CreateTopic DeleteTopic SetTopicAttributes TagResource UntagResource", "arn:aws:sns:*"),
    ("POST", "arn:aws:apigateway:*::/restapis"),
    ("DELETE", f"arn:aws:apigateway:*::/restapis/{API_ID}"),
    ("DELETE", f"arn:aws:apigateway:*::/restapis/{API_ID}/stages/*"),
    ("DELETE PUT", "arn:aws:apigateway:*::/tags/*"),
]

# They have no resource, so they are for the whole account.
READS_OF_ALL = [
    ("logs:DescribeLogGroups", "arn:aws:logs:us-east-1:123456789012:log-group::log-stream:"),
    ("cloudwatch:DescribeAlarms", "arn:aws:cloudwatch:us-east-1:123456789012:alarm:*"),
]

# What is in front of the API has tests of its own, in test_account_front.
IN_FRONT = {
    "apigateway:SetWebACL",
    "wafv2:AssociateWebACL",
    "wafv2:DisassociateWebACL",
    "wafv2:GetWebACL",
    "wafv2:GetWebACLForResource",
}


@dataclass(frozen=True)
class Request:
    """A call, as IAM sees it."""

    action: str
    resource: str
    context: Context

    def allowed_by(self, policy: str) -> bool:
        """Tell whether a policy allows it."""
        return allows(policy, self.action, self.resource, self.context)

    @property
    def reads(self) -> bool:
        """Whether it changes nothing."""
        return self.action.split(":")[1].startswith(("Describe", "Get", "GET", "List"))


def requests(program: Program, stack: str, *, new: bool = False) -> list[Request]:
    """Return all calls for a stack with all options, on new and on existing resources."""
    boundary = f"arn:aws:iam::123456789012:policy/boundary-visitor-counter-{stack}"
    settings = {
        "accessLogs": True,
        "alarms": True,
        "alarmEmails": ["me@example.com"],
        "permissionsBoundary": boundary,
    }
    run = program.run(stack, PretendedAws(), settings)
    assert {each.kind for each in run.resources} == {*CALLS, *API_CALLS, *PARTS}
    tags: dict[str, str] = run.one(API).inputs["tags"]
    present = {} if new else {f"aws:ResourceTag/{key}": value for key, value in tags.items()}
    return [
        *(call for each in run.resources for call in calls(each.kind, each.inputs, present)),
        *(call for each in run.resources for call in api_calls(each.kind, each.inputs, tags)),
    ]


def calls(kind: str, inputs: Properties, present: Context) -> Iterator[Request]:
    values = {
        "cloudwatch:AlarmActions": [*inputs.get("alarmActions", []), *inputs.get("okActions", [])],
        "iam:PassedToService": "lambda.amazonaws.com",
        "iam:PermissionsBoundary": inputs.get("permissionsBoundary", []),
        "lambda:Principal": inputs.get("principal", []),
        "sns:Protocol": "email",
    }
    for resource, names in CALLS.get(kind, {}).items():
        for name in names.split():
            action = f"{resource.split(':')[2]}:{name}"
            sent = {key: values[key] for key, actions in SENT_WITH.items() if action in actions}
            yield Request(action, resource.format(**inputs), {**sent, **present})


def api_calls(kind: str, inputs: Properties, tags: dict[str, str]) -> Iterator[Request]:
    for path, verbs, where in API_CALLS.get(kind, []):
        resource = f"arn:aws:apigateway:us-east-1::/{path.format(**inputs)}"
        context = {f"aws:{where}Tag/{key}": value for key, value in tags.items()}
        if kind == STAGE:
            destination = inputs["accessLogSettings"]["destinationArn"]
            context["apigateway:Request/AccessLoggingDestination"] = destination
        for verb in verbs.split():
            yield Request(f"apigateway:{verb}", resource, context)


def is_setup(request: Request) -> bool:
    verb = request.action.split(":")[1]
    return any(
        verb in verbs.split() and fnmatchcase(request.resource, pattern) for verbs, pattern in SETUP
    )


@pytest.mark.parametrize("new", [False, True])
def test_stagings_role_may_make_its_stack_and_tear_it_down(program: Program, *, new: bool) -> None:
    policy = policy_of(run_account(), "deploy-staging")
    for each in requests(program, "staging", new=new):
        assert each.allowed_by(policy) == (each.action != RESERVING), each
    for action, resource in READS_OF_ALL:
        assert allows(policy, action, resource)


@pytest.mark.parametrize("new", [False, True])
def test_prods_role_may_update_its_stack_but_not_make_it_or_tear_it_down(
    program: Program, *, new: bool
) -> None:
    policy = policy_of(run_account(), "deploy-prod")
    calls = requests(program, "prod", new=new)
    for each in calls:
        assert each.allowed_by(policy) != is_setup(each), each
    for verbs, pattern in SETUP:
        met = {each.action.split(":")[1] for each in calls if fnmatchcase(each.resource, pattern)}
        assert set(verbs.split()) <= met
    for action, resource in READS_OF_ALL:
        assert allows(policy, action, resource)


def test_each_environment_is_what_the_owner_says() -> None:
    run = run_account({"protectedEnvironments": ["staging"]})
    deleted = "arn:aws:dynamodb:us-east-1:123456789012:table/visitor-counter-{}"
    for stack, deletes in (("staging", False), ("prod", True)):
        policy = policy_of(run, f"deploy-{stack}")
        assert allows(policy, "dynamodb:DeleteTable", deleted.format(stack)) == deletes
        function = f"arn:aws:lambda:us-east-1:123456789012:function:visitor-counter-{stack}"
        assert allows(policy, RESERVING, function) != deletes


@pytest.mark.parametrize(("stack", "other"), [("staging", "prod"), ("prod", "staging")])
def test_a_deploy_role_may_do_nothing_to_another_stack(
    program: Program, stack: str, other: str
) -> None:
    policy = policy_of(run_account(), f"deploy-{stack}")
    assert not [each for each in requests(program, other) if each.allowed_by(policy)]


def test_a_name_that_begins_with_another_one_is_another_name(program: Program) -> None:
    policy = policy_of(run_account({"environments": ["prod", "prod-eu"]}), "deploy-prod")
    allowed = {each.action for each in requests(program, "prod-eu") if each.allowed_by(policy)}
    # The tags of alarms can be seen.
    assert allowed == {"cloudwatch:ListTagsForResource"}
    # Nor do they move to another topic.
    alarm = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:visitor-counter-prod-eu-api-5xx"
    moved = {
        "cloudwatch:AlarmActions": "arn:aws:sns:us-east-1:123456789012:visitor-counter-prod-alarms",
        "aws:ResourceTag/stack": "prod-eu",
    }
    assert not allows(policy, "cloudwatch:PutMetricAlarm", alarm, moved)


def test_the_drift_role_sees_all_of_each_stack_and_changes_nothing(
    program: Program, stack: str
) -> None:
    policy = policy_of(run_account(), "drift")
    for each in requests(program, stack):
        assert each.allowed_by(policy) == each.reads, each
    for action, resource in READS_OF_ALL:
        assert allows(policy, action, resource)


def test_no_role_has_more_actions_than_these(program: Program) -> None:
    used = {each.action for each in requests(program, "staging")}
    used |= {action for action, _ in READS_OF_ALL} | IN_FRONT
    # An account's first API also creates API Gateway's own role.
    assert granted("staging") == used - {RESERVING} | {"iam:CreateServiceLinkedRole"}
    updates = {each.action for each in requests(program, "prod") if not is_setup(each)}
    assert granted("prod") == updates | {action for action, _ in READS_OF_ALL} | IN_FRONT


def granted(stack: str) -> set[str]:
    """Return all actions of a deploy role."""
    statements = json.loads(policy_of(run_account(), f"deploy-{stack}"))["Statement"]
    return {action for each in statements for action in each["Action"]}


def test_aws_has_these_actions(program: Program) -> None:
    # Rights whose names aren't those of calls.
    named_otherwise = {"iam:PassRole"}
    session = botocore.session.get_session()
    for each in requests(program, "staging"):
        service, action = each.action.split(":")
        if service != "apigateway" and each.action not in named_otherwise:
            assert action in session.get_service_model(service).operation_names
