"""One open issue a stack while it isn't what was deployed."""

from release.drift import Drift

from github.body import Marker, compose
from github.client import Github


def tell_drift(github: Github, stack: str, verdict: Drift, report: str, run_url: str) -> str:
    """Open, change or close the issue."""
    if verdict is Drift.FAILED:
        return "The look for drift failed, so the issues stay as they are."
    marker = Marker(f"drift of {stack}")
    # Pull requests are listed among the issues.
    earlier = [
        each
        for page in github.pages("issues", state="open", creator="github-actions[bot]")
        for each in page
        if "pull_request" not in each and marker.marks(each)
    ]
    if verdict is Drift.NONE:
        for issue in earlier:
            remark = f"{stack} is as it was deployed again: [run]({run_url})"
            github.post(f"issues/{issue['number']}/comments", {"body": remark})
            github.patch(f"issues/{issue['number']}", {"state": "closed"})
        return f"No drift of {stack}. Issues closed: {len(earlier)}."
    body = compose(marker, report, f"[Run]({run_url})")
    if earlier:
        changed = github.patch(f"issues/{earlier[0]['number']}", {"body": body})
        return f"Changed the issue: {changed['html_url']}"
    opened = github.post("issues", {"title": f"Drift of {stack}", "body": body})
    return f"Opened an issue: {opened['html_url']}"
