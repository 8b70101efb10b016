"""Judge a preview: prints the verdict as Markdown, and exits with 1 if the stack may not go on."""

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path

from gate.allowed import ALLOWED, AllowedError, read_allowed
from gate.summary import JOB_SUMMARY_LIMIT, markdown
from gate.verdict import Run, judge


def main() -> int:
    """Judge the files that the arguments name."""
    parser = argparse.ArgumentParser(prog="make gate", description=__doc__)
    parser.add_argument("preview", type=Path, help="what `pulumi preview --json` printed")
    parser.add_argument("--exit-code", type=int, required=True, help="what it exited with")
    parser.add_argument("--stderr", type=Path, help="what it printed to standard error")
    arguments = parser.parse_args()
    today = datetime.now(UTC).date()
    try:
        run = Run(
            output=arguments.preview.read_text(),
            exit_code=arguments.exit_code,
            errors=arguments.stderr.read_text() if arguments.stderr else "",
        )
        verdict = judge(run, read_allowed(ALLOWED, today), today)
    except (OSError, UnicodeDecodeError, AllowedError) as error:
        sys.exit(f"error: {error}")
    print(markdown(verdict, JOB_SUMMARY_LIMIT, "They are in the preview itself."), end="")
    return 0 if verdict.may_go_on else 1


if __name__ == "__main__":
    sys.exit(main())
