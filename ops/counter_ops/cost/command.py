"""Print what a stack costs: its bill for a month of visits, and the most that an attack adds."""

import argparse
import sys

from stack.config import ConfigError

from cost.page import Stack, publish, tables
from cost.prices import read_prices
from cost.stack_file import StackFileError, read_stack

_MOST_VISITS = 10**12


def visit_count(text: str) -> int:
    """Check a number of visits."""
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= _MOST_VISITS:
        message = f"VISITS is {text!r}. It must be a whole number from 1 to {_MOST_VISITS}"
        raise argparse.ArgumentTypeError(message)
    return int(text)


def main() -> None:
    """Print the bills, or write them into docs/cost.md."""
    parser = argparse.ArgumentParser(prog="make cost", description=__doc__)
    parser.add_argument("stack")
    parser.add_argument("--visits", type=visit_count, default=1_000_000, help="in a month")
    parser.add_argument("--publish", action="store_true", help="into docs/cost.md")
    arguments = parser.parse_args()
    price_list = read_prices()
    try:
        region, settings = read_stack(arguments.stack)
    except (StackFileError, ConfigError) as error:
        parser.error(str(error))
    if region != price_list.region:
        print(
            f"note: {arguments.stack} is in {region}, and the prices are those of "
            f"{price_list.region}. infra/cost/prices.yaml has them.",
            file=sys.stderr,
        )
    stack = Stack(arguments.stack, settings, price_list)
    if arguments.publish:
        publish(stack)
    else:
        print(tables(stack, arguments.visits), end="")


if __name__ == "__main__":
    main()
