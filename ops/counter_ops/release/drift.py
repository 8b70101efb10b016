"""`counter drift`: compare a stack's state with its resources in AWS."""

import argparse
import shutil
from enum import StrEnum

from counter_ops.markdown import printed
from counter_ops.project import TARGET
from counter_ops.release.pulumi_cli import ask
from counter_ops.stack_name import add_stack

# The CLI's exit code if --expect-no-changes isn't met.
_UNEXPECTED_CHANGES = 7


class Drift(StrEnum):
    """Whether a stack has drifted."""

    NONE = "none"
    FOUND = "drift"
    FAILED = "failed"
    """The comparison failed."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_stack(parser)


def run(arguments: argparse.Namespace) -> int:
    """Detect drift. Drift itself is no failure."""
    return 1 if drift(arguments.stack) is Drift.FAILED else 0


def drift(stack: str) -> Drift:
    """Compare a stack with AWS, and keep the report and the verdict in a folder."""
    # Not a preview, which would also show changes that aren't released yet.
    options = ["--preview-only", "--expect-no-changes", "--diff"]
    ended = ask("refresh", stack, options)
    match ended.returncode:
        case 0:
            found = Drift.NONE
        case code if code == _UNEXPECTED_CHANGES:
            found = Drift.FOUND
        case _:
            found = Drift.FAILED
    folder = TARGET / "drift" / stack
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    report = f"{ended.stdout}\n{ended.stderr}".strip()
    (folder / "report.md").write_text(f"## Drift of {stack}\n\n{printed(report)}\n")
    (folder / "verdict").write_text(f"{found}\n")
    print(report)
    return found
