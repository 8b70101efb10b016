"""Whether only `main` can deploy, and somebody must approve what reaches prod.

The role that deploys to an environment trusts whatever runs in it, of any branch.
A private repository can have required reviewers only with GitHub Enterprise, and branch rules only
with a paid plan. Its owner can accept that.
https://docs.github.com/en/actions/reference/workflows-and-actions/deployments-and-environments
"""

from http import HTTPStatus

from github.client import Github, Json, Problem, Refused

_ENVIRONMENTS = ("staging", "prod")
_REVIEWED = "prod"
_BRANCH = "main"
_ACCEPT = "ACCEPT_UNREVIEWED_PROD"


def check_protection(github: Github, *, accepted: bool) -> str:
    """Return a line about it, or raise what is missing and both ways out."""
    missing = {name: found for name in _ENVIRONMENTS if (found := _missing(github, name))}
    if not missing:
        return f"Only {_BRANCH} can deploy, and {_REVIEWED} needs an approval."
    found = " ".join(f"{name} is open: {', and '.join(each)}." for name, each in missing.items())
    if accepted:
        return f"::warning::{found} {_ACCEPT} accepts that."
    message = (
        f"{found} Either protect {' and '.join(missing)} (the repository's settings, "
        f"Environments), or accept that with `gh variable set {_ACCEPT} --body true`. "
        "See docs/pipeline.md."
    )
    raise Problem(message)


def _missing(github: Github, name: str) -> list[str]:
    try:
        environment = github.get(f"environments/{name}")
    except Refused as refused:
        if refused.status != HTTPStatus.NOT_FOUND:
            raise
        return ["GitHub has no environment of this name, so whatever asks for it may deploy"]
    missing: list[str] = []
    # Of the rules, only the one about approvals has reviewers.
    reviewed = any(rule.get("reviewers") for rule in environment["protection_rules"])
    if name == _REVIEWED and not reviewed:
        missing.append("nobody has to approve a deployment")
    allowed = _allowed(github, name, environment)
    if allowed != _BRANCH:
        missing.append(f"{allowed} may deploy, not {_BRANCH} alone")
    return missing


def _allowed(github: Github, name: str, environment: Json) -> str:
    """Return from where deployments may come."""
    policy = environment["deployment_branch_policy"]
    if policy is None:
        return "any branch"
    if policy["protected_branches"]:
        # While no branch is protected, that is any.
        return "every protected branch"
    pages = github.pages(f"environments/{name}/deployment-branch-policies")
    rules = [rule for page in pages for rule in page["branch_policies"]]
    names = [f"tag {each['name']}" if each["type"] == "tag" else each["name"] for each in rules]
    return " and ".join(names) or "nothing"
