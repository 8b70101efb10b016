"""The dashboard: CloudWatch would accept it, and an owner would understand it."""

import json
from typing import Any

import pytest
from recommended import WATCHED
from stack.alarms import alarms
from stack.dashboard import dashboard_body, dashboard_url

Widget = dict[str, Any]

ALARM_ARNS = ["arn:aws:cloudwatch:us-east-1:123456789012:alarm:one"]


def widgets(alarm_arns: list[str]) -> list[Widget]:
    """Return the parsed dashboard."""
    body = dashboard_body(WATCHED, "us-east-1", alarms(WATCHED), alarm_arns)
    return json.loads(body)["widgets"]


def lines(shown: list[Widget]) -> dict[tuple[str, str, str], dict[str, str]]:
    """Return the dimensions of each metric in the graphs, by namespace, name and statistic."""
    found: dict[tuple[str, str, str], dict[str, str]] = {}
    for widget in shown:
        for namespace, name, *dimensions, look in widget["properties"].get("metrics", []):
            found[namespace, name, look["stat"]] = dict(
                zip(dimensions[::2], dimensions[1::2], strict=True)
            )
    return found


API = {"ApiName": "the-api", "Stage": "the-stage"}
FUNCTION = {"FunctionName": "the-function"}
TABLE = {"TableName": "the-table"}
WRITES = {"TableName": "the-table", "Operation": "UpdateItem"}


@pytest.mark.parametrize(
    ("metric", "dimensions"),
    [
        (("AWS/DynamoDB", "SuccessfulRequestLatency", "SampleCount"), WRITES),
        (("AWS/ApiGateway", "4XXError", "Sum"), API),
        (("AWS/ApiGateway", "5XXError", "Sum"), API),
        (("AWS/Lambda", "Errors", "Sum"), FUNCTION),
        (("AWS/ApiGateway", "Latency", "p50"), API),
        (("AWS/ApiGateway", "Latency", "p90"), API),
        (("AWS/ApiGateway", "Latency", "p99"), API),
        (("AWS/Lambda", "Duration", "p99"), FUNCTION),
        (("AWS/Lambda", "Throttles", "Sum"), FUNCTION),
        (("AWS/DynamoDB", "WriteThrottleEvents", "Sum"), TABLE),
        (("AWS/DynamoDB", "SuccessfulRequestLatency", "Average"), WRITES),
        (("AWS/ApiGateway", "Count", "Sum"), API),
        (("AWS/Lambda", "Invocations", "Sum"), FUNCTION),
        (("AWS/DynamoDB", "ConsumedWriteCapacityUnits", "Sum"), TABLE),
    ],
)
def test_it_shows_visits_errors_latency_throttles_and_what_costs(
    metric: tuple[str, str, str], dimensions: dict[str, str]
) -> None:
    assert lines(widgets(ALARM_ARNS))[metric] == dimensions


def test_the_states_of_the_alarms_stand_on_top() -> None:
    [states] = [widget for widget in widgets(ALARM_ARNS) if widget["type"] == "alarm"]
    assert states["properties"]["alarms"] == ALARM_ARNS
    assert states["y"] == 0


def test_without_alarms_there_are_no_states_to_show() -> None:
    assert all(widget["type"] == "metric" for widget in widgets([]))


def test_the_limits_of_the_alarms_are_drawn_where_their_metrics_are() -> None:
    drawn = {
        widget["properties"]["title"]: [(line["label"], line["value"]) for line in lines]
        for widget in widgets(ALARM_ARNS)
        if (lines := widget["properties"].get("annotations", {}).get("horizontal"))
    }
    assert drawn == {
        "Latency that visitors see": [("alarm api-latency", 2500)],
        "Time in the function": [("alarm function-duration", 500)],
        "Time of a write": [("alarm table-latency", 50)],
        "Billed requests and writes": [("alarm visit-spike", 300)],
    }


def test_a_minute_stays_a_minute_however_long_the_time_that_is_shown() -> None:
    body = json.loads(dashboard_body(WATCHED, "us-east-1", [], []))
    assert body["periodOverride"] == "inherit"
    for widget in body["widgets"]:
        assert widget["properties"]["period"] == 60


def test_no_widget_covers_another() -> None:
    covered: set[tuple[int, int]] = set()
    for widget in widgets(ALARM_ARNS):
        cells = {
            (x, y)
            for x in range(widget["x"], widget["x"] + widget["width"])
            for y in range(widget["y"], widget["y"] + widget["height"])
        }
        assert not cells & covered
        assert all(x < 24 for x, _ in cells), "the grid is 24 wide"
        covered |= cells


@pytest.mark.parametrize(
    ("partition", "region", "console"),
    [
        ("aws", "eu-west-1", "eu-west-1.console.aws.amazon.com"),
        ("aws-cn", "cn-north-1", "cn-north-1.console.amazonaws.cn"),
        ("aws-eusc", "eusc-de-east-1", "eusc-de-east-1.console.amazonaws-eusc.eu"),
        ("aws-us-gov", "us-gov-west-1", "us-gov-west-1.console.amazonaws-us-gov.com"),
        ("aws-iso", "us-iso-east-1", "us-iso-east-1.console.aws.amazon.com"),
    ],
)
def test_its_address_names_console_region_and_dashboard(
    partition: str, region: str, console: str
) -> None:
    assert dashboard_url(partition, region, "mine") == (
        f"https://{console}/cloudwatch/home?region={region}#dashboards/dashboard/mine"
    )
