"""Formats bills as Markdown, for the terminal and for docs/cost.md."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from stack.alarms import Watched, alarms
from stack.settings import Settings

from counter_ops.cost.bill import Line, dollars, lines, total
from counter_ops.cost.prices import PriceList
from counter_ops.cost.usage import (
    month,
    refused_day,
    unknown_paths_day,
    with_backups,
    worst_day,
)
from counter_ops.project import PROJECT

PAGE = PROJECT / "docs/cost.md"
BEGIN = "<!-- make cost-page writes from here -->\n"
END = "<!-- to here -->"

_PAGE_VISITS = (10_000, 100_000, 1_000_000, 10_000_000)


@dataclass(frozen=True)
class Stack:
    """A stack and the prices for its bill."""

    name: str
    settings: Settings
    price_list: PriceList
    backup_days: int = 0
    """Days that the account keeps daily backups of the table."""

    def month(self, visits: int, reads: int = 0) -> list[Line]:
        """Return the bill of a month with a number of visits, and of requests that read."""
        assumed = self.price_list.assumptions
        usage = month(self.settings, alarm_metrics(self.settings), visits, assumed, reads)
        return lines(with_backups(usage, self.backup_days), self.price_list.prices)


def alarm_metrics(settings: Settings) -> int:
    """Count the metrics of the stack's alarms: one each, and one more for a floor."""
    watched = Watched(
        api="",
        stage="",
        function="",
        table="",
        timeout_seconds=1,
        reserved_concurrency=settings.reserved_concurrency,
        visit_spike_per_minute=settings.visit_spike_per_minute,
    )
    return sum(1 if alarm.floor is None else 2 for alarm in alarms(watched))


def month_table(stack: Stack, visits: int, reads: int) -> str:
    """Return the bill of a month, line by line."""
    bill = stack.month(visits, reads)
    rows = [
        (line.name, _quantity(line.quantity), dollars(line.list_price), dollars(line.after_free))
        for line in bill
    ]
    whole = total(bill)
    rows.append((f"**{whole.name}**", "", dollars(whole.list_price), dollars(whole.after_free)))
    heading = (
        f"{stack.name}, {visits:,} visits and {reads:,} reads a month",
        "quantity",
        "price",
        "after the free tier",
    )
    return _table(heading, rows)


def attack_table(stack: Stack) -> str:
    """Return the most that a day of attack costs, without the free tier."""
    settings, assumed = stack.settings, stack.price_list.assumptions
    rates = f"{settings.throttle_rate} visits and {settings.read_throttle_rate} reads a second"
    rate = f"{rates} for each method and path"
    days = [
        (f"requests within the throttle ({rate})", worst_day(settings, assumed)),
        ("throttled requests", refused_day(settings, assumed)),
        ("unknown paths, if AWS bills them", unknown_paths_day(assumed)),
    ]
    rows: list[tuple[str, ...]] = []
    for name, usage in days:
        bill = lines(usage, stack.price_list.prices)
        rows.append((f"**{name}**", "", f"**{dollars(total(bill).list_price)}**"))
        rows += [
            (line.name, _quantity(line.quantity), dollars(line.list_price))
            for line in bill
            if line.quantity
        ]
    return _table((f"{stack.name}, a day of attack, at most", "quantity", "price"), rows)


def tables(stack: Stack, visits: int, reads: int) -> str:
    """Return the bill of a month and that of an attack."""
    on = f"Prices of {stack.price_list.region}, {stack.price_list.date}, without taxes."
    return f"{month_table(stack, visits, reads)}\n{attack_table(stack)}\n{on}\n"


def page_tables(stack: Stack) -> str:
    """Return the tables of docs/cost.md: months with more and more visits, and an attack."""
    bills = [stack.month(visits) for visits in _PAGE_VISITS]
    rows = [
        (columns[0].name, *(dollars(line.list_price) for line in columns))
        for columns in zip(*bills, strict=True)
    ]
    wholes = [total(bill) for bill in bills]
    rows += [
        ("**total**", *(f"**{dollars(whole.list_price)}**" for whole in wholes)),
        ("after the free tier", *(dollars(whole.after_free) for whole in wholes)),
    ]
    heading = ("visits a month", *(f"{visits:,}" for visits in _PAGE_VISITS))
    on = f"{stack.name}, at the prices of {stack.price_list.region}, {stack.price_list.date}:"
    return f"\n{on}\n\n{_table(heading, rows)}\n{attack_table(stack)}\n"


def publish(stack: Stack, page: Path = PAGE) -> None:
    """Write the tables into the page."""
    before, rest = page.read_text(encoding="utf-8").split(BEGIN)
    _, after = rest.split(END)
    page.write_text(f"{before}{BEGIN}{page_tables(stack)}{END}{after}", encoding="utf-8")


def _table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    ruler = ["---", *("---:" for _ in heading[1:])]
    return "".join(f"| {' | '.join(row)} |\n" for row in (heading, ruler, *rows))


def _quantity(quantity: Decimal) -> str:
    # Decimal keeps the exponent of a zero, and would print 0e-7.
    if not quantity:
        return "0"
    return f"{quantity:,.0f}" if quantity >= 1000 else f"{quantity:.3g}"  # noqa: PLR2004
