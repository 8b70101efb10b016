"""No commit replaces a newer one."""

import pytest
from step import Step


@pytest.fixture(autouse=True)
def _history(step: Step) -> None:
    step.github.history = "abcde"  # the run's is c


@pytest.mark.parametrize("deployed", ["a", "b", "c"])
def test_a_commit_is_deployed_after_an_older_one_or_once_more(step: Step, deployed: str) -> None:
    step.github.add_deployment(deployed, "success", "in_progress")
    assert not step.run("check-order", "prod").failed


def test_an_older_commit_is_not_deployed_after_a_newer_one(step: Step) -> None:
    step.github.add_deployment("d", "success", "in_progress")
    outcome = step.run("check-order", "prod")
    assert outcome.failed
    assert "c is older than d, which prod has already" in outcome.line


def test_a_first_deployment_may_be_of_any_commit(step: Step) -> None:
    step.github.add_deployment("e", "success", environment="staging")
    assert not step.run("check-order", "prod").failed


def test_a_commit_takes_the_place_of_one_that_main_no_longer_has(step: Step) -> None:
    step.github.add_deployment("x", "success", "in_progress")
    assert not step.run("check-order", "prod").failed


def test_a_newer_commit_that_failed_is_no_reason_to_stop(step: Step) -> None:
    step.github.add_deployment("e", "failure", "in_progress")
    assert not step.run("check-order", "prod").failed


def test_deployments_that_wait_or_failed_are_not_deployed(step: Step) -> None:
    step.github.add_deployment("b", "success")
    for state in ("waiting", "queued", "failure", "in_progress"):
        step.github.add_deployment("e", state)
    assert not step.run("check-order", "prod").failed


def test_the_last_deployment_counts_on_whatever_page_it_is(step: Step) -> None:
    step.github.add_deployment("a", "success")
    step.github.add_deployment("d", "inactive", "waiting", "success")
    for _ in range(4):
        step.github.add_deployment("c", "waiting")
    assert step.run("check-order", "prod").failed
