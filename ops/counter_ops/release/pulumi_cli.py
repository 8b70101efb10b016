"""The pulumi CLI."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent.parent


class EngineError(Exception):
    """Says why the CLI can't be run."""


def ask(command: str, stack: str, options: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a command of the CLI on a stack, and keep what it prints.

    Raises:
        EngineError: if there is no CLI.

    """
    return _run(command, stack, ["--color=never", "--non-interactive", *options], capture=True)


def update(stack: str, options: Sequence[str]) -> bool:
    """Update a stack in front of whoever watches, and tell whether that worked.

    On a terminal the CLI asks before it does anything.

    Raises:
        EngineError: if there is no CLI.

    """
    unattended = [] if sys.stdin.isatty() else ["--yes", "--non-interactive"]
    return _run("up", stack, [*unattended, *options], capture=False).returncode == 0


def _run(
    command: str, stack: str, options: Sequence[str], *, capture: bool
) -> subprocess.CompletedProcess[str]:
    # The address of a state in a bucket is signed, and gives access to it.
    arguments = ["pulumi", command, "--stack", stack, "--suppress-permalink=true", *options]
    try:
        return subprocess.run(
            arguments, cwd=PROJECT, check=False, text=True, capture_output=capture
        )
    except FileNotFoundError as error:
        msg = "pulumi is missing. Install it: https://www.pulumi.com/docs/install/"
        raise EngineError(msg) from error
