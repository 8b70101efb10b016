"""What the function may do."""

from stack.documents import allow, document

# Lambda's X-Ray actions have no resource types.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
_TRACING_ACTIONS = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]


def function_policy(table_arn: str, log_group_arn: str, *, tracing: bool) -> str:
    """Return all that the function may do.

    UpdateItem counts a visit, GetItem opens the connection while the function starts. There is no
    right to create a log group: it exists already, with its retention.
    """
    statements = [
        allow("Count", ["dynamodb:GetItem", "dynamodb:UpdateItem"], [table_arn]),
        # The streams in it, which Lambda names.
        allow(
            "Log",
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            [f"{log_group_arn.removesuffix(':*')}:*"],
        ),
    ]
    if tracing:
        statements.append(allow("Trace", _TRACING_ACTIONS, ["*"]))
    return document(statements)
