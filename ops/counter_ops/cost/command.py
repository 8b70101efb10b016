"""`counter cost`: print the bill for a month of visits, and the most that an attack adds."""

import argparse
import sys
from collections.abc import Callable

from stack.config import ConfigError
from stack.stack_file import StackFileError

from counter_ops.cost.page import Stack, publish, tables
from counter_ops.cost.prices import read_prices
from counter_ops.errors import UserError
from counter_ops.stack_name import add_stack
from counter_ops.stack_settings import read_backup_days, read_example, read_stack

_MOST_REQUESTS = 10**12


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_stack(parser)
    parser.add_argument("--visits", type=number("VISITS", 1), default=1_000_000, help="in a month")
    parser.add_argument(
        "--reads", type=number("READS", 0), default=0, help="of numbers and badges, in a month"
    )
    parser.add_argument(
        "--publish",
        action="store_true",
        help="write docs/cost.md, with the tests' stack",
    )


def number(name: str, smallest: int) -> Callable[[str], int]:
    """Return a check of a number of requests."""

    def check(text: str) -> int:
        if text.isascii() and text.isdigit() and smallest <= int(text) <= _MOST_REQUESTS:
            return int(text)
        limits = f"from {smallest} to {_MOST_REQUESTS:,}"
        message = f"{name} is {text!r}. It must be a whole number {limits}"
        raise argparse.ArgumentTypeError(message)

    return check


def run(arguments: argparse.Namespace) -> int:
    """Print the bills, or write them into docs/cost.md."""
    price_list = read_prices()
    try:
        read = read_example if arguments.publish else read_stack
        region, settings = read(arguments.stack)
        backup_days = 0 if arguments.publish else read_backup_days(arguments.stack)
    except (StackFileError, ConfigError) as error:
        raise UserError(str(error)) from error
    if region != price_list.region:
        print(
            f"note: {arguments.stack} is in {region}, but the prices are those of "
            f"{price_list.region}. To change them: ops/counter_ops/cost/prices.yaml",
            file=sys.stderr,
        )
    stack = Stack(arguments.stack, settings, price_list, backup_days)
    if arguments.publish:
        publish(stack)
    else:
        print(tables(stack, arguments.visits, arguments.reads), end="")
    return 0
