"""The comment on a pull request: one for each stack, which each run replaces."""

import pytest
from fake_github import BOT, FakeGithub
from step import HEAD, NUMBER, RUN_URL, Step

MARKER = "<!-- visitor-counter: preview of prod -->"


def bodies(github: FakeGithub) -> list[str]:
    return [each["body"] for each in github.comments.get(NUMBER, [])]


def test_a_first_preview_is_commented_on_the_pull_request(step: Step) -> None:
    step.write("preview/prod/comment.md", "**Passed.** One change.\n")
    assert not step.run("comment", "prod").failed
    assert bodies(step.github) == [
        f"{MARKER}\n**Passed.** One change.\n\nCommit {HEAD[:7]}, [run]({RUN_URL})\n"
    ]


def test_a_later_preview_takes_the_place_of_the_comment_on_whatever_page_it_is(step: Step) -> None:
    for talk in range(3):
        step.github.add_comment(NUMBER, f"talk {talk}", "a-person")
    comment = step.github.add_comment(NUMBER, f"{MARKER}\nold")
    step.write("preview/prod/comment.md", "new")
    step.run("comment", "prod")
    assert len(bodies(step.github)) == 4
    assert comment["body"].startswith(f"{MARKER}\nnew\n")


def test_each_stack_has_its_own_comment(step: Step) -> None:
    for stack in ("staging", "prod", "prod-eu", "prod"):
        step.write(f"preview/{stack}/comment.md", stack)
        step.run("comment", stack)
    assert [body.splitlines()[1] for body in bodies(step.github)] == ["staging", "prod", "prod-eu"]


@pytest.mark.parametrize("author", ["a-person", "dependabot[bot]", None])
def test_a_comment_that_somebody_else_planted_is_left_alone(step: Step, author: str | None) -> None:
    planted = step.github.add_comment(NUMBER, f"{MARKER}\nplanted", author)
    step.write("preview/prod/comment.md", "real")
    step.run("comment", "prod")
    assert planted["body"] == f"{MARKER}\nplanted"
    assert len(bodies(step.github)) == 2


def test_a_comment_of_workflows_that_only_quotes_the_marker_is_left_alone(step: Step) -> None:
    other = step.github.add_comment(NUMBER, f"> {MARKER}", BOT)
    step.github.add_comment(NUMBER, None, BOT)
    step.write("preview/prod/comment.md", "real")
    step.run("comment", "prod")
    assert other["body"] == f"> {MARKER}"
    assert len(bodies(step.github)) == 3


def test_of_comments_that_two_runs_made_at_once_the_first_stays(step: Step) -> None:
    first = step.github.add_comment(NUMBER, f"{MARKER}\nold")
    for _ in range(3):
        step.github.add_comment(NUMBER, f"{MARKER}\nother")
    step.write("preview/prod/comment.md", "new")
    step.run("comment", "prod")
    assert step.github.comments[NUMBER] == [first]
    assert "new" in first["body"]


@pytest.mark.parametrize(("length", "kept"), [(65_000, True), (65_536, False), (1_000_000, False)])
def test_a_preview_that_is_too_long_for_a_comment_is_pointed_to(
    step: Step, length: int, *, kept: bool
) -> None:
    step.write("preview/prod/comment.md", "x" * length)
    assert not step.run("comment", "prod").failed
    (body,) = bodies(step.github)
    assert ("x" * length in body) == kept
    assert ("see the summary of the run" in body) != kept
    assert body.startswith(MARKER)
    assert RUN_URL in body


def test_a_longest_comment_is_as_long_as_github_takes(step: Step) -> None:
    step.write("preview/prod/comment.md", "x")
    step.run("comment", "prod")
    (short,) = bodies(step.github)
    room = 65_536 - len(short) + 1
    for length in (room, room + 1):
        step.write("preview/prod/comment.md", "x" * length)
        assert not step.run("comment", "prod").failed
        (body,) = bodies(step.github)
        assert ("x" * length in body) == (length == room)


def test_a_run_that_is_for_no_pull_request_comments_nothing(step: Step) -> None:
    step.event({"head_commit": {}})
    step.write("preview/prod/comment.md", "x")
    outcome = step.run("comment", "prod")
    assert outcome.failed
    assert "not for a pull request" in outcome.line
    assert not step.github.writes


def test_where_there_is_no_preview_the_comment_says_so_instead_of_showing_the_last(
    step: Step,
) -> None:
    comment = step.github.add_comment(NUMBER, f"{MARKER}\n**Passed.**")
    assert not step.run("comment", "prod").failed
    assert step.github.comments[NUMBER] == [comment]
    assert comment["body"] == (
        f"{MARKER}\n**No preview of this commit**: see the run.\n\n"
        f"Commit {HEAD[:7]}, [run]({RUN_URL})\n"
    )
