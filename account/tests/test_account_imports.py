"""Both programs find their code where only `pulumi install` has been run."""

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from workspace import PROJECT


@pytest.mark.parametrize("program", ["infra", "account"])
def test_a_program_needs_no_package_of_the_project_itself(program: str, tmp_path: Path) -> None:
    # Without the links that .venv has to the project's own packages: -S leaves them out.
    ended = subprocess.run(
        [sys.executable, "-S", str(PROJECT / program)],
        cwd=PROJECT / program,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": sysconfig.get_path("purelib"),
            "HOME": str(tmp_path),
        },
        check=False,
        capture_output=True,
        text=True,
    )
    # Without the engine there is no config, which is looked at once all is imported.
    assert "stack.config.ConfigError: the config of this stack can't be used" in ended.stderr
