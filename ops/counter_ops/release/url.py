"""`counter url`: print the URL that counts visits in a deployed stack."""

import argparse

from counter_ops.release.pulumi_cli import output
from counter_ops.stack_name import add_stack


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_stack(parser)


def run(arguments: argparse.Namespace) -> int:
    """Ask for the stack's output."""
    print(output(arguments.stack, "visitorCountUrl"))
    return 0
