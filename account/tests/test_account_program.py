"""The resources that the program declares in an account."""

import re

import pytest
from aws import ACCOUNT, PretendedAws
from baseline.arns import Account
from baseline.budget import currency
from kinds import POLICY, ROLE
from pretended_account import OTHER_ARN, PROGRAM, policy_of, run_account, statement
from pulumi_program import UNKNOWN, Program, Secret
from stack.config import ConfigError
from workspace import PROJECT

ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"

VARIANTS: list[dict[str, object]] = [
    {},
    {"oidcProviderArn": OTHER_ARN},
    {"stateBucket": "my-state"},
    {"environments": ["prod"], "furtherRegions": ["eu-central-1"]},
    {"backupDays": 90, "furtherRegions": ["eu-central-1"]},
    {"budgetAmount": 20, "budgetEmails": ["me@example.com"]},
]


@pytest.mark.parametrize("variant", VARIANTS)
def test_two_runs_ask_for_the_same(variant: dict[str, object]) -> None:
    first, second = run_account(variant), run_account(variant)
    assert first.inputs() == second.inputs()
    assert first.outputs == second.outputs


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_preview_asks_for_what_the_deployment_does(variant: dict[str, object]) -> None:
    preview = run_account(variant, preview=True)
    assert preview.inputs().keys() == run_account(variant).inputs().keys()


def test_a_preview_knows_no_policy_before_it_knows_the_account() -> None:
    assert policy_of(run_account(preview=True), "drift") is UNKNOWN
    known = policy_of(run_account({"oidcProviderArn": OTHER_ARN}, preview=True), "drift")
    assert ":210987654321:" in known


def test_workflows_learn_the_roles_and_stacks_their_boundaries() -> None:
    def arn(name: str) -> str:
        return f"arn:aws:iam::{ACCOUNT}:{name}"

    outputs = {
        "deployRoleArns": {
            "staging": arn("role/deploy-visitor-counter-staging"),
            "prod": arn("role/deploy-visitor-counter-prod"),
        },
        "permissionsBoundaryArns": {
            "staging": arn("policy/boundary-visitor-counter-staging"),
            "prod": arn("policy/boundary-visitor-counter-prod"),
        },
        "previewRoleArn": arn("role/preview-visitor-counter"),
        "driftRoleArn": arn("role/drift-visitor-counter"),
    }
    assert run_account().outputs == outputs
    assert run_account({"stateBucket": "my-state"}).outputs == outputs | {"stateBucket": "my-state"}


def test_the_boundary_that_is_given_out_is_a_setting_of_the_program(program: Program) -> None:
    boundaries: dict[str, str] = run_account().outputs["permissionsBoundaryArns"]
    for stack, arn in boundaries.items():
        run = program.run(stack, PretendedAws(), {"permissionsBoundary": arn})
        assert run.one(ROLE).inputs["permissionsBoundary"] == arn


def test_the_log_role_is_for_api_gateway_alone() -> None:
    run = run_account()
    role = run.one(ROLE, "gateway-logs")
    assert statement(role.inputs["assumeRolePolicy"]) == {
        "Effect": "Allow",
        "Principal": {"Service": "apigateway.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    attachment = run.one(ATTACHMENT).inputs
    managed = "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
    assert attachment["policyArn"] == managed


def test_other_apis_log_on_after_a_destroy_and_a_new_setup() -> None:
    run = run_account({"furtherRegions": ["eu-central-1"]})
    kept = {(each.kind, each.name) for each in run.resources if each.retain_on_delete}
    assert kept == {
        (ROLE, "gateway-logs"),
        (ATTACHMENT, "gateway-logs"),
        ("aws:apigateway/account:Account", "gateway-logs"),
        ("aws:apigateway/account:Account", "gateway-logs-eu-central-1"),
    }
    # A second role by the same name could not be made.
    assert "name" not in run.one(ROLE, "gateway-logs").inputs


def test_each_region_is_told_the_log_role_once_that_can_log() -> None:
    run = run_account({"furtherRegions": ["eu-central-1"]})
    accounts = run.all("aws:apigateway/account:Account")
    assert [each.inputs.get("region") for each in accounts] == [None, "eu-central-1"]
    for account in accounts:
        assert account.inputs["cloudwatchRoleArn"].endswith(":role/gateway-logs-0f1e2d3")
        # The role and its policy, both named after their component.
        assert account.dependencies.count("gateway-logs") == 2


@pytest.mark.parametrize("partition", ["aws-cn", "aws-eusc", "aws-us-gov", "aws-iso-b"])
def test_each_arn_is_of_the_accounts_partition(partition: str) -> None:
    run = run_account({"oidcProviderArn": OTHER_ARN.replace("arn:aws:", f"arn:{partition}:")})
    texts = [
        *(each.inputs["policy"] for each in (*run.all(POLICY), *run.all("aws:iam/policy:Policy"))),
        *(each.inputs["policyArn"] for each in run.all(ATTACHMENT)),
    ]
    # The pretended AWS is in one partition: so is the boundary that it has made.
    made = f"arn:aws:iam::{ACCOUNT}:policy/boundary-"
    found = [
        each
        for text in texts
        for each in re.findall(r"arn(?::|%3A)([a-z-]+)", text.replace(made, ""))
    ]
    assert set(found) == {partition}
    # IAM has the same names of services everywhere.
    # https://github.com/aws/aws-cdk/blob/main/packages/aws-cdk-lib/region-info/lib/default.ts
    assert "apigateway.amazonaws.com" in policy_of(run, "deploy-prod")


def test_an_organisation_bounds_each_role_of_the_account() -> None:
    boundary = "arn:aws:iam::123456789012:policy/all-roles"
    settings = {"rolesBoundary": boundary, "backupDays": 90}
    roles = run_account(settings).all(ROLE)
    assert {each.inputs.get("permissionsBoundary") for each in roles} == {boundary}
    assert {each.name for each in roles} == {
        *("backup", "deploy-prod", "deploy-staging", "drift", "gateway-logs", "preview")
    }
    for each in run_account({"backupDays": 90}).all(ROLE):
        assert "permissionsBoundary" not in each.inputs


def test_a_budget_mails_before_and_when_it_is_spent_or_will_be() -> None:
    run = run_account({"budgetAmount": 20, "budgetEmails": ["me@example.com"]})
    budget = dict(run.one("aws:budgets/budget:Budget").inputs)
    mails = budget.pop("notifications")
    assert budget == {
        "name": "visitor-counter",
        "budgetType": "COST",
        "limitAmount": "20",
        "limitUnit": "USD",
        "timeUnit": "MONTHLY",
        "tags": {"project": "visitor-counter-account", "stack": "account"},
    }
    assert {(each["notificationType"], each["threshold"]) for each in mails} == {
        (cost, percent) for cost in ("ACTUAL", "FORECASTED") for percent in (80, 100)
    }
    for each in mails:
        assert (each["comparisonOperator"], each["thresholdType"]) == ("GREATER_THAN", "PERCENTAGE")
        assert each["subscriberEmailAddresses"] == [Secret("me@example.com")]


def test_a_budget_is_in_the_currency_of_the_bill() -> None:
    assert [currency(Account(partition, ACCOUNT)) for partition in ("aws", "aws-cn")] == [
        "USD",
        "CNY",
    ]


def test_policies_are_as_short_as_aws_demands() -> None:
    # Characters but for white space, of a role's own policies and of a managed one.
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    limits = {POLICY: 10_240, "aws:iam/policy:Policy": 6_144}
    longest = ["e" * 40, "f" * 40, "g" * 40, "h" * 40]
    settings = {"environments": longest, "protectedEnvironments": longest[:1]}
    run = run_account({**settings, "stateBucket": "s" * 63})
    for kind, limit in limits.items():
        for each in run.all(kind):
            assert len(re.sub(r"\s", "", each.inputs["policy"])) <= limit, each.name
    for role in run.all(ROLE):
        assert len(role.inputs.get("name", "")) <= 64
        assert len(re.sub(r"\s", "", role.inputs["assumeRolePolicy"])) <= 2_048


@pytest.mark.parametrize("preview", [False, True])
def test_more_environments_than_a_role_can_name_are_refused(*, preview: bool) -> None:
    # A preview knows the account by its OIDC provider.
    settings = {
        "environments": [f"region-{each}" for each in range(11)],
        "protectedEnvironments": [],
        "oidcProviderArn": OTHER_ARN,
    }
    message = (
        r"the policy of drift-visitor-counter has 1\d{4} characters, and IAM takes at most 10240: "
        "environments must be fewer"
    )
    with pytest.raises(ConfigError, match=message):
        run_account(settings, preview=preview)


def test_both_programs_run_in_the_same_environment() -> None:
    options = PROGRAM.project["runtime"]["options"]
    assert options["toolchain"] == "pip"
    assert (PROJECT / "account" / options["virtualenv"]).resolve() == (PROJECT / ".venv").resolve()
