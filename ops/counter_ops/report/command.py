"""`counter report`: show the visits of a stack, by its table, or of a counter, by its URL."""

import argparse

from counter_ops.report.table import StackTable
from counter_ops.report.terminal import show
from counter_ops.report.url import counter_url, read_url
from counter_ops.stack_name import stack_name


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the argument."""
    parser.add_argument(
        "source",
        type=stack_or_url,
        metavar="STACK_OR_URL",
        help="such as prod, or https://…/visitorcount",
    )


def stack_or_url(text: str) -> str:
    """Check the name of a stack, or a counter's URL."""
    return counter_url(text) if _is_url(text) else stack_name(text)


def run(arguments: argparse.Namespace) -> int:
    """Read the visits, and show them."""
    source: str = arguments.source
    show(read_url(source) if _is_url(source) else StackTable.of(source).read())
    return 0


def _is_url(text: str) -> bool:
    # No stack's name has a colon.
    return ":" in text
