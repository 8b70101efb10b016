"""A pipeline doesn't begin where prod is open to all, unless its owner accepts that."""

import pytest

from workflows.fake_github import Item
from workflows.step import Step

SELECTED = {"protected_branches": False, "custom_branch_policies": True}
PROTECTED = {"protected_branches": True, "custom_branch_policies": False}
MAIN = {"name": "main", "type": "branch"}
REVIEWED: list[Item] = [
    {"type": "branch_policy"},
    {"type": "required_reviewers", "reviewers": [{"type": "User"}]},
]


def environment(rules: list[Item] = REVIEWED, policy: Item | None = SELECTED) -> Item:
    return {"protection_rules": rules, "deployment_branch_policy": policy}


def test_a_prod_with_reviewers_that_only_main_reaches_is_fine(step: Step) -> None:
    step.github.environment = environment()
    step.github.branch_rules = [MAIN]
    assert not step.run("reviewers").failed


OPEN: dict[str, tuple[Item | None, list[Item], str]] = {
    "no environment": (None, [], "no environment of this name"),
    "no rules": (environment([]), [MAIN], "nobody has to approve"),
    "a timer": (environment([{"type": "wait_timer"}]), [MAIN], "nobody has to approve"),
    "no reviewers": (
        environment([{"type": "required_reviewers", "reviewers": []}]),
        [MAIN],
        "nobody has to approve",
    ),
    "any branch": (environment(policy=None), [], "any branch may deploy"),
    "protected": (environment(policy=PROTECTED), [], "every protected branch may deploy"),
    "another branch": (
        environment(),
        [MAIN, {"name": "release/*", "type": "branch"}],
        "main and release/* may deploy",
    ),
    "another branch on the second page": (environment(), [MAIN, MAIN, MAIN], "may deploy"),
    "a tag": (environment(), [{"name": "main", "type": "tag"}], "tag main may deploy"),
    "no branch": (environment(), [], "nothing may deploy"),
}


@pytest.mark.parametrize(("found", "rules", "message"), OPEN.values(), ids=OPEN)
def test_an_open_prod_stops_the_pipeline_and_says_both_ways_out(
    step: Step, found: Item | None, rules: list[Item], message: str
) -> None:
    step.github.environment = found
    step.github.branch_rules = rules
    outcome = step.run("reviewers")
    assert outcome.failed
    assert message in outcome.line
    assert "Environments" in outcome.line
    assert "ACCEPT_UNREVIEWED_PROD --body true" in outcome.line


@pytest.mark.parametrize(("found", "rules", "message"), OPEN.values(), ids=OPEN)
def test_an_open_prod_that_its_owner_accepts_is_a_warning(
    step: Step, found: Item | None, rules: list[Item], message: str
) -> None:
    step.github.environment = found
    step.github.branch_rules = rules
    step.patch.setenv("ACCEPT_UNREVIEWED_PROD", "true")
    outcome = step.run("reviewers")
    assert not outcome.failed
    assert outcome.line.startswith("::warning::")
    assert message in outcome.line


@pytest.mark.parametrize("value", ["", "false", "1", "True"])
def test_only_true_accepts_it(step: Step, value: str) -> None:
    step.patch.setenv("ACCEPT_UNREVIEWED_PROD", value)
    assert step.run("reviewers").failed


def test_a_question_that_github_refuses_is_no_answer(step: Step) -> None:
    step.patch.setenv("ACCEPT_UNREVIEWED_PROD", "true")
    step.github.failures["GET"] = [403]
    assert step.run("reviewers").failed
