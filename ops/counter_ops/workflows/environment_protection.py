"""`counter check-protection`: whether only `main` deploys, and prod needs an approval.

The role that deploys to an environment trusts whatever runs in it, of any branch.
A private repository can have required reviewers only with GitHub Enterprise, and branch rules only
with a paid plan. Its owner can accept that.
https://docs.github.com/en/actions/reference/workflows-and-actions/deployments-and-environments
"""

import argparse
from http import HTTPStatus

from counter_ops.errors import UserError
from counter_ops.workflows.github_api import GithubApi, GithubError, Json
from counter_ops.workflows.run_context import RunContext

_ENVIRONMENTS = ("staging", "prod")
_REVIEWED = "prod"
_BRANCH = "main"
_ACCEPT = "ACCEPT_UNREVIEWED_PROD"


def configure(_: argparse.ArgumentParser) -> None:
    """Add no arguments."""


def run(_: argparse.Namespace) -> int:
    """Check the run's repository."""
    context = RunContext.of_environment()
    accepted = context.variables.get(_ACCEPT) == "true"
    print(check_protection(context.github(), accepted=accepted))
    return 0


def check_protection(github: GithubApi, *, accepted: bool) -> str:
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
    raise UserError(message)


def _missing(github: GithubApi, name: str) -> list[str]:
    try:
        environment = github.get(f"environments/{name}")
    except GithubError as refused:
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


def _allowed(github: GithubApi, name: str, environment: Json) -> str:
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
