"""Preview, deploy, or compare a stack with what is there."""

import argparse
import sys
from pathlib import Path

from gate.allowed import AllowedError

from release.deploy import DeployError, deploy
from release.drift import Drift, drift
from release.engine import EngineError
from release.preview import preview


def main() -> int:
    """Do what the arguments say."""
    parser = argparse.ArgumentParser(prog="make", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("preview", "deploy", "drift"):
        command = commands.add_parser(name)
        command.add_argument("stack")
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
    except (AllowedError, DeployError, EngineError) as error:
        sys.exit(f"error: {error}.")


if __name__ == "__main__":
    sys.exit(main())
