"""One comment a stack on a pull request: what the change would do to it."""

from github.body import Marker, compose
from github.client import Github
from github.context import PullRequest


def comment(
    github: Github, pull_request: PullRequest, stack: str, contents: str, run_url: str
) -> str:
    """Write the comment, in the place of the last one if there is one."""
    marker = Marker(f"preview of {stack}")
    body = compose(marker, contents, f"Commit {pull_request.commit[:7]}, [run]({run_url})")
    comments = f"issues/{pull_request.number}/comments"
    earlier = [each for page in github.pages(comments) for each in page if marker.marks(each)]
    if not earlier:
        return f"Commented: {github.post(comments, {'body': body})['html_url']}"
    # Two runs at once may have made one each.
    first, *others = earlier
    for other in others:
        github.delete(f"issues/comments/{other['id']}")
    changed = github.patch(f"issues/comments/{first['id']}", {"body": body})
    return f"Changed the comment: {changed['html_url']}"
