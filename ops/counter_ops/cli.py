"""The command line."""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from counter_ops.errors import UserError

COMMANDS = {
    "preview": ("release.preview", "preview a stack, and let the gate judge the changes"),
    "deploy": ("release.deploy", "deploy a stack through the gate"),
    "drift": ("release.drift", "detect drift of a stack"),
    "url": ("release.url", "print the URL of a deployed stack"),
    "report": ("report.command", "show the visits of a stack or of a URL"),
    "gate": ("gate.command", "judge the output of `pulumi preview --json`"),
    "cost": ("cost.command", "estimate the costs of a stack"),
    "package": ("package.command", "build the function for Lambda"),
    "profile": ("package.record", "record the profile that the package is optimized with"),
    "native": ("package.native", "build the function for this machine, optimized as the package"),
    "sbom": ("sbom", "list the contents of the package, as CycloneDX"),
    "audit": ("audit", "check the locked packages for advisories"),
    "plugin": ("plugin", "install the AWS provider's plugin, or record its checksums"),
    "comment": ("workflows.preview_comment", "post a preview on its pull request"),
    "drift-issue": ("workflows.drift_issue", "open, update or close a stack's drift issue"),
    "check-order": ("workflows.deploy_order", "refuse a commit older than the deployed one"),
    "check-protection": (
        "workflows.environment_protection",
        "refuse environments that anyone can deploy to",
    ),
}
"""Each command's module and summary. `main` imports only the chosen module, because a job that
deploys doesn't have the packages of `report` and `sbom`."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that the arguments name, and return its exit code.

    0 is success, 1 a refusal or a failure with a message, 2 invalid arguments.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(prog="counter", description="The visitor counter's tools.")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, (module, summary) in COMMANDS.items():
        command = commands.add_parser(
            name, help=summary, description=f"{summary[0].upper()}{summary[1:]}."
        )
        if name in arguments[:1]:
            chosen = importlib.import_module(f"counter_ops.{module}")
            chosen.configure(command)
            command.set_defaults(run=chosen.run)
    chosen_arguments = parser.parse_args(arguments)
    try:
        code: int = chosen_arguments.run(chosen_arguments)
        sys.stdout.flush()
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # The reader has seen enough, as in `… | head`. Python flushes once more at its end.
        # https://docs.python.org/3/library/signal.html#note-on-sigpipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code
