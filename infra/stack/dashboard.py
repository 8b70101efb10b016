"""The dashboard, as plain data.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from stack.alarms import PERIOD_SECONDS, Alarm, Metric, Watched

_COLUMNS = 24
_HEIGHT = 6

# By partition. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
# The isolated ones have no public console.
_CONSOLES = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-eusc": "console.amazonaws-eusc.eu",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}
_GREEN, _ORANGE, _RED = "#2ca02c", "#ff7f0e", "#d62728"


@dataclass(frozen=True)
class _Line:
    """A line of a graph."""

    metric: Metric
    label: str
    statistic: str = "Sum"
    color: str | None = None


def dashboard_body(
    watched: Watched, region: str, alarms: Sequence[Alarm], alarm_arns: Sequence[str]
) -> str:
    """Return the dashboard in CloudWatch's format.

    Args:
        watched: the resources that it shows.
        region: the region of their metrics.
        alarms: alarms whose thresholds it draws in the graphs of their metrics.
        alarm_arns: alarms whose states it shows at the top.

    """
    limits = {alarm.key: alarm for alarm in alarms}
    rows = [
        [
            _number("Visits", region, [_visits(watched)]),
            _graph("Visits per minute", region, [_visits(watched)]),
        ],
        [
            _graph(
                "Requests that failed or were refused",
                region,
                [
                    _Line(watched.of_api("4XXError"), "4xx", color=_ORANGE),
                    _Line(watched.of_api("5XXError"), "5xx", color=_RED),
                    _Line(watched.of_function("Errors"), "function errors"),
                ],
            ),
            _graph(
                "Latency that visitors see",
                region,
                _percentiles(watched.of_api("Latency")),
                limits.get("api-latency"),
            ),
            _graph(
                "Time in the function",
                region,
                _percentiles(watched.of_function("Duration")),
                limits.get("function-duration"),
            ),
        ],
        [
            _graph(
                "Throttles",
                region,
                [
                    _Line(watched.of_table("WriteThrottleEvents"), "table", color=_ORANGE),
                    _Line(watched.of_function("Throttles"), "function", color=_RED),
                ],
            ),
            _graph(
                "Time of a write",
                region,
                [
                    _Line(
                        watched.of_table("SuccessfulRequestLatency", "UpdateItem"),
                        "average",
                        "Average",
                    )
                ],
                limits.get("table-latency"),
            ),
            _graph(
                "Billed requests and writes",
                region,
                [
                    _Line(watched.of_api("Count"), "gateway requests"),
                    _Line(watched.of_function("Invocations"), "function calls"),
                    _Line(watched.of_table("ConsumedWriteCapacityUnits"), "write units"),
                ],
                limits.get("visit-spike"),
            ),
        ],
    ]
    if alarm_arns:
        rows.insert(0, [_alarm_states(alarm_arns)])
    # Without the override, the console sums hours when it shows days, and draws these sums beside
    # limits for a minute.
    body = {"start": "-P1D", "periodOverride": "inherit", "widgets": _placed(rows)}
    return json.dumps(body)


def dashboard_url(partition: str, region: str, name: str) -> str:
    """Return the URL of the dashboard in the partition's console."""
    console = _CONSOLES.get(partition, _CONSOLES["aws"])
    return f"https://{region}.{console}/cloudwatch/home?region={region}#dashboards/dashboard/{name}"


def _visits(watched: Watched) -> _Line:
    """Return how many visits were counted: each is one successful write."""
    writes = watched.of_table("SuccessfulRequestLatency", "UpdateItem")
    return _Line(writes, "counted", "SampleCount")


def _percentiles(metric: Metric) -> list[_Line]:
    return [
        _Line(metric, "half of them", "p50", _GREEN),
        _Line(metric, "9 of 10", "p90", _ORANGE),
        _Line(metric, "99 of 100", "p99", _RED),
    ]


def _number(title: str, region: str, lines: Sequence[_Line]) -> dict[str, Any]:
    properties = _metric_properties(title, region, lines)
    return _widget("metric", properties | {"view": "singleValue", "setPeriodToTimeRange": True})


def _graph(
    title: str, region: str, lines: Sequence[_Line], limit: Alarm | None = None
) -> dict[str, Any]:
    properties = _metric_properties(title, region, lines)
    properties |= {"view": "timeSeries", "stacked": False, "yAxis": {"left": {"min": 0}}}
    if limit:
        line = {"label": f"alarm {limit.key}", "value": limit.threshold}
        properties["annotations"] = {"horizontal": [line]}
    return _widget("metric", properties)


def _metric_properties(title: str, region: str, lines: Sequence[_Line]) -> dict[str, Any]:
    metrics: list[list[Any]] = []
    for line in lines:
        dimensions = [text for pair in line.metric.dimensions.items() for text in pair]
        look = {"label": line.label, "stat": line.statistic}
        if line.color:
            look["color"] = line.color
        metrics.append([line.metric.namespace, line.metric.name, *dimensions, look])
    return {"title": title, "region": region, "period": PERIOD_SECONDS, "metrics": metrics}


def _alarm_states(arns: Sequence[str]) -> dict[str, Any]:
    return _widget("alarm", {"title": "Alarms", "alarms": list(arns)})


def _widget(kind: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": kind, "properties": properties}


def _placed(rows: Sequence[Sequence[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Lay the widgets out in rows of the dashboard's whole width."""
    return [
        widget
        | {
            "x": column * (_COLUMNS // len(row)),
            "y": number * _HEIGHT,
            "width": _COLUMNS // len(row),
            "height": _HEIGHT,
        }
        for number, row in enumerate(rows)
        for column, widget in enumerate(row)
    ]
