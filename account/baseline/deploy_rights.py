"""The rights to deploy a stack, and nothing else.

The role of a protected environment may change what the stack has, and add to it. It may not make or
delete what holds the count, nor change the table: a first deployment, the table's settings and a
`destroy` are an administrator's. IAM can't tell a new cap on writes from a table that lost its
protection, as both are UpdateTable. It tags only logs and alarms, which an update can make:
the rights of others, and which tables are backed up, can depend on tags.

The actions are those that pulumi-aws calls for the resources in `stack`.
https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service
"""

from collections.abc import Sequence

from stack.documents import Statement, allow, tagged

from baseline.api_rights import writing_apis
from baseline.arns import StackArns
from baseline.front_rights import choosing_web_acl
from baseline.read_rights import reading


def deploying(stack: StackArns, boundary_arn: str, *, protected: bool) -> list[Statement]:
    """Return the rights of a deployment of the stack, without those on its state."""
    return [
        *reading([stack]),
        *([] if protected else _table(stack)),
        *_function(stack, protected=protected),
        *_logs(stack, protected=protected),
        *_role(stack, boundary_arn, protected=protected),
        *_monitoring(stack, protected=protected),
        *writing_apis(stack, protected=protected),
        choosing_web_acl(stack),
    ]


def _table(stack: StackArns) -> list[Statement]:
    actions = [
        "dynamodb:CreateTable",
        "dynamodb:DeleteTable",
        "dynamodb:TagResource",
        "dynamodb:UntagResource",
        "dynamodb:UpdateContinuousBackups",
        "dynamodb:UpdateTable",
    ]
    return [allow("WriteTable", actions, [stack.table])]


def _function(stack: StackArns, *, protected: bool) -> list[Statement]:
    changing = [
        "lambda:DeleteFunctionConcurrency",
        "lambda:RemovePermission",
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
    ]
    if protected:
        # What is set aside, the account's other functions lack.
        changing.append("lambda:PutFunctionConcurrency")
    making = [
        "lambda:CreateFunction",
        "lambda:DeleteFunction",
        "lambda:TagResource",
        "lambda:UntagResource",
    ]
    return [
        allow("WriteFunction", _actions(changing, making, protected=protected), [stack.function]),
        allow(
            "LetGatewayInvoke",
            ["lambda:AddPermission"],
            [stack.function],
            {"StringEquals": {"lambda:Principal": "apigateway.amazonaws.com"}},
        ),
    ]


def _logs(stack: StackArns, *, protected: bool) -> list[Statement]:
    changing = [
        "logs:CreateLogGroup",
        "logs:DeleteRetentionPolicy",
        "logs:PutRetentionPolicy",
        "logs:TagResource",
        "logs:UntagResource",
    ]
    actions = _actions(changing, ["logs:DeleteLogGroup"], protected=protected)
    return [allow("WriteLogs", actions, stack.logs)]


def _role(stack: StackArns, boundary_arn: str, *, protected: bool) -> list[Statement]:
    # The actions for which IAM knows the role's boundary:
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
    changing = ["iam:PutRolePolicy", "iam:UpdateRole", "iam:UpdateRoleDescription"]
    making = [
        "iam:CreateRole",
        "iam:DeleteRole",
        "iam:DeleteRolePolicy",
        "iam:PutRolePermissionsBoundary",
        "iam:UpdateAssumeRolePolicy",
    ]
    tagging = allow("TagRole", ["iam:TagRole", "iam:UntagRole"], [stack.role])
    return [
        # The deploy role may add the boundary to a role, and never remove it.
        allow(
            "WriteRoleInBoundary",
            _actions(changing, making, protected=protected),
            [stack.role],
            {"StringEquals": {"iam:PermissionsBoundary": boundary_arn}},
        ),
        *([] if protected else [tagging]),
        allow(
            "PassRole",
            ["iam:PassRole"],
            [stack.role],
            {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
        ),
    ]


def _monitoring(stack: StackArns, *, protected: bool) -> list[Statement]:
    # Excludes a stack whose name begins with this one's. A new alarm has no tags yet.
    own = {"StringEqualsIfExists": tagged("Resource", stack.naming.tags)}
    making = [
        "sns:CreateTopic",
        "sns:DeleteTopic",
        # The topic's policy is an attribute.
        "sns:SetTopicAttributes",
        "sns:TagResource",
        "sns:UntagResource",
    ]
    return [
        *([] if protected else [allow("WriteTopic", making, [stack.topic])]),
        # Otherwise another account's queue could listen.
        allow(
            "SubscribeByMail",
            ["sns:Subscribe"],
            [stack.topic],
            {"StringEquals": {"sns:Protocol": "email"}},
        ),
        # Of the topic, too: see ReadTopic.
        allow("Unsubscribe", ["sns:Unsubscribe"], [stack.topic]),
        # Otherwise an alarm could stop machines.
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-alarm-actions.html
        allow(
            "PutAlarms",
            ["cloudwatch:PutMetricAlarm"],
            [stack.alarms],
            {**own, "ForAllValues:StringLike": {"cloudwatch:AlarmActions": stack.topic}},
        ),
        allow(
            "WriteAlarms",
            ["cloudwatch:DeleteAlarms", "cloudwatch:TagResource", "cloudwatch:UntagResource"],
            [stack.alarms],
            own,
        ),
        allow(
            "WriteDashboard",
            ["cloudwatch:DeleteDashboards", "cloudwatch:PutDashboard"],
            [stack.dashboard],
        ),
    ]


def _actions(changing: Sequence[str], making: Sequence[str], *, protected: bool) -> list[str]:
    """Return the actions that change something, and unless it is protected those that make it."""
    return [*changing] if protected else sorted([*changing, *making])
