"""The roles that each job on GitHub may assume."""

from typing import Any

import pytest
from aws import ACCOUNT
from kinds import ROLE
from pretended_account import OTHER_ARN, policy_of, run_account, statement
from pulumi_program import Run

IMMUTABLE = "repo:octo-org@123456/octo-repo@789012"
OLDER = "repo:octo-org/octo-repo"
ISSUER = "token.actions.githubusercontent.com"
OWN_ARN = f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"

EXPECTED = {
    "deploy-staging": ["{}:environment:staging"],
    "deploy-prod": ["{}:environment:prod"],
    "preview": ["{}:pull_request", "{}:ref:refs/heads/main"],
    "drift": ["{}:ref:refs/heads/main"],
}


def trust(run: Run, role: str) -> dict[str, Any]:
    return statement(run.one(ROLE, role).inputs["assumeRolePolicy"])


@pytest.mark.parametrize("prefix", [IMMUTABLE, OLDER])
@pytest.mark.parametrize("role", EXPECTED)
def test_a_role_trusts_these_jobs_of_this_repository_to_the_letter(prefix: str, role: str) -> None:
    assert trust(run_account({"subjectPrefix": prefix}), role) == {
        "Effect": "Allow",
        "Principal": {"Federated": OWN_ARN},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {
                f"{ISSUER}:aud": "sts.amazonaws.com",
                f"{ISSUER}:sub": [subject.format(prefix) for subject in EXPECTED[role]],
            }
        },
    }


def test_no_trust_has_a_wildcard() -> None:
    for role in run_account().all(ROLE):
        assert "*" not in role.inputs["assumeRolePolicy"]


def test_another_main_branch_is_trusted_in_its_place() -> None:
    run = run_account({"mainBranch": "trunk"})
    for role in ("preview", "drift"):
        subjects = trust(run, role)["Condition"]["StringEquals"][f"{ISSUER}:sub"]
        assert subjects[-1] == f"{IMMUTABLE}:ref:refs/heads/trunk"
        assert f"{IMMUTABLE}:ref:refs/heads/main" not in subjects


def test_each_environment_has_a_deploy_role_and_no_other_has() -> None:
    run = run_account({"environments": ["one", "two", "three"], "protectedEnvironments": []})
    roles = {each.name for each in run.all(ROLE)}
    deployers = {"deploy-one", "deploy-two", "deploy-three"}
    assert roles == {*deployers, "preview", "drift", "gateway-logs"}


def test_an_account_gets_a_provider_for_tokens_that_are_meant_for_it() -> None:
    provider = run_account().one("aws:iam/openIdConnectProvider:OpenIdConnectProvider").inputs
    assert provider["url"] == f"https://{ISSUER}"
    assert provider["clientIdLists"] == ["sts.amazonaws.com"]
    assert "thumbprintLists" not in provider


def test_the_provider_that_an_account_has_already_is_trusted_instead() -> None:
    run = run_account({"oidcProviderArn": OTHER_ARN})
    assert not run.all("aws:iam/openIdConnectProvider:OpenIdConnectProvider")
    for role in EXPECTED:
        assert trust(run, role)["Principal"] == {"Federated": OTHER_ARN}


@pytest.mark.parametrize(
    "issuer",
    [
        "https://token.actions.octo.ghe.com",
        "https://github.octo.example/_services/token",
        "https://token.actions.githubusercontent.com/octo-corp",
    ],
)
def test_the_tokens_of_an_enterprise_have_an_issuer_of_their_own(issuer: str) -> None:
    run = run_account({"oidcIssuer": issuer})
    provider = run.one("aws:iam/openIdConnectProvider:OpenIdConnectProvider").inputs
    assert provider["url"] == issuer
    name = issuer.removeprefix("https://")
    for role in EXPECTED:
        trusted = trust(run, role)
        assert trusted["Principal"] == {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{name}"}
        assert trusted["Condition"]["StringEquals"].keys() == {f"{name}:aud", f"{name}:sub"}


def test_the_account_of_an_existing_provider_is_that_of_all_rights() -> None:
    rights = policy_of(run_account({"oidcProviderArn": OTHER_ARN}), "drift")
    assert ":210987654321:table/" in rights
    assert ACCOUNT not in rights
