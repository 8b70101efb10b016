"""`counter drift-issue`: keep one open issue for each stack that has drifted."""

import argparse
from http import HTTPStatus
from pathlib import Path

from counter_ops import project
from counter_ops.errors import UserError
from counter_ops.release.drift import Drift
from counter_ops.stack_name import add_stack
from counter_ops.workflows.github_api import GithubApi, GithubError
from counter_ops.workflows.marked_text import Marker, compose
from counter_ops.workflows.run_context import RunContext


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_stack(parser)


def run(arguments: argparse.Namespace) -> int:
    """Open, change or close the issue, by the verdict of an earlier step."""
    context = RunContext.of_environment()
    folder = project.TARGET / "drift" / arguments.stack
    verdict = _read_verdict(folder / "verdict")
    report = _read(folder / "report.md") if verdict is Drift.FOUND else ""
    try:
        print(tell_drift(context.github(), arguments.stack, verdict, report, context.run_url()))
    except GithubError as refused:
        # https://docs.github.com/en/rest/issues/issues#create-an-issue
        if refused.status != HTTPStatus.GONE:
            raise
        message = (
            "Issues are off in this repository, as in a new fork, so nobody would hear of drift of "
            f"{arguments.stack}. Turn them on: docs/pipeline.md#set-it-up, step 1."
        )
        raise UserError(message) from refused
    return 0


def _read_verdict(path: Path) -> Drift:
    word = _read(path).strip()
    try:
        return Drift(word)
    except ValueError as error:
        message = f"{_shown(path)} is {word!r}. It must be one of {', '.join(Drift)}."
        raise UserError(message) from error


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        message = (
            f"{_shown(path)} can't be read ({error.strerror}): the step that writes it failed."
        )
        raise UserError(message) from error


def _shown(path: Path) -> Path:
    return path.relative_to(project.TARGET.parent)


def tell_drift(github: GithubApi, stack: str, verdict: Drift, report: str, run_url: str) -> str:
    """Open, change or close the issue."""
    if verdict is Drift.FAILED:
        return "Drift detection failed, so the issues stay as they are."
    marker = Marker(f"drift of {stack}")
    # GitHub lists pull requests among the issues.
    earlier = [
        each
        for page in github.pages("issues", state="open", creator="github-actions[bot]")
        for each in page
        if "pull_request" not in each and marker.marks(each)
    ]
    if verdict is Drift.NONE:
        for issue in earlier:
            remark = f"{stack} no longer drifts: [run]({run_url})"
            github.post(f"issues/{issue['number']}/comments", {"body": remark})
            github.patch(f"issues/{issue['number']}", {"state": "closed"})
        return f"No drift of {stack}. Issues closed: {len(earlier)}."
    body = compose(marker, report, f"[Run]({run_url})")
    if earlier:
        changed = github.patch(f"issues/{earlier[0]['number']}", {"body": body})
        return f"Changed the issue: {changed['html_url']}"
    opened = github.post("issues", {"title": f"Drift of {stack}", "body": body})
    return f"Opened an issue: {opened['html_url']}"
