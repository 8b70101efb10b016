"""`counter gate`: print the verdict on a preview, in Markdown."""

import argparse
from pathlib import Path

from counter_ops.errors import UserError
from counter_ops.gate.summary import JOB_SUMMARY_LIMIT, markdown
from counter_ops.gate.verdict import Run, decide


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "preview", type=Path, help="a file with the output of `pulumi preview --json`"
    )
    parser.add_argument("--exit-code", type=int, required=True, help="its exit code")
    parser.add_argument("--stderr", type=Path, help="a file with its standard error")
    parser.add_argument("--plan", type=Path, help="the plan that it saved")


def run(arguments: argparse.Namespace) -> int:
    """Judge the files that the arguments name."""
    previewed = Run(
        output=_read(arguments.preview),
        exit_code=arguments.exit_code,
        errors=_read(arguments.stderr) if arguments.stderr else "",
        plan=_read(arguments.plan) if arguments.plan else "null",
    )
    verdict = decide(previewed)
    print(markdown(verdict, JOB_SUMMARY_LIMIT, "The preview has them."), end="")
    return 0 if verdict.may_go_on else 1


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"{path} can't be read: {error}"
        raise UserError(message) from error
