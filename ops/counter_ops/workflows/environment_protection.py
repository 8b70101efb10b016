"""`counter check-protection`: refuse environments that anyone can deploy to.

A deploy role trusts every job in its environment, of any branch. So only `main` may deploy, and
prod must need an approval. In a private repository, required reviewers need GitHub Enterprise, and
branch rules a paid plan; its owner can accept environments without.
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
    """Return a line about the protection.

    Raises:
        UserError: names the open environments and both ways out.

    """
    missing = {name: found for name in _ENVIRONMENTS if (found := _missing(github, name))}
    if not missing:
        return f"Only {_BRANCH} can deploy, and {_REVIEWED} needs an approval."
    found = " ".join(f"{name} is open: {', and '.join(each)}." for name, each in missing.items())
    if accepted:
        return f"::warning::{found} {_ACCEPT} accepts that."
    message = (
        f"{found} Either protect {' and '.join(missing)} (the repository's settings, "
        f"Environments), or accept that: `gh variable set {_ACCEPT} --body true`. "
        "See docs/pipeline.md."
    )
    raise UserError(message)


def _missing(github: GithubApi, name: str) -> list[str]:
    try:
        environment = github.get(f"environments/{name}")
    except GithubError as refused:
        if refused.status != HTTPStatus.NOT_FOUND:
            raise
        return ["GitHub has no environment of this name, so any job that names it may deploy"]
    missing: list[str] = []
    # Only the rule about approvals has reviewers.
    reviewed = any(rule.get("reviewers") for rule in environment["protection_rules"])
    if name == _REVIEWED and not reviewed:
        missing.append("nobody has to approve a deployment")
    allowed = _allowed(github, name, environment)
    if allowed != _BRANCH:
        missing.append(f"{allowed} may deploy, not {_BRANCH} alone")
    return missing


def _allowed(github: GithubApi, name: str, environment: Json) -> str:
    """Return the branches and tags that may deploy."""
    policy = environment["deployment_branch_policy"]
    if policy is None:
        return "any branch"
    if policy["protected_branches"]:
        # If no branch is protected, any branch may.
        return "every protected branch"
    pages = github.pages(f"environments/{name}/deployment-branch-policies")
    rules = [rule for page in pages for rule in page["branch_policies"]]
    names = [f"tag {each['name']}" if each["type"] == "tag" else each["name"] for each in rules]
    return " and ".join(names) or "nothing"
