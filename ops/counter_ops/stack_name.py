"""The argument for a stack."""

import argparse
import re

_STACK = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9_.-]*/){0,2}[A-Za-z0-9_][A-Za-z0-9_.-]*")


def add_stack(parser: argparse.ArgumentParser) -> None:
    """Add the argument for a stack to a command."""
    parser.add_argument("stack", type=stack_name, metavar="STACK", help="such as staging")


def stack_name(text: str) -> str:
    """Check a stack's name, which may have an organization and becomes the name of a folder."""
    if not _STACK.fullmatch(text):
        message = (
            f"{text!r} isn't a stack's name. Use one such as staging or my-org/staging: letters, "
            "digits, -, _ and ."
        )
        raise argparse.ArgumentTypeError(message)
    return text
