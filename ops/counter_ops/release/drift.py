"""Compare a stack with what is really there."""

import shutil
from enum import StrEnum

from gate.summary import printed

from release.engine import PROJECT, ask

# What the CLI exits with where --expect-no-changes is not met.
_UNEXPECTED_CHANGES = 7


class Drift(StrEnum):
    """Whether somebody else changed a stack."""

    NONE = "none"
    FOUND = "drift"
    FAILED = "failed"
    """It couldn't be found out."""


def drift(stack: str) -> Drift:
    """Compare a stack with what is really there, and keep the report and a word in a folder."""
    # Not a preview, which would also show what simply isn't released yet.
    options = ["--preview-only", "--expect-no-changes", "--diff"]
    run = ask("refresh", stack, options)
    match run.returncode:
        case 0:
            found = Drift.NONE
        case code if code == _UNEXPECTED_CHANGES:
            found = Drift.FOUND
        case _:
            found = Drift.FAILED
    folder = PROJECT / "target/drift" / stack
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    report = f"{run.stdout}\n{run.stderr}".strip()
    (folder / "report.md").write_text(f"## {stack} and what is there\n\n{printed(report)}\n")
    (folder / "verdict").write_text(f"{found}\n")
    print(report)
    return found
