"""The visits that a report shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Day:
    """The visits of a day in UTC."""

    day: date
    visits: int


@dataclass(frozen=True)
class Page:
    """The visits of a page. Its path comes from visitors: terminals mustn't get it as it is."""

    path: str
    visits: int


@dataclass(frozen=True)
class Visits:
    """The visits of a site."""

    source: str
    """Where they were read."""
    total: int
    days: Sequence[Day]
    """Each day that is kept, oldest first. Today comes last. Empty if none are kept."""
    pages: Sequence[Page] | None
    """All pages that have a number of their own. None if the source doesn't list them."""
