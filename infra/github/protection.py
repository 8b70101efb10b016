"""Whether somebody must approve what reaches prod, and only `main` can.

A private repository can have required reviewers only with GitHub Enterprise, and branch rules only
with a paid plan. Its owner can accept that.
https://docs.github.com/en/actions/reference/workflows-and-actions/deployments-and-environments
"""

from http import HTTPStatus

from github.client import Github, Json, Problem, Refused

_ENVIRONMENT = "prod"
_BRANCH = "main"
_ACCEPT = "ACCEPT_UNREVIEWED_PROD"


def check_protection(github: Github, *, accepted: bool) -> str:
    """Return a line about it, or raise what is missing and both ways out."""
    missing = _missing(github)
    if not missing:
        return f"A deployment to {_ENVIRONMENT} must be approved, and come from {_BRANCH}."
    found = f"{_ENVIRONMENT} is open: {', and '.join(missing)}."
    if accepted:
        return f"::warning::{found} {_ACCEPT} accepts that."
    message = (
        f"{found} Either protect it (the repository's settings, Environments), or accept that with "
        f"`gh variable set {_ACCEPT} --body true`. See docs/pipeline.md."
    )
    raise Problem(message)


def _missing(github: Github) -> list[str]:
    try:
        environment = github.get(f"environments/{_ENVIRONMENT}")
    except Refused as refused:
        if refused.status != HTTPStatus.NOT_FOUND:
            raise
        return ["GitHub has no environment of this name, so whatever asks for it may deploy"]
    missing: list[str] = []
    # Of the rules, only the one about approvals has reviewers.
    if not any(rule.get("reviewers") for rule in environment["protection_rules"]):
        missing.append("nobody has to approve a deployment")
    allowed = _allowed(github, environment)
    if allowed != _BRANCH:
        missing.append(f"{allowed} may deploy, not {_BRANCH} alone")
    return missing


def _allowed(github: Github, environment: Json) -> str:
    """Return from where deployments may come."""
    policy = environment["deployment_branch_policy"]
    if policy is None:
        return "any branch"
    if policy["protected_branches"]:
        # While no branch is protected, that is any.
        return "every protected branch"
    pages = github.pages(f"environments/{_ENVIRONMENT}/deployment-branch-policies")
    rules = [rule for page in pages for rule in page["branch_policies"]]
    names = [f"tag {each['name']}" if each["type"] == "tag" else each["name"] for each in rules]
    return " and ".join(names) or "nothing"
