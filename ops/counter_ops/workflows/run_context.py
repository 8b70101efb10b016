"""The current workflow run, from GitHub's variables."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from counter_ops.errors import UserError
from counter_ops.workflows.github_api import GithubApi


@dataclass(frozen=True)
class PullRequest:
    """The pull request of a run."""

    number: int
    commit: str
    """The branch's own commit. GITHUB_SHA is its merge with main."""


@dataclass(frozen=True)
class RunContext:
    """A run's variables.

    https://docs.github.com/en/actions/reference/workflows-and-actions/variables
    """

    variables: Mapping[str, str]

    @classmethod
    def of_environment(cls) -> "RunContext":
        """Return this process's run."""
        return cls(os.environ)

    def value(self, name: str) -> str:
        """Return a variable that must be set."""
        value = self.variables.get(name, "").strip()
        if not value:
            hint = (
                "Pass it to the step: env, with ${{ github.token }}"
                if name == "GITHUB_TOKEN"
                else "GitHub sets it in workflows"
            )
            message = f"{name} is not set. {hint}."
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
        """Return the run's URL."""
        server, repository = self.value("GITHUB_SERVER_URL"), self.value("GITHUB_REPOSITORY")
        return f"{server}/{repository}/actions/runs/{self.value('GITHUB_RUN_ID')}"

    def pull_request(self) -> PullRequest:
        """Return the run's pull request."""
        event = json.loads(Path(self.value("GITHUB_EVENT_PATH")).read_text(encoding="utf-8"))
        if "pull_request" not in event:
            message = (
                "This run is not for a pull request, so there is nothing to comment on. Run "
                "`counter comment` on the event pull_request."
            )
            raise UserError(message)
        return PullRequest(event["pull_request"]["number"], event["pull_request"]["head"]["sha"])
