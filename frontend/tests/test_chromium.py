"""Which Chromium the tests take."""

from pathlib import Path

import chromium
import pytest


def program(path: Path) -> str:
    path.touch(mode=0o755)
    return str(path)


def test_the_one_named_comes_before_the_machine_s_and_that_before_playwright_s(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own = str(tmp_path / "playwright-chrome")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    with pytest.raises(FileNotFoundError, match="apt install chromium"):
        chromium.choose(own)
    assert chromium.choose(program(Path(own))) == own
    machine = program(tmp_path / "google-chrome")
    assert chromium.choose(own) == machine
    monkeypatch.setenv("CHROMIUM", "/opt/chrome")
    assert chromium.choose(own) == "/opt/chrome"
