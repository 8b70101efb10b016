"""`python -m github`, as a step of a workflow runs it."""

import json
import runpy
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from workflows.fake_github import REPOSITORY, TOKEN, FakeGithub

RUN_URL = f"https://github.com/{REPOSITORY}/actions/runs/42"
NUMBER = 7
HEAD = "abcdef1234567"


@dataclass(frozen=True)
class Outcome:
    """How it ended: a line, and whether the step is green."""

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
        self.patch.chdir(self.folder)
        self.event({"pull_request": {"number": NUMBER, "head": {"sha": HEAD}}})
        for name, value in {
            "GITHUB_API_URL": self.github.url,
            "GITHUB_EVENT_PATH": str(self.folder / "event.json"),
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_RUN_ID": "42",
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_SHA": "c",
            "GITHUB_TOKEN": TOKEN,
            # The developer's own proxy doesn't know this server.
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }.items():
            self.patch.setenv(name, value)
        self.patch.delenv("ACCEPT_UNREVIEWED_PROD", raising=False)

    def event(self, event: object) -> None:
        """Say what the run is for."""
        (self.folder / "event.json").write_text(json.dumps(event))

    def write(self, path: str, text: str) -> None:
        """Leave a file as an earlier step would."""
        file = self.folder / "target" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def run(self, *arguments: str) -> Outcome:
        """Run it, and return the one line that it prints."""
        self.patch.setattr(sys, "argv", ["github", *arguments])
        try:
            runpy.run_module("github", run_name="__main__")
        except SystemExit as end:
            return Outcome(str(end.code), failed=True)
        return Outcome(self.capture.readouterr().out.removesuffix("\n"), failed=False)
