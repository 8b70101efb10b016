"""Whether a commit would take the place of a newer one.

Two runs for main can reach an environment the other way round, when the checks of the newer commit
are quicker. Then the older one stops.
"""

from github.client import Github, Problem


def check_order(github: Github, environment: str, commit: str) -> str:
    """Return a line about it, or raise that a newer commit was deployed already."""
    deployed = _last_deployed(github, environment)
    if deployed is None:
        return f"Nothing was deployed to {environment} yet."
    # How the second commit stands to the first.
    status = github.get(f"compare/{deployed}...{commit}")["status"]
    if status == "behind":
        message = (
            f"{commit[:7]} is older than {deployed[:7]}, which {environment} has already. "
            "Nothing was changed. To go back, see docs/operations.md#rolling-back."
        )
        raise Problem(message)
    return f"{environment} has nothing newer than {commit[:7]}."


def _last_deployed(github: Github, environment: str) -> str | None:
    """Return the commit of the newest deployment that succeeded, perhaps long ago."""
    for deployments in github.pages("deployments", environment=environment):
        for deployment in deployments:
            for statuses in github.pages(f"deployments/{deployment['id']}/statuses"):
                if any(each["state"] == "success" for each in statuses):
                    return deployment["sha"]
    return None
