"""What a plan doesn't have is said before anything is made."""

from collections.abc import Mapping

import pytest
from baseline.github_settings import GithubSettings
from baseline.settings import Settings
from pulumi_program import Program
from reading import config_of, problems
from workspace import project_copy

PUBLIC: dict[str, object] = {"githubPlan": "free", "githubVisibility": "public"}
ALICE, BOB = "alice@1", "bob_corp@22"
NAME = "visitor-counter-account"


def read(
    overrides: Mapping[str, object], prefix: str = "repo:octo-org@123456/octo-repo@789012"
) -> GithubSettings | None:
    """Read the account's settings."""
    settings = {"subjectPrefix": prefix, **overrides}
    program = Program(project_copy() / "account")
    return Settings.read(config_of(program, "account", settings)).github


def refused(overrides: Mapping[str, object]) -> list[str]:
    """Return the message about each wrong key."""
    return problems(lambda: read(overrides))


def test_github_is_left_alone_unless_its_owner_names_a_plan() -> None:
    assert read({}) is None


@pytest.mark.parametrize(
    "prefix", ["repo:octo-org@123456/octo-repo@789012", "repo:octo-org/octo-repo"]
)
def test_the_repository_is_the_one_that_aws_trusts(prefix: str) -> None:
    settings = read(PUBLIC, prefix)
    assert settings
    assert (settings.owner, settings.repository) == ("octo-org", "octo-repo")


@pytest.mark.parametrize(
    ("issuer", "api", "is_on_github_com"),
    [
        ("https://token.actions.githubusercontent.com", "https://api.github.com/", True),
        ("https://token.actions.githubusercontent.com/octo", "https://api.github.com/", True),
        ("https://token.actions.octo.ghe.com", "https://api.octo.ghe.com/", False),
        ("https://github.octo.example/_services/token", "https://github.octo.example/", False),
    ],
)
def test_the_api_is_that_of_the_github_that_issues_the_tokens(
    issuer: str, api: str, *, is_on_github_com: bool
) -> None:
    program = Program(project_copy() / "account")
    settings = GithubSettings.read(config_of(program, "account", PUBLIC), issuer, "repo:o/r")
    assert settings
    assert settings.api_url == api
    assert settings.is_on_github_com is is_on_github_com


@pytest.mark.parametrize(
    ("plan", "visibility", "reviewers"),
    [
        *((plan, "public", [ALICE, BOB]) for plan in ("free", "pro", "team", "enterprise")),
        ("pro", "private", []),
        ("team", "private", []),
        ("enterprise", "private", [ALICE, BOB]),
    ],
)
def test_what_a_plan_has_can_be_set(plan: str, visibility: str, reviewers: list[str]) -> None:
    settings = read(
        {"githubPlan": plan, "githubVisibility": visibility, "githubReviewers": reviewers}
    )
    assert settings
    assert settings.reviewers == ((1, 22) if reviewers else ())


def test_a_private_repository_on_the_free_plan_has_no_environments() -> None:
    [problem] = refused({"githubPlan": "free", "githubVisibility": "private"})
    assert problem.startswith(f'{NAME}:githubPlan is "free": it must be another plan, or empty: ')
    assert "a private repository has no environments and no rulesets" in problem


@pytest.mark.parametrize("plan", ["pro", "team"])
def test_a_private_repository_has_reviewers_on_the_enterprise_plan_alone(plan: str) -> None:
    [problem] = refused(
        {"githubPlan": plan, "githubVisibility": "private", "githubReviewers": [ALICE]}
    )
    assert problem.startswith(f'{NAME}:githubReviewers is ["{ALICE}"]: it must be empty: ')
    assert "required reviewers need GitHub Enterprise" in problem


@pytest.mark.parametrize(
    ("plan", "visibility", "has"),
    [("enterprise", "private", True), ("enterprise", "public", False), ("team", "private", False)],
)
def test_attestations_of_a_private_repository_come_with_the_enterprise_plan(
    plan: str, visibility: str, *, has: bool
) -> None:
    settings = read({"githubPlan": plan, "githubVisibility": visibility})
    assert settings
    assert settings.attestations is has


def test_a_plan_needs_the_visibility() -> None:
    assert refused({"githubPlan": "pro"}) == [
        f'{NAME}:githubVisibility is "": it must be public or private, since githubPlan is set'
    ]


@pytest.mark.parametrize("other", [{"githubVisibility": "public"}, {"githubReviewers": [ALICE]}])
def test_settings_without_a_plan_are_not_passed_over(other: Mapping[str, object]) -> None:
    [problem] = refused(other)
    assert problem.startswith(
        f'{NAME}:githubPlan is "": it must be free or pro or team or enterprise, since '
    )


@pytest.mark.parametrize("name", ["alice", "1", "alice@", "alice@0", "@1", "octo/team@3", "a b@1"])
def test_a_reviewer_has_a_name_and_a_number(name: str) -> None:
    [problem] = refused(PUBLIC | {"githubReviewers": [ALICE, name]})
    assert problem.startswith(f'{NAME}:githubReviewers[1] is "{name}": it must be NAME@ID')
    assert "gh api users/NAME" in problem


def test_github_takes_six_reviewers() -> None:
    six = [f"user-{number}@{number}" for number in range(1, 7)]
    assert read(PUBLIC | {"githubReviewers": six})
    [problem] = refused(PUBLIC | {"githubReviewers": [*six, "user-7@7"]})
    assert problem.endswith("it must be a list of at most 6")


@pytest.mark.parametrize("again", ["Alice@1", "alice@1", "alice-renamed@1"])
def test_the_same_user_twice_is_not_two_reviewers(again: str) -> None:
    [problem] = refused(PUBLIC | {"githubReviewers": [ALICE, again]})
    assert problem.startswith(
        f'{NAME}:githubReviewers is ["{ALICE}", "{again}"]: it must be a list '
    )


@pytest.mark.parametrize(
    ("key", "value"), [("githubPlan", "Team"), ("githubVisibility", "internal")]
)
def test_a_plan_or_visibility_that_github_does_not_have_is_refused(key: str, value: str) -> None:
    assert refused(PUBLIC | {key: value})[0].startswith(f'{NAME}:{key} is "{value}": it must be ')
