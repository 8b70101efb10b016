"""The function's role allows the handler's own calls, and nothing else."""

import json
import re

from stack.policies import function_policy
from workspace import PROJECT

TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/visitor-counter-prod"
LOG_GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/visitor-counter-prod"

COUNT = {
    "Sid": "Count",
    "Effect": "Allow",
    "Action": ["dynamodb:GetItem", "dynamodb:UpdateItem"],
    "Resource": [TABLE],
}
LOG = {
    "Sid": "Log",
    "Effect": "Allow",
    "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
    "Resource": [f"{LOG_GROUP}:*"],
}
TRACE = {
    "Sid": "Trace",
    "Effect": "Allow",
    "Action": ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
    "Resource": ["*"],
}


def test_the_function_may_count_and_log() -> None:
    policy = json.loads(function_policy(TABLE, LOG_GROUP, tracing=False))
    assert policy == {"Version": "2012-10-17", "Statement": [COUNT, LOG]}


def test_a_traced_function_may_write_traces_too() -> None:
    policy = json.loads(function_policy(TABLE, LOG_GROUP, tracing=True))
    assert policy["Statement"] == [COUNT, LOG, TRACE]


def test_an_arn_that_names_the_streams_already_is_the_same() -> None:
    plain, with_streams = (
        function_policy(TABLE, arn, tracing=False) for arn in (LOG_GROUP, f"{LOG_GROUP}:*")
    )
    assert with_streams == plain


def test_the_handler_uses_these_actions_and_no_others() -> None:
    sources = [path.read_text() for path in (PROJECT / "handler/src").rglob("*.rs")]
    # Every call to DynamoDB names the table.
    used = re.findall(r"\.(\w+)\(\)\s*\.table_name\(", "".join(sources))
    assert sorted({f"dynamodb:{call.title().replace('_', '')}" for call in used}) == COUNT["Action"]
