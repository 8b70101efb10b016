"""The name of a stack, as an argument."""

import argparse
import re

_STACK = re.compile(r"(?:[A-Za-z0-9_][A-Za-z0-9_.-]*/){0,2}[A-Za-z0-9_][A-Za-z0-9_.-]*")


def add_stack(parser: argparse.ArgumentParser) -> None:
    """Let a command take a stack."""
    parser.add_argument("stack", type=stack_name, metavar="STACK", help="such as staging")


def stack_name(text: str) -> str:
    """Check the name of a stack, perhaps with its organization. It becomes the name of a folder."""
    if not _STACK.fullmatch(text):
        message = f"{text!r} is no name of a stack, such as staging"
        raise argparse.ArgumentTypeError(message)
    return text
