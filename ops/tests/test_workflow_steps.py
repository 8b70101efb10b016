"""The shell commands of steps work, in a folder like a job's."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from workflow_files import step_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="They are for Ubuntu.")

FUNCTION = b"the function"
HASH = hashlib.sha256(FUNCTION).hexdigest()
GUIDE = "https://github.com/guide"


def run(step: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a step's command, as GitHub does it."""
    found = step_of(step)
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", found.run],
        cwd=folder / found.data.get("working-directory", "."),
        env=os.environ
        | {"GITHUB_OUTPUT": f"{folder}/output", "GITHUB_STEP_SUMMARY": f"{folder}/summary"}
        | variables,
        check=False,
        capture_output=True,
        text=True,
    )


def write(path: Path, contents: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(contents)


def archive(folder: Path) -> Path:
    path = folder / "target/lambda/visitor-counter/bootstrap.zip"
    write(path, FUNCTION)
    return path


def test_the_hash_that_other_jobs_get_is_the_functions(tmp_path: Path) -> None:
    archive(tmp_path)
    assert run("package: Hash", tmp_path).returncode == 0
    assert (tmp_path / "output").read_text() == f"sha256={HASH}\n"


@pytest.mark.parametrize(
    ("built", "fits"), [(HASH, True), (HASH.replace(HASH[0], "x"), False), ("", False)]
)
def test_a_function_of_another_hash_is_refused(tmp_path: Path, built: str, *, fits: bool) -> None:
    archive(tmp_path)
    outcome = run("function: Compare its hash", tmp_path, SHA256=built)
    assert (outcome.returncode == 0) == fits


def test_the_cli_is_as_old_as_its_python_package(tmp_path: Path) -> None:
    lock = b"pulumi-aws==7.1.0 \\\n    --hash=sha256:a\npulumi==3.20.1 \\\n    --hash=sha256:b\n"
    write(tmp_path / "infra/requirements.txt", lock)
    assert run("pulumi: Read the version of Pulumi", tmp_path).returncode == 0
    assert (tmp_path / "output").read_text() == "version=3.20.1\n"


def test_without_a_version_no_cli_is_installed(tmp_path: Path) -> None:
    write(tmp_path / "infra/requirements.txt", b"pulumi-aws==7.1.0\n")
    outcome = run("pulumi: Read the version of Pulumi", tmp_path)
    assert outcome.returncode == 1
    assert "infra/requirements.txt has no version of pulumi" in outcome.stdout
    assert not (tmp_path / "output").exists()


def test_a_deployment_that_began_and_failed_says_how_to_roll_back(tmp_path: Path) -> None:
    write(tmp_path / "target/preview/prod/started", b"")
    outcome = run("stage/deploy: Say how to roll back", tmp_path, GUIDE=GUIDE, STACK="prod")
    for text in (outcome.stdout, (tmp_path / "summary").read_text()):
        assert f"It may be half done. How to roll back: {GUIDE}" in text


def test_a_deployment_that_never_began_says_that_nothing_was_changed(tmp_path: Path) -> None:
    outcome = run("stage/deploy: Say how to roll back", tmp_path, GUIDE=GUIDE, STACK="prod")
    for text in (outcome.stdout, (tmp_path / "summary").read_text()):
        assert "Nothing was changed" in text
        assert "roll back" not in text
