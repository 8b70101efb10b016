"""Turns quantities into a bill."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from counter_ops.cost.prices import Price, Prices
from counter_ops.cost.usage import Usage

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Line:
    """One line of a bill, in US dollars."""

    name: str
    quantity: Decimal
    list_price: Decimal
    """The price without the free tier."""
    after_free: Decimal
    """The price with the free tier, if nothing else in the account uses it."""


def lines(usage: Usage, prices: Prices) -> list[Line]:
    """Return a line for each price, even if its quantity is 0."""
    return [_line(getattr(usage, key), getattr(prices, key)) for key in Prices.model_fields]


def total(bill: Iterable[Line]) -> Line:
    """Return the sum of a bill."""
    bill = list(bill)
    return Line(
        name="total",
        quantity=Decimal(0),
        list_price=sum((line.list_price for line in bill), Decimal(0)),
        after_free=sum((line.after_free for line in bill), Decimal(0)),
    )


def dollars(amount: Decimal) -> str:
    """Return an amount in dollars and cents."""
    return f"${amount.quantize(_CENT, ROUND_HALF_UP):,}"


def _line(quantity: Decimal, price: Price) -> Line:
    paid = max(quantity - price.free, Decimal(0))
    return Line(
        name=price.name,
        quantity=quantity,
        list_price=quantity * price.usd / price.per,
        after_free=paid * price.usd / price.per,
    )
