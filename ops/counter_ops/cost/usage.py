"""Computes the quantities that a stack uses of everything that has a price."""

from dataclasses import dataclass, replace
from decimal import Decimal

from stack.settings import Settings

from counter_ops.cost.prices import Assumptions

MONTH_DAYS = 30
DAY_SECONDS = 86_400

# GET and OPTIONS have a throttle each, on each path.
_METHODS = 2

# The number, the history and two kinds of badge.
_READING_PATHS = 4

# An eventually consistent read of up to 4 KB.
_READ_UNIT = Decimal("0.5")

_GB = Decimal(10**9)
_NONE = Decimal(0)


@dataclass(frozen=True)
class Usage:
    """Quantities, with the names and units of the prices."""

    api_requests: Decimal = _NONE
    lambda_requests: Decimal = _NONE
    lambda_gb_seconds: Decimal = _NONE
    writes: Decimal = _NONE
    reads: Decimal = _NONE
    table_gb: Decimal = _NONE
    recovery_gb: Decimal = _NONE
    backup_gb: Decimal = _NONE
    log_gb: Decimal = _NONE
    kept_log_gb: Decimal = _NONE
    traces: Decimal = _NONE
    alarm_metrics: Decimal = _NONE
    dashboards: Decimal = _NONE
    sent_gb: Decimal = _NONE


def month(
    settings: Settings, alarm_metrics: int, visits: int, assumed: Assumptions, reads: int = 0
) -> Usage:
    """Return the quantities of a month's visits, none of which fails, and of requests that read.

    A page sends a simple GET, without a preflight. Where pages have numbers, each visit is one of
    such a page.
    """
    requests = Decimal(visits + reads)
    inits = requests / assumed.visits_per_init.value
    logged = _gb_logged(settings, requests, inits, assumed)
    items = 1 + (assumed.pages.value if settings.pages else 0)
    item = items * assumed.item_bytes.value / _GB
    # The first visit of a day reads each item, and removes the oldest day from it.
    began = Decimal(items * MONTH_DAYS if settings.history_days else 0)
    return Usage(
        api_requests=requests,
        lambda_requests=requests,
        lambda_gb_seconds=_gb_seconds(settings, requests, inits, assumed),
        writes=visits * _writes_per_visit(settings) + began,
        # Each init reads once as well.
        reads=(reads + inits + began) * _READ_UNIT,
        table_gb=item,
        recovery_gb=item,
        log_gb=logged,
        # The size of the stored logs at any time.
        kept_log_gb=logged
        * assumed.kept_log_share.value
        * Decimal(settings.log_retention_days)
        / MONTH_DAYS,
        traces=_traces(settings, requests, MONTH_DAYS, assumed),
        alarm_metrics=Decimal(alarm_metrics if settings.alarms else 0),
        dashboards=Decimal(1),
        sent_gb=requests * assumed.sent_bytes.value / _GB,
    )


def with_backups(usage: Usage, days: int) -> Usage:
    """Return a month's quantities with daily backups, kept for some days.

    Each is a whole copy of the table:
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GettingStartedBackupsAWS.html
    """
    return replace(usage, backup_gb=usage.table_gb * days)


def worst_day(settings: Settings, assumed: Assumptions) -> Usage:
    """Return the largest quantities of a day of requests within the throttle."""
    passed = Decimal(settings.throttle_rate * DAY_SECONDS + settings.throttle_burst)
    reading = settings.read_throttle_rate * DAY_SECONDS + settings.read_throttle_burst
    reading *= _READING_PATHS
    requests = (passed + reading) * _METHODS
    # At this pace a few instances stay alive, so inits hardly matter. As an upper limit, they count
    # as often as on a quiet site.
    inits = requests / assumed.visits_per_init.value
    wanted = passed * _writes_per_visit(settings)
    written = min(wanted, Decimal(settings.max_writes_per_second * DAY_SECONDS))
    wanted_reads = (reading + inits) * _READ_UNIT
    read = min(wanted_reads, Decimal(settings.max_reads_per_second * DAY_SECONDS))
    lines = inits + wanted - written + (wanted_reads - read) / _READ_UNIT
    return Usage(
        api_requests=requests,
        lambda_requests=requests,
        lambda_gb_seconds=_gb_seconds(settings, requests, inits, assumed),
        writes=written,
        reads=read,
        log_gb=_gb_logged(settings, requests, lines, assumed),
        traces=_traces(settings, requests, 1, assumed),
        sent_gb=requests * assumed.sent_bytes.value / _GB,
    )


def refused_day(settings: Settings, assumed: Assumptions) -> Usage:
    """Return the largest quantities of a day of throttled requests.

    AWS doesn't bill these requests, but it bills the answers that are sent, and the log lines.
    """
    refused = assumed.account_requests_per_second.value * DAY_SECONDS
    return Usage(
        log_gb=_gb_logged(settings, refused, _NONE, assumed),
        sent_gb=refused * assumed.sent_bytes.value / _GB,
    )


def unknown_paths_day(assumed: Assumptions) -> Usage:
    """Return the largest quantities of a day of requests to unknown paths.

    The gateway answers them before any throttle of ours. AWS doesn't say clearly whether it bills
    them, so this assumes that it does.
    """
    return Usage(api_requests=assumed.account_requests_per_second.value * DAY_SECONDS)


def _writes_per_visit(settings: Settings) -> Decimal:
    """Return one for the site, and one for the page if pages have numbers."""
    return Decimal(2 if settings.pages else 1)


def _gb_seconds(
    settings: Settings, requests: Decimal, inits: Decimal, assumed: Assumptions
) -> Decimal:
    visits = requests * assumed.visit_milliseconds.value
    milliseconds = visits + inits * assumed.init_milliseconds.value
    return milliseconds / 1000 * settings.memory_size / 1024


def _gb_logged(
    settings: Settings, requests: Decimal, lines: Decimal, assumed: Assumptions
) -> Decimal:
    """Return the GB of both logs: the gateway's by requests, and the function's by lines."""
    access = requests * assumed.access_log_bytes.value if settings.access_logs else _NONE
    return (access + lines * assumed.function_log_bytes.value) / _GB


def _traces(settings: Settings, requests: Decimal, days: int, assumed: Assumptions) -> Decimal:
    if not settings.tracing:
        return _NONE
    first = min(requests, assumed.traced_per_second.value * DAY_SECONDS * days)
    return first + (requests - first) * assumed.traced_share.value
