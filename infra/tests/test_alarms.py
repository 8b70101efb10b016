"""The alarms, against what AWS recommends."""

from dataclasses import dataclass, replace

import pytest
from stack.alarms import Alarm, Watched, alarms

WATCHED = Watched(
    api="the-api",
    stage="the-stage",
    function="the-function",
    table="the-table",
    timeout_seconds=10,
    reserved_concurrency=None,
    visit_spike_per_minute=300,
)

API = {"ApiName": "the-api", "Stage": "the-stage"}
FUNCTION = {"FunctionName": "the-function"}
TABLE = {"TableName": "the-table"}
TABLE_WRITES = {"TableName": "the-table", "Operation": "UpdateItem"}


@dataclass(frozen=True)
class Recommended:
    """A row of https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Best_Practice_Recommended_Alarms_AWS_Services.html.

    All periods there are of 60 seconds, and all datapoints of the evaluation must breach.
    """

    namespace: str
    metric: str
    dimensions: dict[str, str]
    statistic: str
    datapoints: int
    comparison: str
    threshold: float | None
    """None where AWS leaves it to the application."""


ABOVE, AT_LEAST = "GreaterThanThreshold", "GreaterThanOrEqualToThreshold"

RECOMMENDED = {
    "api-4xx": Recommended("AWS/ApiGateway", "4XXError", API, "Average", 5, ABOVE, 0.05),
    "api-5xx": Recommended("AWS/ApiGateway", "5XXError", API, "Average", 3, ABOVE, 0.05),
    "api-latency": Recommended("AWS/ApiGateway", "Latency", API, "p90", 5, AT_LEAST, 2500),
    "function-errors": Recommended("AWS/Lambda", "Errors", FUNCTION, "Sum", 3, ABOVE, None),
    "function-throttles": Recommended(
        "AWS/Lambda", "Throttles", FUNCTION, "Sum", 5, AT_LEAST, None
    ),
    "function-duration": Recommended("AWS/Lambda", "Duration", FUNCTION, "p90", 15, ABOVE, None),
    "function-concurrency": Recommended(
        "AWS/Lambda", "ConcurrentExecutions", FUNCTION, "Maximum", 10, ABOVE, None
    ),
    # The recommendation names the table alone, but the metric is published for each operation:
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
    "table-errors": Recommended(
        "AWS/DynamoDB", "SystemErrors", TABLE_WRITES, "Sum", 15, ABOVE, None
    ),
    "table-throttles": Recommended(
        "AWS/DynamoDB", "WriteThrottleEvents", TABLE, "Sum", 5, ABOVE, None
    ),
    "table-latency": Recommended(
        "AWS/DynamoDB", "SuccessfulRequestLatency", TABLE_WRITES, "Average", 10, ABOVE, None
    ),
}

# The only one that is ours.
SPIKE = "visit-spike"


def by_key(watched: Watched = WATCHED) -> dict[str, Alarm]:
    """Return the alarms by their keys."""
    return {alarm.key: alarm for alarm in alarms(watched)}


@pytest.mark.parametrize("key", RECOMMENDED)
def test_an_alarm_is_as_aws_recommends(key: str) -> None:
    alarm, recommended = by_key()[key], RECOMMENDED[key]
    assert alarm.metric.namespace == recommended.namespace
    assert alarm.metric.name == recommended.metric
    assert alarm.metric.dimensions == recommended.dimensions
    assert alarm.statistic == recommended.statistic
    assert alarm.minutes == recommended.datapoints
    assert alarm.comparison == recommended.comparison
    assert recommended.threshold in (None, alarm.threshold)


def test_there_is_no_other_alarm_than_the_spike() -> None:
    assert [alarm.key for alarm in alarms(WATCHED)].count(SPIKE) == 1
    assert by_key().keys() == {*RECOMMENDED, SPIKE}


def test_a_spike_is_more_requests_than_the_owner_expects() -> None:
    spike = by_key()[SPIKE]
    assert (spike.metric.namespace, spike.metric.name) == ("AWS/ApiGateway", "Count")
    assert spike.metric.dimensions == API
    assert (spike.statistic, spike.comparison, spike.threshold) == ("Sum", ABOVE, 300)


def test_only_refused_requests_need_a_floor() -> None:
    assert [alarm.key for alarm in alarms(WATCHED) if alarm.floor] == ["api-4xx"]


def test_slow_is_measured_in_milliseconds_against_the_timeout() -> None:
    duration = by_key()["function-duration"]
    # Below the handler's limit for one attempt, far above a visit's usual milliseconds.
    assert duration.threshold == 1500


@pytest.mark.parametrize(("reserved", "threshold"), [(None, 9), (100, 90)])
def test_busy_is_nine_tenths_of_the_instances_there_are(
    reserved: int | None, threshold: float
) -> None:
    watched = replace(WATCHED, reserved_concurrency=reserved)
    assert by_key(watched)["function-concurrency"].threshold == threshold
