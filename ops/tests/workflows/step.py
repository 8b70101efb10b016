"""A step of a workflow, with a command that calls GitHub."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from counter_ops.cli import main
from fake_github import REPOSITORY, TOKEN, FakeGithub

RUN_URL = f"https://github.com/{REPOSITORY}/actions/runs/42"
NUMBER = 7
HEAD = "abcdef1234567"


@dataclass(frozen=True)
class StepResult:
    """The result: a line, and whether the step failed."""

    line: str
    failed: bool


@dataclass(frozen=True)
class Step:
    """A step in a folder of its own, with GitHub's variables."""

    github: FakeGithub
    folder: Path
    patch: pytest.MonkeyPatch
    capture: pytest.CaptureFixture[str]

    def __post_init__(self) -> None:
        """Set the variables and the event."""
        self.patch.setattr("counter_ops.project.PROJECT", self.folder)
        self.patch.setattr("counter_ops.project.TARGET", self.folder / "target")
        self.event({"pull_request": {"number": NUMBER, "head": {"sha": HEAD}}})
        for name, value in {
            "GITHUB_API_URL": self.github.url,
            "GITHUB_REF_NAME": "main",
            "GITHUB_EVENT_PATH": str(self.folder / "event.json"),
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_RUN_ID": "42",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_SHA": "c",
            "GITHUB_TOKEN": TOKEN,
            # The developer's proxy can't reach this server.
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }.items():
            self.patch.setenv(name, value)
        self.patch.delenv("ACCEPT_UNREVIEWED_PROD", raising=False)

    def event(self, event: object) -> None:
        """Set the run's event."""
        (self.folder / "event.json").write_text(json.dumps(event))

    def write(self, path: str, text: str) -> None:
        """Write a file, as an earlier step would."""
        file = self.folder / "target" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def run(self, *arguments: str) -> StepResult:
        """Run a command, and return the one line that it prints."""
        exit_code = main(arguments)
        printed = self.capture.readouterr()
        return StepResult((printed.out + printed.err).removesuffix("\n"), failed=exit_code != 0)
