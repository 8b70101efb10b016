"""`counter check-protection`: refuse environments that anyone can deploy to.

A deploy role trusts every job in its environment, of any branch. So only the branch that deploys
may reach an environment, and prod must need an approval that administrators can't bypass. In a
private repository, required reviewers need GitHub Enterprise, and branch rules a paid plan; its
owner can accept environments without.
https://docs.github.com/en/actions/reference/workflows-and-actions/deployments-and-environments

The environments are those of the account's settings, which name whom the roles trust. GitHub can't
tell: an environment that doesn't exist yet is open too, and a workflow's token never gets the
permission to read an environment's variables.
https://docs.github.com/en/rest/actions/variables#list-environment-variables
"""

import argparse
import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import cast

from stack.stack_file import StackFileError, stack_names

from counter_ops import project
from counter_ops.account_file import read_account
from counter_ops.errors import UserError
from counter_ops.workflows.github_api import GithubApi, GithubError, Json
from counter_ops.workflows.run_context import RunContext

# What `.github/workflows/deploy.yml` deploys.
_DEPLOYED = ("staging", "prod")
_REVIEWED = ("prod",)
_ACCEPT = "ACCEPT_UNREVIEWED_PROD"


@dataclass(frozen=True)
class Environments:
    """The environments with a deploy role."""

    names: Collection[str]
    reviewed: Collection[str]
    """Those that need an approval."""

    @classmethod
    def of_account(cls, folder: Path) -> "Environments":
        """Return those of all stacks in the folder of the account's project, and the workflows'.

        Raises:
            UserError: a stack's file can't be read, or has something else than a list of names.

        """
        names, reviewed = [*_DEPLOYED], [*_REVIEWED]
        for stack in stack_names(folder):
            try:
                name, config = read_account(folder, stack)
            except StackFileError as error:
                message = f"{error}."
                raise UserError(message) from error
            names += _names(stack, "environments", config.get(f"{name}:environments", "[]"))
            protected = config.get(f"{name}:protectedEnvironments", "[]")
            reviewed += _names(stack, "protectedEnvironments", protected)
        return cls(tuple(dict.fromkeys(names)), frozenset(reviewed))


def _names(stack: str, key: str, text: str) -> list[str]:
    try:
        names: object = json.loads(text)
    except ValueError:
        names = None
    if not isinstance(names, list):
        message = (
            f"{key} in account/Pulumi.{stack}.yaml must be a list of environments, such as [prod]."
        )
        raise UserError(message)
    return [str(name) for name in cast("list[object]", names)]


@dataclass(frozen=True)
class Opening:
    """A way to deploy that nobody would notice."""

    environment: str
    what: str
    any_branch: bool
    """Whether a pushed branch is enough. Otherwise it takes a merge."""


def configure(_: argparse.ArgumentParser) -> None:
    """Add no arguments."""


def run(_: argparse.Namespace) -> int:
    """Check the run's repository."""
    context = RunContext.of_environment()
    environments = Environments.of_account(project.PROJECT / "account")
    accepted = context.variables.get(_ACCEPT) == "true"
    branch = context.value("GITHUB_REF_NAME")
    print(check_protection(context.github(), environments, branch, accepted=accepted))
    return 0


def check_protection(
    github: GithubApi, environments: Environments, branch: str, *, accepted: bool
) -> str:
    """Return a line about the protection.

    Args:
        github: the repository.
        environments: those that must be protected.
        branch: the one that may deploy.
        accepted: whether the owner accepts open environments.

    Raises:
        UserError: names the open environments, what others can do, and both ways out.

    """
    openings = [
        opening
        for name in environments.names
        for opening in _openings(github, name, branch, reviewed=name in environments.reviewed)
    ]
    if not openings:
        approved = [name for name in environments.names if name in environments.reviewed]
        return f"Only {branch} can deploy, and an approval is needed for {_and(approved)}."
    found = " ".join(
        f"{name} is open: {', and '.join(_whats(openings, name))}."
        for name in _environments(openings)
    )
    if accepted:
        return f"::warning::{found} {_ACCEPT} accepts that: {_risk(openings, branch)}."
    message = (
        f"{found} So {_risk(openings, branch)}. Either protect {_and(_environments(openings))} "
        "(docs/pipeline.md#set-it-up, step 4), or accept that: "
        f"`gh variable set {_ACCEPT} --body true`."
    )
    raise UserError(message)


def _environments(openings: Iterable[Opening]) -> list[str]:
    return list(dict.fromkeys(each.environment for each in openings))


def _whats(openings: Iterable[Opening], environment: str) -> list[str]:
    return [each.what for each in openings if each.environment == environment]


def _and(names: Iterable[str]) -> str:
    return " and ".join(names)


def _risk(openings: Collection[Opening], branch: str) -> str:
    """Return what others can do."""
    by_push = _environments(each for each in openings if each.any_branch)
    by_merge = _environments(each for each in openings if each.environment not in by_push)
    risks = [
        f"whoever can push any branch can take the deploy role of {_and(by_push)} without a review"
    ] * bool(by_push)
    risks += [f"what is merged into {branch} reaches {_and(by_merge)} unapproved"] * bool(by_merge)
    return ", and ".join(risks)


def _openings(github: GithubApi, name: str, branch: str, *, reviewed: bool) -> Iterator[Opening]:
    try:
        environment = github.get(f"environments/{name}")
    except GithubError as refused:
        if refused.status != HTTPStatus.NOT_FOUND:
            raise
        what = (
            "GitHub has no environment of this name, so any job that names it may deploy (in a "
            "private repository, environments need GitHub Pro, Team or Enterprise)"
        )
        yield Opening(name, what, any_branch=True)
        return
    # Only the rule about approvals has reviewers.
    has_reviewers = any(rule.get("reviewers") for rule in environment.get("protection_rules", []))
    if reviewed and not has_reviewers:
        yield Opening(name, "nobody has to approve a deployment", any_branch=False)
    elif reviewed and "can_admins_bypass" not in environment:
        # GitHub's documentation doesn't name it, so a token or a server may not get it.
        what = "GitHub doesn't say whether administrators can bypass the approval"
        yield Opening(name, what, any_branch=False)
    elif reviewed and environment["can_admins_bypass"]:
        yield Opening(name, "administrators can bypass the approval", any_branch=False)
    allowed = _allowed(github, name, environment)
    if allowed != branch:
        yield Opening(name, f"{allowed} may deploy, not {branch} alone", any_branch=True)


def _allowed(github: GithubApi, name: str, environment: Json) -> str:
    """Return the branches and tags that may deploy."""
    policy = environment.get("deployment_branch_policy")
    if policy is None:
        return "any branch"
    if policy["protected_branches"]:
        # If no branch is protected, any branch may.
        return "every protected branch"
    pages = github.pages(f"environments/{name}/deployment-branch-policies")
    rules = [rule for page in pages for rule in page["branch_policies"]]
    # A server that knows no tags names no type.
    names = [f"tag {each['name']}" if each.get("type") == "tag" else each["name"] for each in rules]
    return " and ".join(names) or "nothing"
