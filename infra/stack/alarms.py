"""The alarms, as plain data.

Metrics, statistics, periods, datapoints and comparisons are those that AWS recommends. So are the
thresholds; where AWS gives none, ours have the reason beside them.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Best_Practice_Recommended_Alarms_AWS_Services.html

A minute without data never breaches, or a quiet site's alarms would always lack data. All periods
are one minute.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

PERIOD_SECONDS = 60

# Below this many requests a minute, a bot that probes a few paths is not worth a mail.
FLOOR_4XX = 20

# The quota of a new account.
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
_SMALLEST_CONCURRENCY_QUOTA = 10

Statistic = Literal["Average", "Maximum", "Sum", "p90"]
Comparison = Literal["GreaterThanThreshold", "GreaterThanOrEqualToThreshold"]


@dataclass(frozen=True)
class Metric:
    """A metric of AWS with all of its dimensions: if one is missing, the metric has no data."""

    namespace: str
    name: str
    dimensions: Mapping[str, str]


@dataclass(frozen=True)
class Alarm:
    """A condition on one metric, over some minutes in a row."""

    key: str
    """The end of its name."""
    meaning: str
    metric: Metric
    statistic: Statistic
    comparison: Comparison
    threshold: float
    minutes: int
    """Evaluation periods; all must breach."""
    floor: int | None = None
    """Minutes with fewer requests than this don't count."""


@dataclass(frozen=True)
class Watched:
    """The resources and limits that the alarms watch."""

    api: str
    stage: str
    function: str
    table: str
    timeout_seconds: int
    reserved_concurrency: int | None
    visit_spike_per_minute: int

    def of_api(self, metric: str) -> Metric:
        """Return a metric of the API's stage."""
        dimensions = {"ApiName": self.api, "Stage": self.stage}
        return Metric("AWS/ApiGateway", metric, dimensions)

    def of_function(self, metric: str) -> Metric:
        """Return a metric of the function."""
        return Metric("AWS/Lambda", metric, {"FunctionName": self.function})

    def of_table(self, metric: str, operation: str | None = None) -> Metric:
        """Return a metric of the table, or of one operation on it."""
        dimensions = {"TableName": self.table}
        if operation:
            dimensions["Operation"] = operation
        return Metric("AWS/DynamoDB", metric, dimensions)


def alarms(watched: Watched) -> list[Alarm]:
    """Return a stack's alarms."""
    return [*_api_alarms(watched), *_function_alarms(watched), *_table_alarms(watched)]


def _api_alarms(watched: Watched) -> list[Alarm]:
    return [
        Alarm(
            key="api-4xx",
            meaning="More than 5 % of the requests are refused: unknown paths, foreign origins, "
            "or throttled requests.",
            metric=watched.of_api("4XXError"),
            statistic="Average",
            comparison="GreaterThanThreshold",
            # A fraction: the average of 0 and 1 for each request.
            threshold=0.05,
            minutes=5,
            floor=FLOOR_4XX,
        ),
        Alarm(
            key="api-5xx",
            meaning="More than 5 % of the requests fail.",
            metric=watched.of_api("5XXError"),
            statistic="Average",
            comparison="GreaterThanThreshold",
            threshold=0.05,
            minutes=3,
        ),
        Alarm(
            key="api-latency",
            meaning="One request in ten takes 2.5 s or more.",
            metric=watched.of_api("Latency"),
            statistic="p90",
            comparison="GreaterThanOrEqualToThreshold",
            threshold=2500,
            minutes=5,
        ),
        Alarm(
            key="visit-spike",
            meaning="More requests come than on an ordinary day.",
            metric=watched.of_api("Count"),
            statistic="Sum",
            comparison="GreaterThanThreshold",
            threshold=watched.visit_spike_per_minute,
            minutes=3,
        ),
    ]


def _function_alarms(watched: Watched) -> list[Alarm]:
    concurrency = watched.reserved_concurrency or _SMALLEST_CONCURRENCY_QUOTA
    return [
        Alarm(
            key="function-errors",
            # The handler answers each failure that it sees, so any error is one too many.
            meaning="The function crashes, runs out of time or doesn't start.",
            metric=watched.of_function("Errors"),
            statistic="Sum",
            comparison="GreaterThanThreshold",
            threshold=0,
            minutes=3,
        ),
        Alarm(
            key="function-throttles",
            meaning="Lambda has no free instance for visits.",
            metric=watched.of_function("Throttles"),
            statistic="Sum",
            comparison="GreaterThanOrEqualToThreshold",
            threshold=1,
            minutes=5,
        ),
        Alarm(
            key="function-duration",
            # A visit takes milliseconds; one with an attempt that times out, 6 % of the function's
            # timeout and more.
            meaning="One visit in ten takes more than 5 % of the function's timeout.",
            metric=watched.of_function("Duration"),
            statistic="p90",
            comparison="GreaterThanThreshold",
            threshold=0.05 * watched.timeout_seconds * 1000,
            minutes=15,
        ),
        Alarm(
            key="function-concurrency",
            # The program doesn't ask for the account's quota, so this is a new account's.
            meaning=f"In each of ten minutes, more than 90 % of {concurrency} instances were busy "
            "at once.",
            metric=watched.of_function("ConcurrentExecutions"),
            statistic="Maximum",
            comparison="GreaterThanThreshold",
            # At least one, or each visit would breach.
            threshold=max(1, 0.9 * concurrency),
            minutes=10,
        ),
    ]


def _table_alarms(watched: Watched) -> list[Alarm]:
    return [
        Alarm(
            key="table-errors",
            meaning="DynamoDB fails in each of 15 minutes; visits may be lost.",
            # AWS recommends it without an operation, but publishes it only for each operation.
            metric=watched.of_table("SystemErrors", "UpdateItem"),
            statistic="Sum",
            comparison="GreaterThanThreshold",
            threshold=0,
            minutes=15,
        ),
        Alarm(
            key="table-throttles",
            meaning="Visits come faster than maxWritesPerSecond, or than one item can be written.",
            metric=watched.of_table("WriteThrottleEvents"),
            statistic="Sum",
            comparison="GreaterThanThreshold",
            # A single one is retried; some in each of five minutes are lost visits.
            threshold=0,
            minutes=5,
        ),
        Alarm(
            key="table-latency",
            meaning="A write takes more than 50 ms on average; a few are normal.",
            metric=watched.of_table("SuccessfulRequestLatency", "UpdateItem"),
            statistic="Average",
            comparison="GreaterThanThreshold",
            threshold=50,
            minutes=10,
        ),
    ]
