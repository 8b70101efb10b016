"""Preview, deploy, or compare a stack with what is there."""

import argparse
import re
import sys
from pathlib import Path

from release.deploy import DeployError, deploy
from release.drift import Drift, drift
from release.engine import EngineError
from release.preview import preview

_STACK = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9_.-]*/){0,2}[A-Za-z0-9_][A-Za-z0-9_.-]*")


def stack_name(text: str) -> str:
    """Check the name of a stack, perhaps with its organization. It becomes a folder's."""
    if not _STACK.fullmatch(text):
        msg = f"{text!r} is no name of a stack, such as staging"
        raise argparse.ArgumentTypeError(msg)
    return text


def main() -> int:
    """Do what the arguments say."""
    parser = argparse.ArgumentParser(prog="make", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("preview", "deploy", "drift"):
        command = commands.add_parser(name)
        command.add_argument("stack", type=stack_name)
        if name == "deploy":
            command.add_argument("--approved", type=Path, help="the folder of an approved preview")
    arguments = parser.parse_args()
    try:
        match arguments.command:
            case "preview":
                return 0 if preview(arguments.stack).may_go_on else 1
            case "deploy":
                deploy(arguments.stack, arguments.approved)
                return 0
            case _:
                return 1 if drift(arguments.stack) is Drift.FAILED else 0
    except (DeployError, EngineError) as error:
        sys.exit(f"error: {error}.")


if __name__ == "__main__":
    sys.exit(main())
