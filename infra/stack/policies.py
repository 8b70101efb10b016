"""The policy of the function's role."""

from stack.documents import allow, document

# Lambda's X-Ray actions have no resource types.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsx-ray.html
_TRACING_ACTIONS = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]


def function_policy(table_arn: str, log_group_arn: str, *, tracing: bool) -> str:
    """Return the policy of the function's role.

    UpdateItem counts a visit; GetItem opens the connection during init. The log group exists
    already, with its retention, so the role has no right to create one.
    """
    statements = [
        allow("Count", ["dynamodb:GetItem", "dynamodb:UpdateItem"], [table_arn]),
        # Lambda names the streams in it.
        allow(
            "Log",
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            [f"{log_group_arn.removesuffix(':*')}:*"],
        ),
    ]
    if tracing:
        statements.append(allow("Trace", _TRACING_ACTIONS, ["*"]))
    return document(statements)
