"""Shows visits in a terminal, or as plain text in a pipe."""

import heapq
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from counter_ops.report.visits import Day, Page, Visits

if TYPE_CHECKING:
    import io

_MOST_PAGES = 10

# In a pipe, no line is broken.
_PIPE_WIDTH = 1_000

# A day without visits is the first, and any other is higher.
_BARS = "▁▂▃▄▅▆▇█"
_ASCII_BARS = "_.:-=+*#"


def show(visits: Visits) -> None:
    """Print visits on stdout."""
    # Paths have letters of all languages, and not every terminal does.
    cast("io.TextIOWrapper", sys.stdout).reconfigure(errors="backslashreplace")
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _PIPE_WIDTH)
    bars = _BARS if console.encoding.startswith("utf") else _ASCII_BARS
    parts = [_totals(visits), *_month(visits.days, bars), *_pages(visits.pages)]
    # In one write, so that `head` can't end in between.
    console.print(
        Text(printable(visits.source), style="bold", overflow="fold"),
        *(Padding(part, (1, 0, 0, 0), expand=False) for part in parts),
    )


def sparkline(days: Sequence[Day], bars: str = _BARS) -> str:
    """Return a bar for each day."""
    most = max(day.visits for day in days) or 1
    # Rounded up.
    return "".join(bars[-(-day.visits * (len(bars) - 1) // most)] for day in days)


def printable(text: str) -> str:
    """Escape what a terminal may obey instead of showing: controls, and marks of direction."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def _totals(visits: Visits) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(justify="right")
    table.add_row("All visits", f"{visits.total:,}")
    if visits.days:
        table.add_row("Today", f"{visits.days[-1].visits:,}")
        month = sum(day.visits for day in visits.days)
        table.add_row(f"Last {len(visits.days)} days", f"{month:,}")
    return table


def _month(days: Sequence[Day], bars: str) -> list[RenderableType]:
    if not days:
        return [Text("No visits of days are kept: historyDays is 0.")]
    most = max(day.visits for day in days)
    return [
        Group(
            Text(sparkline(days, bars), style="cyan"),
            Text(f"{days[0].day} to {days[-1].day}, UTC. The most in a day: {most:,}"),
        )
    ]


def _pages(pages: Sequence[Page] | None) -> list[RenderableType]:
    if pages is None:
        return [Text("A URL doesn't list pages. To see them: make report STACK=…")]
    if not pages:
        return [Text("No page has been counted: docs/settings.md, `pages`.")]
    total = sum(page.visits for page in pages)
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column("Visits", justify="right")
    table.add_column("Share", justify="right")
    # Last, because a path may be written from right to left.
    table.add_column("Page", overflow="fold")
    for page in heapq.nsmallest(_MOST_PAGES, pages, key=lambda page: (-page.visits, page.path)):
        share = page.visits / total if total else 0
        table.add_row(f"{page.visits:,}", f"{share:.1%}", Text(printable(page.path)))
    number = "the only page" if len(pages) == 1 else f"all {len(pages):,} pages"
    return [table, Text(f"Shares are of the {total:,} visits of {number}.")]
