"""The creation of `.venv`."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PYTHON = Path(sys.base_prefix) / "bin/python3"
OLD = "#!/bin/sh\nexit 1\n"
WITHOUT_ENSUREPIP = f"""\
#!/bin/sh
case "$*" in *ensurepip*) exit 1 ;; esac
exec {PYTHON} "$@"
"""


def write_program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a project that needs no packages."""
    shutil.copytree(PROJECT / ".ci", tmp_path / ".ci")
    (tmp_path / "requirements-dev.txt").touch()
    return tmp_path


def install(folder: Path, python: str) -> subprocess.CompletedProcess[str]:
    """Run .ci/venv as `make` does, with .venv before the machine's only python3 on the PATH."""
    write_program(folder / "machine/python3", python)
    return subprocess.run(
        [folder / ".ci/venv", "requirements-dev.txt"],
        env={"PATH": f"{folder}/.venv/bin:{folder}/machine:/usr/bin:/bin"},
        check=False,
        capture_output=True,
        text=True,
    )


def works(folder: Path) -> bool:
    pip = [folder / ".venv/bin/python", "-m", "pip", "--version"]
    return subprocess.run(pip, check=False, capture_output=True).returncode == 0


def test_one_that_is_there_is_kept_and_gets_pip(folder: Path) -> None:
    subprocess.run([PYTHON, "-m", "venv", "--without-pip", folder / ".venv"], check=True)
    own = folder / ".venv/own"
    own.touch()
    # The machine's python3 isn't used.
    assert install(folder, OLD).returncode == 0
    assert own.exists()
    assert works(folder)


def test_one_whose_python_is_too_old_is_made_anew(folder: Path) -> None:
    for name in ("python", "python3"):
        write_program(folder / ".venv/bin" / name, OLD)
    (folder / ".venv/lib/python3.10").mkdir(parents=True)
    outcome = install(folder, f'#!/bin/sh\nexec {PYTHON} "$@"\n')
    assert outcome.returncode == 0, outcome.stderr
    assert not (folder / ".venv/lib/python3.10").exists()
    assert works(folder)


def test_a_python3_that_is_too_old_is_refused(folder: Path) -> None:
    outcome = install(folder, OLD)
    assert outcome.returncode == 1
    assert outcome.stderr == (
        "error: python3 is missing or older than 3.11. Install Python 3.11 or later.\n"
    )


def test_without_ensurepip_the_package_of_debian_is_named(folder: Path) -> None:
    outcome = install(folder, WITHOUT_ENSUREPIP)
    assert outcome.returncode == 1
    assert outcome.stderr == (
        "error: python3 lacks ensurepip, which virtual environments need. "
        "Debian: apt install python3-venv\n"
    )
    assert not (folder / ".venv").exists()
