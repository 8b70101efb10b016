"""The settings of an account, and the messages about invalid ones."""

from collections.abc import Mapping

import pytest
from baseline.deployer import deploy_role_name
from baseline.settings import Settings
from pulumi_program import Program
from reading import config_of, problems
from stack.config import ConfigError, ConfigReader
from stack.naming import Naming
from workspace import project_copy

NAME = "visitor-counter-account"
PREFIX = {"subjectPrefix": "repo:octo-org/octo-repo"}
PROVIDER = "oidc-provider/token.actions.githubusercontent.com"


def read(overrides: Mapping[str, object]) -> Settings:
    """Read the account's settings."""
    return Settings.read(config_of(Program(project_copy() / "account"), "account", overrides))


def refused(overrides: Mapping[str, object]) -> list[str]:
    """Return the message about each wrong key."""
    return problems(lambda: read(overrides))


def test_whom_to_trust_is_all_that_must_be_set() -> None:
    assert read(PREFIX) == Settings(
        subject_prefix="repo:octo-org/octo-repo",
        environments=("staging", "prod"),
        protected_environments=frozenset({"prod"}),
        main_branch="main",
        oidc_issuer="https://token.actions.githubusercontent.com",
        oidc_provider_arn=None,
        roles_boundary=None,
        state_bucket=None,
        further_regions=(),
        backup_days=0,
        budget_amount=0,
        budget_emails=(),
        github=None,
    )
    [problem] = refused({})
    assert problem.startswith(f"{NAME}:subjectPrefix is not set: it must be repo:OWNER@ID/REPO@ID ")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("subjectPrefix", "repo:octo-org@123456/octo-repo@789012"),
        ("subjectPrefix", "repo:o/.github"),
        ("subjectPrefix", "repo:mona_corp@1/a.b-c_d@2"),
        ("environments", ["prod"]),
        ("environments", ["prod", "prod-eu"]),
        ("environments", ["prod", "e" * 40, "E_2"]),
        ("protectedEnvironments", []),
        ("protectedEnvironments", ["prod", "staging"]),
        ("mainBranch", "release/2026.11"),
        ("oidcProviderArn", f"arn:aws:iam::123456789012:{PROVIDER}"),
        ("oidcProviderArn", f"arn:aws-us-gov:iam::123456789012:{PROVIDER}"),
        ("stateBucket", "my-visitor-counter-state-1"),
        ("oidcIssuer", "https://token.actions.octo.ghe.com"),
        ("oidcIssuer", "https://github.octo.example/_services/token"),
        ("rolesBoundary", "arn:aws-us-gov:iam::123456789012:policy/team/all-roles"),
        ("furtherRegions", ["eu-central-1", "us-gov-west-1", "eusc-de-east-1", "us-isob-east-1"]),
        ("furtherRegions", ["cn-northwest-1", "ap-southeast-5"]),
        ("backupDays", 365),
    ],
)
def test_a_usable_value_is_taken(key: str, value: object) -> None:
    read({**PREFIX, key: value})


@pytest.mark.parametrize(
    "value",
    [
        "octo-org/octo-repo",
        "repo:octo-org/octo-repo:",
        "repo:octo-org/octo-repo:*",
        "repo:octo-org/*",
        "repo:octo-org/octo-rep?",
        "repo:*@123456/octo-repo@789012",
        "repo:octo-org@123456/octo-repo",
        "repo:octo-org/octo-repo@789012",
        "repo:octo-org@0/octo-repo@789012",
        "repo:octo-org/octo-repo:environment:prod",
        "repo:OWNER@ID/REPO@ID",
        "repo:octo-org/octo-repo\n",
        "repository_owner_id:123456",
        "",
    ],
)
def test_a_prefix_that_is_not_exactly_one_repository_is_refused(value: str) -> None:
    [problem] = refused({"subjectPrefix": value})
    assert "must be repo:OWNER@ID/REPO@ID or repo:OWNER/REPO, without wildcards" in problem
    assert problem.endswith("oidc/customization/sub --jq .sub_claim_prefix")


ENVIRONMENT_RULE = "it must be a stack's name: at most 40 letters, digits, - and _"


@pytest.mark.parametrize("name", ["prod/eu", "prod:eu", "*", "e" * 41, ""])
def test_an_environment_that_no_stack_is_called_like_is_refused(name: str) -> None:
    [problem] = refused({**PREFIX, "environments": ["staging", name]})
    assert problem == f'{NAME}:environments[1] is "{name}": {ENVIRONMENT_RULE}'


@pytest.mark.parametrize(
    ("environments", "rule"),
    [
        ([], "a list of at least 1"),
        ("prod", f"a list, each entry {ENVIRONMENT_RULE.removeprefix('it must be ')}"),
        (["prod", "prod"], "a list without duplicates"),
        (["staging", "Staging"], "a list of names that differ in more than case"),
    ],
)
def test_environments_are_told_apart(environments: object, rule: str) -> None:
    assert refused({**PREFIX, "environments": environments})[0].endswith(f"it must be {rule}")


@pytest.mark.parametrize(
    ("key", "value", "rule"),
    [
        ("mainBranch", "*", "the name of a branch"),
        ("mainBranch", "refs/heads/", "the name of a branch"),
        (
            "oidcProviderArn",
            "arn:aws:iam::123456789012:oidc-provider/gitlab.com",
            "the ARN of an OIDC provider for token.actions.githubusercontent.com, or empty",
        ),
        (
            "oidcProviderArn",
            f"arn:aws:iam::123456789012:{PROVIDER}/octo-corp",
            "the ARN of an OIDC provider for token.actions.githubusercontent.com, or empty",
        ),
        (
            "oidcIssuer",
            "http://github.octo.example",
            "an https URL without a port or a slash at its end",
        ),
        (
            "oidcIssuer",
            "https://github.octo.example:8443/_services/token",
            "an https URL without a port or a slash at its end",
        ),
        ("rolesBoundary", "all-roles", "the ARN of an IAM policy, or empty"),
        ("backupDays", "-1", "a whole number from 0 to 36500"),
        ("stateBucket", "s3://state", "the name of a bucket: 3 to 63 of a-z, 0-9 and -, or empty"),
        ("stateBucket", "My-State", "the name of a bucket: 3 to 63 of a-z, 0-9 and -, or empty"),
    ],
)
def test_a_value_that_can_not_be_used_is_refused(key: str, value: str, rule: str) -> None:
    assert refused({**PREFIX, key: value}) == [f'{NAME}:{key} is "{value}": it must be {rule}']


def test_an_enterprise_has_its_own_provider() -> None:
    issuer = "https://github.octo.example/_services/token"
    arn = "arn:aws:iam::123456789012:oidc-provider/github.octo.example/_services/token"
    settings = read({**PREFIX, "oidcIssuer": issuer, "oidcProviderArn": arn})
    assert settings.oidc_provider_arn == arn
    [problem] = refused({**PREFIX, "oidcProviderArn": arn})
    assert "must be the ARN of an OIDC provider for token.actions.githubusercontent.com" in problem


@pytest.mark.parametrize(
    "setting", [{"protectedEnvironments": ["prdo"]}, {"environments": ["staging", "live"]}]
)
def test_a_protected_environment_that_is_none_is_refused(setting: dict[str, object]) -> None:
    [problem] = refused({**PREFIX, **setting})
    assert problem.startswith(f"{NAME}:protectedEnvironments[0] is ")
    assert problem.endswith("; [] protects none")
    assert "it must be one of environments (staging, " in problem


def test_a_backup_of_nothing_is_refused() -> None:
    [problem] = refused({**PREFIX, "backupDays": 30, "protectedEnvironments": []})
    assert problem == (
        f'{NAME}:backupDays is "30": it must be 0, as protectedEnvironments is empty'
    )


def test_a_budget_has_an_amount_and_an_address_or_neither() -> None:
    [problem] = refused({**PREFIX, "budgetAmount": 20})
    assert problem.endswith("must be a list of at least one, as budgetAmount is set")
    emails = ["me@example.com"]
    [problem] = refused({**PREFIX, "budgetEmails": emails})
    assert problem == f'{NAME}:budgetAmount is "0": it must be at least 1, as budgetEmails is set'
    settings = read({**PREFIX, "budgetAmount": 20, "budgetEmails": emails})
    assert (settings.budget_amount, settings.budget_emails) == (20, ("me@example.com",))


def test_an_address_of_the_budget_is_never_shown() -> None:
    [problem] = refused({**PREFIX, "budgetAmount": 20, "budgetEmails": ["me at example"]})
    assert problem == f"{NAME}:budgetEmails[0] (secret, not shown) must be an e-mail address"


@pytest.mark.parametrize("region", ["Frankfurt", "eu-west-1"])
def test_a_further_region_is_one_and_not_that_of_the_program(region: str) -> None:
    config = Program(project_copy() / "account").config("account", PREFIX)
    config |= {"aws:region": "eu-west-1", f"{NAME}:furtherRegions": f'["{region}"]'}
    [problem] = problems(lambda: Settings.read(ConfigReader(NAME, config)))
    assert problem == (
        f'{NAME}:furtherRegions[0] is "{region}": it must be a region such as eu-central-1, and '
        "not that of aws:region"
    )


@pytest.mark.parametrize(
    ("settings", "wrong"),
    [
        ({"budgetAmount": "-1", "budgetEmails": ["me@example.com"]}, "budgetAmount"),
        ({"backupDays": 30, "protectedEnvironments": ["prdo"]}, "protectedEnvironments[0]"),
        ({"githubPlan": "gold", "githubVisibility": "public"}, "githubPlan"),
    ],
)
def test_a_mistake_is_told_once(settings: dict[str, object], wrong: str) -> None:
    [problem] = refused({**PREFIX, **settings})
    assert problem.startswith(f"{NAME}:{wrong} is ")


def test_all_that_is_wrong_is_told_at_once() -> None:
    problems = refused({"environments": ["*"], "mainBranch": "*", "stateBukket": "state"})
    assert [problem.split(" ")[0] for problem in problems] == [
        f"{NAME}:subjectPrefix",
        f"{NAME}:environments[0]",
        f"{NAME}:mainBranch",
        f"{NAME}:stateBukket",
    ]
    assert problems[-1].endswith("is not a setting: did you mean stateBucket?")


def test_a_deploy_role_whose_name_iam_would_not_take_is_refused() -> None:
    longest = Naming("visitor-counter", "e" * 41)
    assert len(deploy_role_name(longest)) == 64
    with pytest.raises(ConfigError, match="Shorten the name of the project or of the environment"):
        deploy_role_name(Naming("a-visitor-counter", "e" * 40))
