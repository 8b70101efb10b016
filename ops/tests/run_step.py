"""Runs the shell command of a workflow's step, in a folder like a job's."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from workflow_files import step_of

on_ubuntu = pytest.mark.skipif(sys.platform != "linux", reason="They are for Ubuntu.")


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
    """Write a file, as an earlier step would."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(contents)
