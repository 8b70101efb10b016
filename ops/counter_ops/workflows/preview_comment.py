"""`counter comment`: keep one comment for each stack on a pull request, with its preview."""

import argparse

from counter_ops import project
from counter_ops.stack_name import add_stack
from counter_ops.workflows.github_api import GithubApi
from counter_ops.workflows.marked_text import Marker, compose
from counter_ops.workflows.run_context import PullRequest, RunContext

NO_PREVIEW = "**No preview of this commit**: see the run."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_stack(parser)


def run(arguments: argparse.Namespace) -> int:
    """Post the preview of an earlier step."""
    context = RunContext.of_environment()
    # Without a preview, the last commit's must not stay as if it were this one's.
    path = project.TARGET / "preview" / arguments.stack / "comment.md"
    contents = path.read_text(encoding="utf-8") if path.exists() else NO_PREVIEW
    github, pull_request = context.github(), context.pull_request()
    print(comment(github, pull_request, arguments.stack, contents, context.run_url()))
    return 0


def comment(
    github: GithubApi, pull_request: PullRequest, stack: str, contents: str, run_url: str
) -> str:
    """Write the comment, replacing the last one."""
    marker = Marker(f"preview of {stack}")
    body = compose(marker, contents, f"Commit {pull_request.commit[:7]}, [run]({run_url})")
    comments = f"issues/{pull_request.number}/comments"
    earlier = [each for page in github.pages(comments) for each in page if marker.marks(each)]
    if not earlier:
        return f"Commented: {github.post(comments, {'body': body})['html_url']}"
    # Two concurrent runs may have made one each.
    first, *others = earlier
    for other in others:
        github.delete(f"issues/comments/{other['id']}")
    changed = github.patch(f"issues/comments/{first['id']}", {"body": body})
    return f"Changed the comment: {changed['html_url']}"
