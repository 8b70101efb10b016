"""The workflow run that this is part of, as GitHub's variables tell it."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from counter_ops.errors import UserError
from counter_ops.workflows.github_api import GithubApi


@dataclass(frozen=True)
class PullRequest:
    """What a run of a pull request is for."""

    number: int
    commit: str
    """The branch's own, which GITHUB_SHA isn't: that is a merge with main."""


@dataclass(frozen=True)
class RunContext:
    """A run's variables.

    https://docs.github.com/en/actions/reference/workflows-and-actions/variables
    """

    variables: Mapping[str, str]

    @classmethod
    def of_environment(cls) -> "RunContext":
        """Return the run that this process is part of."""
        return cls(os.environ)

    def value(self, name: str) -> str:
        """Return a variable that must be there."""
        value = self.variables.get(name, "").strip()
        if not value:
            passed = ", and a step must pass it on as env" if name == "GITHUB_TOKEN" else ""
            message = f"{name} is not set. GitHub sets it in workflows{passed}."
            raise UserError(message)
        return value

    def github(self) -> GithubApi:
        """Return a client for the run's repository."""
        return GithubApi(
            self.value("GITHUB_API_URL"),
            self.value("GITHUB_REPOSITORY"),
            self.value("GITHUB_TOKEN"),
        )

    def run_url(self) -> str:
        """Return where the run is shown."""
        server, repository = self.value("GITHUB_SERVER_URL"), self.value("GITHUB_REPOSITORY")
        return f"{server}/{repository}/actions/runs/{self.value('GITHUB_RUN_ID')}"

    def pull_request(self) -> PullRequest:
        """Return the pull request that the run is for."""
        event = json.loads(Path(self.value("GITHUB_EVENT_PATH")).read_text(encoding="utf-8"))
        if "pull_request" not in event:
            message = "This run is not for a pull request: there is nothing to comment on."
            raise UserError(message)
        return PullRequest(event["pull_request"]["number"], event["pull_request"]["head"]["sha"])
