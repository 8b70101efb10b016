"""The rights to create, change and delete the stack's resources, and nothing else.

The actions are those that pulumi-aws calls for the resources in `stack`.
https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service
"""

from stack.documents import Statement, allow, tagged

from baseline.api_rights import writing_apis
from baseline.arns import StackArns
from baseline.front_rights import choosing_web_acl
from baseline.read_rights import reading


def deploying(stack: StackArns, boundary_arn: str) -> list[Statement]:
    """Return the rights of a deployment of the stack, without those on its state."""
    return [
        *reading([stack]),
        *_table(stack),
        *_function(stack),
        *_role(stack, boundary_arn),
        *_monitoring(stack),
        *writing_apis(stack),
        choosing_web_acl(stack),
    ]


def _table(stack: StackArns) -> list[Statement]:
    return [
        allow(
            "WriteTable",
            [
                "dynamodb:CreateTable",
                "dynamodb:DeleteTable",
                "dynamodb:TagResource",
                "dynamodb:UntagResource",
                "dynamodb:UpdateContinuousBackups",
                "dynamodb:UpdateTable",
            ],
            [stack.table],
        )
    ]


def _function(stack: StackArns) -> list[Statement]:
    return [
        allow(
            "WriteFunction",
            [
                "lambda:CreateFunction",
                "lambda:DeleteFunction",
                "lambda:DeleteFunctionConcurrency",
                "lambda:PutFunctionConcurrency",
                "lambda:RemovePermission",
                "lambda:TagResource",
                "lambda:UntagResource",
                "lambda:UpdateFunctionCode",
                "lambda:UpdateFunctionConfiguration",
            ],
            [stack.function],
        ),
        allow(
            "LetGatewayInvoke",
            ["lambda:AddPermission"],
            [stack.function],
            {"StringEquals": {"lambda:Principal": "apigateway.amazonaws.com"}},
        ),
        allow(
            "WriteLogs",
            [
                "logs:CreateLogGroup",
                "logs:DeleteLogGroup",
                "logs:DeleteRetentionPolicy",
                "logs:PutRetentionPolicy",
                "logs:TagResource",
                "logs:UntagResource",
            ],
            stack.logs,
        ),
    ]


def _role(stack: StackArns, boundary_arn: str) -> list[Statement]:
    # The actions for which IAM knows the role's boundary:
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
    return [
        # The deploy role may add the boundary to a role, and never remove it.
        allow(
            "WriteRoleInBoundary",
            [
                "iam:CreateRole",
                "iam:DeleteRole",
                "iam:DeleteRolePolicy",
                "iam:PutRolePermissionsBoundary",
                "iam:PutRolePolicy",
                "iam:UpdateAssumeRolePolicy",
                "iam:UpdateRole",
                "iam:UpdateRoleDescription",
            ],
            [stack.role],
            {"StringEquals": {"iam:PermissionsBoundary": boundary_arn}},
        ),
        allow("TagRole", ["iam:TagRole", "iam:UntagRole"], [stack.role]),
        allow(
            "PassRole",
            ["iam:PassRole"],
            [stack.role],
            {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
        ),
    ]


def _monitoring(stack: StackArns) -> list[Statement]:
    # Excludes a stack whose name begins with this one's. A new alarm has no tags yet.
    own = {"StringEqualsIfExists": tagged("Resource", stack.naming.tags)}
    return [
        allow(
            "WriteTopic",
            [
                "sns:CreateTopic",
                "sns:DeleteTopic",
                "sns:SetTopicAttributes",
                "sns:Subscribe",
                "sns:TagResource",
                "sns:UntagResource",
            ],
            [stack.topic],
        ),
        # IAM has no resource for it: see ReadSubscriptions.
        allow("Unsubscribe", ["sns:Unsubscribe"], ["*"]),
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
