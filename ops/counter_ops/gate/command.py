"""Judge a preview: prints the verdict as Markdown, and exits with 1 if the stack may not go on."""

import argparse
import sys
from pathlib import Path

from gate.summary import JOB_SUMMARY_LIMIT, markdown
from gate.verdict import Run, decide


def main() -> int:
    """Judge the files that the arguments name."""
    parser = argparse.ArgumentParser(prog="make gate", description=__doc__)
    parser.add_argument("preview", type=Path, help="what `pulumi preview --json` printed")
    parser.add_argument("--exit-code", type=int, required=True, help="what it exited with")
    parser.add_argument("--stderr", type=Path, help="what it printed to standard error")
    arguments = parser.parse_args()
    try:
        run = Run(
            output=arguments.preview.read_text(encoding="utf-8"),
            exit_code=arguments.exit_code,
            errors=arguments.stderr.read_text(encoding="utf-8") if arguments.stderr else "",
        )
    except (OSError, UnicodeDecodeError) as error:
        sys.exit(f"error: {arguments.preview} can't be read: {error}")
    verdict = decide(run)
    print(markdown(verdict, JOB_SUMMARY_LIMIT, "They are in the preview itself."), end="")
    return 0 if verdict.may_go_on else 1


if __name__ == "__main__":
    sys.exit(main())
