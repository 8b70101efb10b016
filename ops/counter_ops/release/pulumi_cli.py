"""Runs the Pulumi CLI."""

import subprocess
import sys
from collections.abc import Sequence

from counter_ops.errors import UserError
from counter_ops.project import PROJECT

# The permalink to a state in a bucket is signed, and gives access to the state.
_NO_ADDRESS = "--suppress-permalink=true"


def ask(command: str, stack: str, options: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run `preview` or `refresh` on a stack, and keep the CLI's output.

    Raises:
        UserError: the CLI is missing.

    """
    quiet = ["--color=never", "--non-interactive", _NO_ADDRESS]
    return _run([command, "--stack", stack, *quiet, *options], capture=True)


def update(stack: str, options: Sequence[str]) -> bool:
    """Update a stack with its output on the terminal, and return whether that succeeded.

    On a terminal, the CLI asks before it changes anything.

    Raises:
        UserError: the CLI is missing.

    """
    unattended = [] if sys.stdin.isatty() else ["--yes", "--non-interactive"]
    command = ["up", "--stack", stack, *unattended, _NO_ADDRESS, *options]
    return _run(command, capture=False).returncode == 0


def output(stack: str, name: str) -> str:
    """Return an output of a deployed stack.

    Raises:
        UserError: the CLI is missing, or the stack has no such output.

    """
    ended = _run(["stack", "output", name, "--stack", stack], capture=True)
    if ended.returncode != 0:
        message = (
            f"{stack} has no output {name}. Is it deployed? pulumi says: {ended.stderr.strip()}"
        )
        raise UserError(message)
    return ended.stdout.strip()


def _run(arguments: Sequence[str], *, capture: bool) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            ["pulumi", *arguments], cwd=PROJECT, check=False, text=True, capture_output=capture
        )
    except FileNotFoundError as error:
        message = "pulumi is missing. Install it: https://www.pulumi.com/docs/install/"
        raise UserError(message) from error
