"""GitHub's side: only the main branch deploys, and prod needs an approval."""

from collections.abc import Mapping

import pytest
from aws import ACCOUNT, REGION
from kinds import ROLE
from pretended_account import GITHUB_KINDS, run_account
from pulumi_program import Properties, Run

PUBLIC: dict[str, object] = {"githubPlan": "free", "githubVisibility": "public"}
ALICE, BOB = "alice@1", "bob@22"
INDEX = "github:index/"
ENVIRONMENT = f"{INDEX}repositoryEnvironment:RepositoryEnvironment"
BRANCH = f"{INDEX}repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy"
OF_ENVIRONMENT = f"{INDEX}actionsEnvironmentVariable:ActionsEnvironmentVariable"
VARIABLE = f"{INDEX}actionsVariable:ActionsVariable"
RULESET = f"{INDEX}repositoryRuleset:RepositoryRuleset"

reviewers_of_prod = pytest.mark.parametrize("reviewers", [[], [ALICE], [ALICE, BOB]])


@pytest.fixture(autouse=True)
def _without_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)


def run(overrides: Mapping[str, object] | None = None, *, preview: bool = False) -> Run:
    """Run the program for a public repository."""
    return run_account({**PUBLIC, **(overrides or {})}, preview=preview)


def environments(run: Run) -> dict[str, Properties]:
    """Return the environments by name."""
    return {each.inputs["environment"]: each.inputs for each in run.all(ENVIRONMENT)}


def rules(run: Run) -> Properties:
    """Return the rules of the main branch."""
    return run.one(RULESET).inputs["rules"]


def role(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}-visitor-counter"


def test_without_a_plan_this_is_the_aws_part_alone() -> None:
    assert not {each.kind for each in run_account().resources} & GITHUB_KINDS


def test_with_a_plan_the_aws_part_is_the_same() -> None:
    found = {key: each for key, each in run().inputs().items() if key[0] not in GITHUB_KINDS}
    assert found == run_account().inputs()


def test_a_preview_asks_for_what_the_deployment_does() -> None:
    every = {"stateBucket": "my-state", "githubReviewers": [ALICE, BOB]}
    assert run(every, preview=True).inputs().keys() == run(every).inputs().keys()


def test_all_is_in_the_repository_that_aws_trusts() -> None:
    found = run({"stateBucket": "my-state"})
    github = [each for each in found.resources if each.kind.startswith(INDEX)]
    assert {each.inputs["repository"] for each in github} == {"octo-repo"}
    # A token may reach more owners than one.
    provider = found.one("pulumi:providers:github").inputs
    assert provider["owner"] == "octo-org"
    assert provider["baseUrl"] == "https://api.github.com/"


@pytest.mark.parametrize("branch", ["main", "trunk"])
def test_the_main_branch_alone_reaches_an_environment(branch: str) -> None:
    found = run({"mainBranch": branch})
    assert environments(found).keys() == {"staging", "prod"}
    for environment in environments(found).values():
        assert environment["deploymentBranchPolicy"] == {
            "protectedBranches": False,
            "customBranchPolicies": True,
        }
    branches = [
        (each.inputs["environment"], each.inputs["branchPattern"]) for each in found.all(BRANCH)
    ]
    assert sorted(branches) == [("prod", branch), ("staging", branch)]


def test_each_environment_has_the_role_of_its_own_stack() -> None:
    found = run({"environments": ["prod", "test"]}).all(OF_ENVIRONMENT)
    assert {
        (each.inputs["environment"], each.inputs["variableName"]): each.inputs["value"]
        for each in found
    } == {
        ("prod", "DEPLOY_ROLE_ARN"): f"{role('deploy')}-prod",
        ("test", "DEPLOY_ROLE_ARN"): f"{role('deploy')}-test",
    }


def test_there_is_no_deploy_role_before_its_environment_is_closed() -> None:
    found = run()
    closed = {each.name for each in found.all(BRANCH)}
    assert closed == {"repository-staging", "repository-prod"}
    for each in found.all(ROLE):
        if each.name.startswith("deploy-"):
            assert closed <= set(each.dependencies)


def test_the_repository_learns_its_roles_and_its_bucket() -> None:
    def variables(run: Run) -> dict[str, str]:
        return {each.inputs["variableName"]: each.inputs["value"] for each in run.all(VARIABLE)}

    roles = {"PREVIEW_ROLE_ARN": role("preview"), "DRIFT_ROLE_ARN": role("drift")}
    assert variables(run()) == roles
    bucket = {"PULUMI_BACKEND_URL": f"s3://my-state?region={REGION}"}
    assert variables(run({"stateBucket": "my-state"})) == roles | bucket
    private = {"githubPlan": "enterprise", "githubVisibility": "private"}
    assert variables(run(private)) == roles | {"ATTESTATIONS": "true"}


def test_nothing_is_deployed_before_each_environment_has_its_role() -> None:
    for each in run().all(VARIABLE):
        assert {"variables-staging", "variables-prod"} <= set(each.dependencies)


@reviewers_of_prod
def test_prod_alone_waits_for_an_approval_that_no_administrator_can_skip(
    reviewers: list[str],
) -> None:
    found = environments(run({"githubReviewers": reviewers}))
    named = [{"users": [int(each.partition("@")[2]) for each in reviewers]}]
    assert found["prod"].get("reviewers") == (named if reviewers else None)
    assert found["prod"]["canAdminsBypass"] is not bool(reviewers)
    assert "reviewers" not in found["staging"]
    assert found["staging"]["canAdminsBypass"] is True


@reviewers_of_prod
def test_a_sole_owner_approves_and_merges_alone_and_of_two_one_needs_the_other(
    reviewers: list[str],
) -> None:
    found = run({"githubReviewers": reviewers})
    shared = len(reviewers) > 1
    assert environments(found)["prod"]["preventSelfReview"] is shared
    assert environments(found)["staging"]["preventSelfReview"] is False
    assert rules(found)["pullRequest"] == {
        "requiredApprovingReviewCount": int(shared),
        "requireCodeOwnerReview": shared,
        "dismissStaleReviewsOnPush": shared,
        "requireLastPushApproval": shared,
    }


@pytest.mark.parametrize("branch", ["main", "trunk"])
def test_the_main_branch_takes_pull_requests_whose_checks_have_passed(branch: str) -> None:
    found = run({"mainBranch": branch})
    ruleset = found.one(RULESET).inputs
    assert ruleset["conditions"] == {
        "refName": {"includes": [f"refs/heads/{branch}"], "excludes": []}
    }
    assert (ruleset["target"], ruleset["enforcement"]) == ("branch", "active")
    assert rules(found)["requiredStatusChecks"] == {
        # As GitHub Actions reports it, and no other app.
        "requiredChecks": [{"context": "All checks", "integrationId": 15368}]
    }
    assert rules(found)["deletion"] is True
    assert rules(found)["nonFastForward"] is True


def test_nobody_is_above_the_rules() -> None:
    assert "bypassActors" not in run().one(RULESET).inputs


def test_an_environment_keeps_its_secrets_after_a_destroy() -> None:
    found = run()
    kept = {each.kind for each in found.resources if each.retain_on_delete}
    assert ENVIRONMENT in kept
    # Without its branch, nothing may deploy to it.
    assert BRANCH not in kept
