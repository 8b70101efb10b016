"""A failed call to GitHub gives one line, which never shows the token."""

import pytest
from fake_github import TOKEN
from step import NUMBER, Step


@pytest.fixture(autouse=True)
def _preview(step: Step) -> None:
    step.write("preview/prod/comment.md", "x")


def no_sleep(*_: object) -> None:
    """Don't wait."""


def complaint(step: Step) -> str:
    outcome = step.run("comment", "prod")
    assert outcome.failed
    assert outcome.line.startswith("error: ")
    assert "\n" not in outcome.line
    assert TOKEN not in outcome.line
    return outcome.line


@pytest.mark.parametrize(
    "name",
    [
        "GITHUB_API_URL",
        "GITHUB_EVENT_PATH",
        "GITHUB_REPOSITORY",
        "GITHUB_RUN_ID",
        "GITHUB_SERVER_URL",
        "GITHUB_TOKEN",
    ],
)
@pytest.mark.parametrize("value", [None, ""])
def test_a_variable_that_is_missing_is_named(step: Step, name: str, value: str | None) -> None:
    step.patch.delenv(name) if value is None else step.patch.setenv(name, value)
    assert f"{name} is not set" in complaint(step)


def test_a_refusal_names_the_permissions_that_it_takes(step: Step) -> None:
    step.github.failures["GET"] = [403]
    line = complaint(step)
    assert "403 Forbidden" in line
    assert "It needs issues=write: check the job's permissions" in line


def test_a_wrong_token_is_a_refusal(step: Step) -> None:
    step.patch.setenv("GITHUB_TOKEN", "another")
    assert "401 Unauthorized. Check the job's permissions" in complaint(step)


@pytest.mark.parametrize("token", [f"{TOKEN}\nX", f"{TOKEN}\r"])
def test_a_token_that_is_no_header_is_not_shown_either(step: Step, token: str) -> None:
    step.patch.setenv("GITHUB_TOKEN", token + "x")
    assert "InvalidHeader" in complaint(step)


def test_a_token_may_end_in_a_line_break(step: Step) -> None:
    step.patch.setenv("GITHUB_TOKEN", f"{TOKEN}\n")
    assert not step.run("comment", "prod").failed


def test_a_server_that_is_not_there_is_named(step: Step) -> None:
    step.patch.setattr("urllib3.util.Retry.sleep", no_sleep)
    step.patch.setenv("GITHUB_API_URL", "http://127.0.0.1:1")
    line = complaint(step)
    assert "http://127.0.0.1:1/repos" in line
    assert "ConnectionError" in line


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_question_is_asked_again_after_a_passing_failure(step: Step, status: int) -> None:
    step.github.failures["GET"] = [status]
    assert not step.run("comment", "prod").failed
    assert len(step.github.comments[NUMBER]) == 1


def test_a_question_is_given_up_after_five_times(step: Step) -> None:
    step.patch.setattr("urllib3.util.Retry.sleep", no_sleep)
    step.github.failures["GET"] = [502] * 9
    assert "502 Bad Gateway" in complaint(step)
    assert step.github.requests == 5


def test_a_comment_is_never_sent_twice(step: Step) -> None:
    step.github.failures["POST"] = [502]
    assert "502 Bad Gateway" in complaint(step)
    assert step.github.writes == [f"POST /issues/{NUMBER}/comments"]


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
def test_a_change_is_sent_again_after_a_passing_failure(step: Step, method: str) -> None:
    for _ in range(2):
        step.github.add_comment(NUMBER, "<!-- visitor-counter: preview of prod -->\nold")
    step.github.failures[method] = [502]
    assert not step.run("comment", "prod").failed
    (comment,) = step.github.comments[NUMBER]
    assert "old" not in comment["body"]
