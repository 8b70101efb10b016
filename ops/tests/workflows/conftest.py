"""A fake GitHub, and a step that calls it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_github import FakeGithub, fake_github
from step import Step


@pytest.fixture
def github() -> Iterator[FakeGithub]:
    """Return an empty GitHub."""
    with fake_github() as running:
        yield running


@pytest.fixture
def step(
    github: FakeGithub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Step:
    """Return a step of a workflow."""
    return Step(github, tmp_path, monkeypatch, capsys)
