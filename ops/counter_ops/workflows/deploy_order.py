"""`counter check-order`: refuse a commit that is older than the deployed one.

Two runs for main can reach an environment in the wrong order, if the newer commit's checks are
faster. Then the older commit's run stops.
"""

import argparse

from counter_ops.errors import UserError
from counter_ops.stack_name import add_stack
from counter_ops.workflows.github_api import GithubApi
from counter_ops.workflows.run_context import RunContext


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_stack(parser)


def run(arguments: argparse.Namespace) -> int:
    """Check the run's commit."""
    context = RunContext.of_environment()
    print(check_order(context.github(), arguments.stack, context.value("GITHUB_SHA")))
    return 0


def check_order(github: GithubApi, environment: str, commit: str) -> str:
    """Return a line about the order.

    Raises:
        UserError: a newer commit is deployed already.

    """
    deployed = _last_deployed(github, environment)
    if deployed is None:
        return f"Nothing was deployed to {environment} yet."
    # The second commit's position relative to the first.
    status = github.get(f"compare/{deployed}...{commit}")["status"]
    if status == "behind":
        message = (
            f"{commit[:7]} is older than {deployed[:7]}, which {environment} has already. "
            "Nothing was changed. To roll back: docs/operations.md#rolling-back."
        )
        raise UserError(message)
    return f"{environment} has nothing newer than {commit[:7]}."


def _last_deployed(github: GithubApi, environment: str) -> str | None:
    """Return the commit of the newest successful deployment, on any page of the list."""
    for deployments in github.pages("deployments", environment=environment):
        for deployment in deployments:
            for statuses in github.pages(f"deployments/{deployment['id']}/statuses"):
                if any(each["state"] == "success" for each in statuses):
                    return deployment["sha"]
    return None
