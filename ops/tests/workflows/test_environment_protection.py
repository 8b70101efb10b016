"""The pipeline stops if an environment is open, unless the owner accepts that."""

import pytest
import yaml
from fake_github import Item
from step import Step

SELECTED = {"protected_branches": False, "custom_branch_policies": True}
PROTECTED = {"protected_branches": True, "custom_branch_policies": False}
MAIN = {"name": "main", "type": "branch"}
REVIEWED: list[Item] = [
    {"type": "branch_policy"},
    {"type": "required_reviewers", "reviewers": [{"type": "User"}]},
]


PROJECT = {
    "name": "my-account",
    "config": {
        "environments": {"type": "array", "default": ["staging", "prod"]},
        "protectedEnvironments": {"type": "array", "default": ["prod"]},
    },
}


def environment(
    rules: list[Item] = REVIEWED, policy: Item | None = SELECTED, *, bypass: bool = False
) -> Item:
    return {
        "protection_rules": rules,
        "deployment_branch_policy": policy,
        "can_admins_bypass": bypass,
    }


def account(step: Step, file: str, contents: object) -> None:
    """Write a file of the account's project."""
    folder = step.folder / "account"
    folder.mkdir(exist_ok=True)
    (folder / file).write_text(yaml.safe_dump(contents))


@pytest.fixture(autouse=True)
def _protected(step: Step) -> None:
    account(step, "Pulumi.yaml", PROJECT)
    account(step, "Pulumi.account.yaml", {"config": {"aws:region": "eu-west-1"}})
    step.github.environments = {"staging": environment([]), "prod": environment()}
    step.github.branch_rules = {"staging": [MAIN], "prod": [MAIN]}


def change(step: Step, name: str, found: Item | None, rules: list[Item]) -> None:
    del step.github.environments[name]
    if found:
        step.github.environments[name] = found
    step.github.branch_rules[name] = rules


def test_environments_that_only_main_reaches_are_fine_with_reviewers_of_prod(step: Step) -> None:
    outcome = step.run("check-protection")
    assert not outcome.failed
    assert outcome.line == "Only main can deploy, and an approval is needed for prod."


def test_a_server_that_knows_no_tags_names_branches_alone(step: Step) -> None:
    change(step, "prod", environment(), [{"name": "main"}])
    assert not step.run("check-protection").failed


WITHOUT_REVIEWERS: dict[str, tuple[Item | None, list[Item], str]] = {
    "no rules": (environment([]), [MAIN], "nobody has to approve a deployment"),
    "nothing said": (
        {"deployment_branch_policy": SELECTED},
        [MAIN],
        "nobody has to approve a deployment",
    ),
    "a timer": (environment([{"type": "wait_timer"}]), [MAIN], "nobody has to approve"),
    "no reviewers": (
        environment([{"type": "required_reviewers", "reviewers": []}]),
        [MAIN],
        "nobody has to approve",
    ),
}
BYPASSED: dict[str, tuple[Item | None, list[Item], str]] = {
    "administrators": (environment(bypass=True), [MAIN], "administrators can bypass the approval"),
    # Such as by an older server of one's own.
    "not said": (
        {key: each for key, each in environment().items() if key != "can_admins_bypass"},
        [MAIN],
        "GitHub doesn't say whether administrators can bypass the approval",
    ),
}
OTHER_BRANCHES: dict[str, tuple[Item | None, list[Item], str]] = {
    "no environment": (None, [], "GitHub has no environment of this name"),
    "any branch": (environment(policy=None), [], "any branch may deploy"),
    "nothing said": (
        {"protection_rules": REVIEWED, "can_admins_bypass": False},
        [],
        "any branch may deploy",
    ),
    "protected": (environment(policy=PROTECTED), [], "every protected branch may deploy"),
    "another branch": (
        environment(),
        [MAIN, {"name": "release/*", "type": "branch"}],
        "main and release/* may deploy",
    ),
    "another branch on the second page": (environment(), [MAIN, MAIN, MAIN], "main and main and"),
    "a tag": (environment(), [{"name": "main", "type": "tag"}], "tag main may deploy"),
    "no branch": (environment(), [], "nothing may deploy"),
}
OPEN = {
    f"prod, {name}": ("prod", *each) for name, each in (WITHOUT_REVIEWERS | BYPASSED).items()
} | {
    f"{environment}, {name}": (environment, *each)
    for environment in ("staging", "prod")
    for name, each in OTHER_BRANCHES.items()
}
each_open = pytest.mark.parametrize(("name", "found", "rules", "message"), OPEN.values(), ids=OPEN)


@each_open
def test_an_open_environment_stops_the_pipeline_and_says_both_ways_out(
    step: Step, name: str, found: Item | None, rules: list[Item], message: str
) -> None:
    change(step, name, found, rules)
    outcome = step.run("check-protection")
    assert outcome.failed
    assert outcome.line.startswith(f"error: {name} is open: {message}")
    assert f"Either protect {name} (docs/pipeline.md#set-it-up, step 4)" in outcome.line
    assert "ACCEPT_UNREVIEWED_PROD --body true" in outcome.line


def test_all_that_is_open_is_said_at_once(step: Step) -> None:
    change(step, "staging", environment([], policy=None), [])
    change(step, "prod", environment([], policy=None), [])
    assert step.run("check-protection").line.startswith(
        "error: staging is open: any branch may deploy, not main alone. "
        "prod is open: nobody has to approve a deployment, and any branch may deploy, "
        "not main alone. "
        "So whoever can push any branch can take the deploy role of staging and prod without a "
        "review. "
        "Either protect staging and prod ("
    )


def test_what_a_push_and_what_a_merge_can_do_are_told_apart(step: Step) -> None:
    change(step, "staging", environment([], policy=None), [])
    change(step, "prod", environment([]), [MAIN])
    step.patch.setenv("ACCEPT_UNREVIEWED_PROD", "true")
    assert step.run("check-protection").line.endswith(
        "ACCEPT_UNREVIEWED_PROD accepts that: whoever can push any branch can take the deploy role "
        "of staging without a review, and what is merged into main reaches prod unapproved."
    )


def test_each_environment_that_a_role_trusts_is_looked_at(step: Step) -> None:
    account(
        step, "Pulumi.account.yaml", {"config": {"my-account:environments": ["prod", "prod-eu"]}}
    )
    account(step, "Pulumi.other.yaml", {"config": {"my-account:environments": ["test"]}})
    outcome = step.run("check-protection")
    assert outcome.failed
    # The workflows deploy to staging, whatever the account says.
    assert "Either protect prod-eu and test (" in outcome.line


def test_each_environment_whose_count_is_protected_needs_an_approval(step: Step) -> None:
    both = {"my-account:protectedEnvironments": ["staging", "prod"]}
    account(step, "Pulumi.account.yaml", {"config": both})
    outcome = step.run("check-protection")
    assert outcome.line.startswith("error: staging is open: nobody has to approve a deployment.")


@pytest.mark.parametrize("value", ["prod", "{}", 3])
def test_environments_that_are_no_list_are_no_answer(step: Step, value: object) -> None:
    account(step, "Pulumi.account.yaml", {"config": {"my-account:environments": value}})
    outcome = step.run("check-protection")
    assert outcome.failed
    assert "environments in account/Pulumi.account.yaml must be a list" in outcome.line


def test_the_branch_that_deploys_is_the_runs(step: Step) -> None:
    step.patch.setenv("GITHUB_REF_NAME", "trunk")
    outcome = step.run("check-protection")
    assert "main may deploy, not trunk alone" in outcome.line


@each_open
def test_an_open_environment_that_its_owner_accepts_is_a_warning(
    step: Step, name: str, found: Item | None, rules: list[Item], message: str
) -> None:
    change(step, name, found, rules)
    step.patch.setenv("ACCEPT_UNREVIEWED_PROD", "true")
    outcome = step.run("check-protection")
    assert not outcome.failed
    assert outcome.line.startswith(f"::warning::{name} is open: {message}")


@pytest.mark.parametrize("value", ["", "false", "1", "True"])
def test_only_true_accepts_it(step: Step, value: str) -> None:
    step.github.environments.clear()
    step.patch.setenv("ACCEPT_UNREVIEWED_PROD", value)
    assert step.run("check-protection").failed


def test_a_question_that_github_refuses_is_no_answer(step: Step) -> None:
    step.patch.setenv("ACCEPT_UNREVIEWED_PROD", "true")
    step.github.failures["GET"] = [403]
    assert step.run("check-protection").failed
