"""IAM policy documents, as plain data."""

import json
from typing import TypedDict

# Lambda's X-Ray actions have no resource types.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
_TRACING_ACTIONS = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]


class Statement(TypedDict):
    """What a role may do, and to what."""

    Sid: str
    Effect: str
    Action: list[str]
    Resource: str


def assumed_by_lambda() -> str:
    """Return the trust policy of a function's role."""
    return _document(
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    )


def function_policy(table_arn: str, log_group_arn: str, *, tracing: bool) -> str:
    """Return all that the function may do.

    UpdateItem counts a visit, GetItem opens the connection while the function starts. There is no
    right to create a log group: it exists already, with its retention.
    """
    statements: list[Statement] = [
        {
            "Sid": "Count",
            "Effect": "Allow",
            "Action": ["dynamodb:GetItem", "dynamodb:UpdateItem"],
            "Resource": table_arn,
        },
        {
            "Sid": "Log",
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            # The streams in it, which Lambda names.
            "Resource": f"{log_group_arn.removesuffix(':*')}:*",
        },
    ]
    if tracing:
        statements.append(
            {"Sid": "Trace", "Effect": "Allow", "Action": _TRACING_ACTIONS, "Resource": "*"}
        )
    return _document(*statements)


def _document(*statements: Statement | dict[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
