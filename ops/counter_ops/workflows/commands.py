"""What workflows ask of GitHub: `python -m github`."""

import argparse
import os
import sys
from pathlib import Path

from release.drift import Drift

from github.client import Problem
from github.comments import comment
from github.context import Context
from github.drift import tell_drift
from github.order import check_order
from github.protection import check_protection

TARGET = Path("target")

NO_PREVIEW = "**No preview of this commit**: see the run."


def arguments() -> argparse.Namespace:
    """Return what to do, and for which stack."""
    parser = argparse.ArgumentParser(prog="python -m github")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("reviewers", help="refuse environments that are open to all")
    for name, text in {
        "comment": "write the preview on the pull request",
        "drift": "open, change or close the issue about drift",
        "overtaken": "refuse a commit where a newer one is deployed",
    }.items():
        commands.add_parser(name, help=text).add_argument("stack")
    return parser.parse_args()


def read(path: Path) -> str:
    """Return what an earlier step wrote."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        message = f"{path} can't be read ({error.strerror}): the step that writes it failed."
        raise Problem(message) from error


def read_verdict(path: Path) -> Drift:
    """Return what a look for drift came to."""
    word = read(path).strip()
    try:
        return Drift(word)
    except ValueError as error:
        message = f"{path} says {word!r}, and can say only {', '.join(Drift)}."
        raise Problem(message) from error


def run(command: str, stack: str, context: Context) -> str:
    """Do it, and return a line about it."""
    github = context.github()
    match command:
        case "comment":
            # Without one, the last commit's must not stay there as if it were about this one.
            path = TARGET / "preview" / stack / "comment.md"
            contents = read(path) if path.exists() else NO_PREVIEW
            return comment(github, context.pull_request(), stack, contents, context.run_url())
        case "drift":
            folder = TARGET / "drift" / stack
            verdict = read_verdict(folder / "verdict")
            report = read(folder / "report.md") if verdict is Drift.FOUND else ""
            return tell_drift(github, stack, verdict, report, context.run_url())
        case "overtaken":
            return check_order(github, stack, context.value("GITHUB_SHA"))
        case _:
            accepted = context.variables.get("ACCEPT_UNREVIEWED_PROD") == "true"
            return check_protection(github, accepted=accepted)


def main() -> None:
    """Do what the command line says."""
    chosen = arguments()
    try:
        line = run(chosen.command, getattr(chosen, "stack", ""), Context(os.environ))
    except Problem as problem:
        sys.exit(f"error: {problem}")
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
