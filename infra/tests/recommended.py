"""The alarms that AWS recommends, for some names, and our own one."""

from dataclasses import dataclass

from stack.alarms import Watched

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
    """None if AWS leaves it to the application."""


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

# Ours.
SPIKE = "visit-spike"
