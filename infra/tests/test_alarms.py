"""The alarms, compared with AWS's recommendations."""

from dataclasses import replace

import pytest
from recommended import ABOVE, API, RECOMMENDED, SPIKE, WATCHED
from stack.alarms import Alarm, Watched, alarms


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


@pytest.mark.parametrize(
    ("key", "threshold"),
    [
        ("function-errors", 0),
        ("function-throttles", 1),
        # Milliseconds. Below the handler's limit for one attempt, far above a visit's usual few.
        ("function-duration", 500),
        ("function-concurrency", 9),
        ("table-errors", 0),
        ("table-throttles", 0),
        ("table-latency", 50),
    ],
)
def test_where_aws_gives_no_threshold_it_is_ours(key: str, threshold: float) -> None:
    assert RECOMMENDED[key].threshold is None
    assert by_key()[key].threshold == threshold


def test_only_refused_requests_need_a_floor() -> None:
    assert [alarm.key for alarm in alarms(WATCHED) if alarm.floor] == ["api-4xx"]


@pytest.mark.parametrize(("reserved", "threshold"), [(None, 9), (100, 90), (1, 1)])
def test_busy_is_nine_tenths_of_the_instances_there_are(
    reserved: int | None, threshold: float
) -> None:
    watched = replace(WATCHED, reserved_concurrency=reserved)
    assert by_key(watched)["function-concurrency"].threshold == threshold
