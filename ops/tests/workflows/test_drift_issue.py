"""The drift issue: one for each stack, open as long as the stack drifts."""

import pytest
from step import RUN_URL, Step

MARKER = "<!-- visitor-counter: drift of prod -->"


def look(step: Step, verdict: str, report: str = "The table's tags differ.") -> None:
    step.write("drift/prod/verdict", f"{verdict}\n")
    if verdict == "drift":
        step.write("drift/prod/report.md", report)
    assert not step.run("drift-issue", "prod").failed


def test_drift_opens_an_issue_with_the_report(step: Step) -> None:
    look(step, "drift")
    (issue,) = step.github.issues
    assert issue["title"] == "Drift of prod"
    assert issue["body"] == f"{MARKER}\nThe table's tags differ.\n\n[Run]({RUN_URL})\n"


def test_drift_that_stays_changes_the_issue_on_whatever_page_it_is(step: Step) -> None:
    for number in range(3):
        step.github.add_issue(f"another {number}")
    look(step, "drift", "one")
    look(step, "drift", "two")
    assert len(step.github.issues) == 4
    assert step.github.issues[-1]["body"].startswith(f"{MARKER}\ntwo\n")


def test_an_issue_is_closed_with_a_remark_when_the_drift_is_gone(step: Step) -> None:
    look(step, "drift")
    look(step, "none")
    (issue,) = step.github.issues
    assert issue["state"] == "closed"
    ((remark,),) = step.github.comments.values()
    assert RUN_URL in remark["body"]


def test_drift_that_comes_back_opens_a_new_issue(step: Step) -> None:
    for verdict in ("drift", "none", "drift"):
        look(step, verdict)
    assert [each["state"] for each in step.github.issues] == ["closed", "open"]


@pytest.mark.parametrize("verdict", ["drift", "none"])
def test_a_fork_without_issues_is_told_how_to_turn_them_on(step: Step, verdict: str) -> None:
    step.write("drift/prod/verdict", verdict)
    step.write("drift/prod/report.md", "The table's tags differ.")
    step.github.failures["GET"] = [410]
    outcome = step.run("drift-issue", "prod")
    assert outcome.failed
    assert "Turn them on: docs/pipeline.md#set-it-up, step 1." in outcome.line


def test_without_drift_and_without_an_issue_nothing_is_written(step: Step) -> None:
    look(step, "none")
    assert not step.github.writes


def test_a_look_that_failed_neither_opens_nor_closes_an_issue(step: Step) -> None:
    look(step, "failed")
    assert not step.github.issues
    issue = step.github.add_issue(f"{MARKER}\nold")
    look(step, "failed")
    assert (issue["state"], issue["body"]) == ("open", f"{MARKER}\nold")


@pytest.mark.parametrize("word", ["", "maybe"])
def test_a_verdict_that_nobody_knows_is_a_line_about_it(step: Step, word: str) -> None:
    step.write("drift/prod/verdict", f"{word}\n")
    outcome = step.run("drift-issue", "prod")
    assert outcome.failed
    assert outcome.line == (
        f"error: target/drift/prod/verdict is {word!r}. It must be one of none, drift, failed."
    )
    assert not step.github.requests


def test_a_look_that_never_was_is_named(step: Step) -> None:
    outcome = step.run("drift-issue", "prod")
    assert outcome.failed
    assert outcome.line.startswith("error: target/drift/prod/verdict can't be read")


@pytest.mark.parametrize(
    "other",
    [
        {"author": "a-person"},
        {"pull_request": {}},
        {"body": "<!-- visitor-counter: drift of prod-eu -->"},
    ],
)
def test_what_only_looks_like_the_issue_is_left_alone(step: Step, other: dict[str, str]) -> None:
    step.github.add_issue(**{"body": f"{MARKER}\nold"} | other)
    before = dict(step.github.issues[0])
    look(step, "drift")
    look(step, "none")
    assert step.github.issues[0] == before
    assert len(step.github.issues) == 2
