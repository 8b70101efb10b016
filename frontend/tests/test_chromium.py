"""The choice and the installation of the tests' Chromium."""

import os
import sys
from pathlib import Path

import chromium
import install_chromium
import pytest

pytestmark = pytest.mark.chromium

NOTHING = "#!/bin/sh\n"
# A browser without its libraries, or a command that fails.
FAILING = "#!/bin/sh\necho Error: no network\necho at a line of a page >&2\nexit 1\n"


def program(path: Path, text: str = NOTHING) -> str:
    path.write_text(text)
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """Return the path of Playwright's Chromium, on a machine that has none."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    return str(tmp_path / "playwright-chrome")


def test_the_one_named_comes_before_the_machine_s_and_that_before_playwright_s(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, own: str
) -> None:
    assert chromium.choose(own) is None
    assert chromium.choose(program(Path(own))) == own
    machine = program(tmp_path / "google-chrome")
    assert chromium.choose(own) == machine
    monkeypatch.setenv("CHROMIUM", "/opt/chrome")
    assert chromium.choose(own) == "/opt/chrome"


def test_one_that_does_not_start_is_passed_over(tmp_path: Path, own: str) -> None:
    program(tmp_path / "chromium", FAILING)
    assert chromium.choose(program(Path(own))) == own


def installing(path: Path) -> str:
    """Return a fake command that installs a Chromium at a path, and records its calls."""
    return (
        f'#!/bin/sh\necho "${{0##*/}} $*" >>{path.parent}/calls\n'
        f"echo '#!/bin/sh' >{path}\n/bin/chmod +x {path}\n"
    )


@pytest.fixture
def playwright(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return a fake Python with Playwright, whose downloads fail."""
    path = tmp_path / "python"
    monkeypatch.setattr(sys, "executable", program(path, FAILING))
    return path


@pytest.fixture
def root(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Install a fake sudo, for tests that don't run as root."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    program(tmp_path / "sudo", '#!/bin/sh\nshift\nexec "$@"\n')
    program(tmp_path / "env", '#!/bin/sh\nshift\nexec "$@"\n')


@pytest.mark.usefixtures("playwright")
def test_nothing_is_installed_where_there_is_one(
    tmp_path: Path, own: str, capsys: pytest.CaptureFixture[str]
) -> None:
    program(tmp_path / "chromium")
    assert install_chromium.install(own)
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("root")
def test_playwright_s_is_downloaded_before_debian_s(
    tmp_path: Path, own: str, playwright: Path
) -> None:
    program(playwright, installing(Path(own)))
    program(tmp_path / "apt-get", FAILING)
    assert install_chromium.install(own)
    calls = (tmp_path / "calls").read_text()
    assert calls == "python -m playwright install --no-shell chromium\n"


@pytest.mark.usefixtures("root")
@pytest.mark.parametrize("downloads", [False, True])
def test_debian_s_is_installed_where_playwright_s_does_not_come_or_not_start(
    tmp_path: Path,
    own: str,
    playwright: Path,
    capsys: pytest.CaptureFixture[str],
    *,
    downloads: bool,
) -> None:
    if downloads:
        program(playwright)
        program(Path(own), FAILING)
    program(tmp_path / "apt-get", installing(tmp_path / "chromium"))
    assert install_chromium.install(own)
    assert (tmp_path / "calls").read_text().splitlines() == [
        "apt-get --quiet --quiet update",
        "apt-get --quiet --quiet install --yes chromium",
    ]
    assert ("… failed: Error: no network" in capsys.readouterr().out) != downloads


@pytest.mark.usefixtures("playwright")
def test_who_may_not_become_root_gets_none_of_debian(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    own: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    program(tmp_path / "apt-get", installing(tmp_path / "chromium"))
    assert not install_chromium.install(own)
    refusal = "sudo: unable to resolve host\nsudo: a password is required"
    program(tmp_path / "sudo", f"#!/bin/sh\necho '{refusal}' >&2\nexit 1\n")
    assert not install_chromium.install(own)
    assert capsys.readouterr().out.splitlines()[-1] == "… failed: sudo: a password is required"


@pytest.mark.usefixtures("playwright", "root")
@pytest.mark.parametrize("debian", [False, True])
def test_where_none_comes_the_causes_take_a_line_each(
    tmp_path: Path, own: str, capsys: pytest.CaptureFixture[str], *, debian: bool
) -> None:
    if debian:
        program(tmp_path / "apt-get", FAILING)
    assert not install_chromium.install(own)
    assert capsys.readouterr().out.splitlines() == [
        "Downloading Chromium with Playwright …",
        "… failed: Error: no network",
        *(["Installing Debian's chromium …", "… failed: Error: no network"] if debian else []),
    ]
