"""The rights to read the stacks' resources: all calls that pulumi-aws makes on a refresh."""

from collections.abc import Sequence

from stack.documents import Statement, allow

from baseline.api_rights import reading_apis
from baseline.arns import StackArns
from baseline.front_rights import reading_log_role


def reading(stacks: Sequence[StackArns]) -> list[Statement]:
    """Return the rights to read the resources of some stacks, but no data in them."""
    account = stacks[0].account
    return [
        allow(
            "ReadTable",
            [
                "dynamodb:DescribeContinuousBackups",
                "dynamodb:DescribeTable",
                "dynamodb:DescribeTimeToLive",
                "dynamodb:ListTagsOfResource",
            ],
            [each.table for each in stacks],
        ),
        allow(
            "ReadFunction",
            [
                "lambda:GetFunction",
                "lambda:GetFunctionCodeSigningConfig",
                "lambda:GetPolicy",
                # Without this, GetFunction leaves out the tags.
                "lambda:ListTags",
                "lambda:ListVersionsByFunction",
            ],
            [each.function for each in stacks],
        ),
        allow(
            "ReadRole",
            [
                "iam:GetRole",
                "iam:GetRolePolicy",
                "iam:ListAttachedRolePolicies",
                # Before the role is deleted.
                "iam:ListInstanceProfilesForRole",
                "iam:ListRolePolicies",
            ],
            [each.role for each in stacks],
        ),
        allow(
            "ReadLogs", ["logs:ListTagsForResource"], [log for each in stacks for log in each.logs]
        ),
        # Lists of log groups have no resource: they show names and settings of the whole account.
        allow("ReadAll", ["logs:DescribeLogGroups"], ["*"]),
        allow("ListAlarms", ["cloudwatch:DescribeAlarms"], [account.arn("cloudwatch", "alarm:*")]),
        allow("ReadAlarms", ["cloudwatch:ListTagsForResource"], [each.alarms for each in stacks]),
        allow("ReadDashboard", ["cloudwatch:GetDashboard"], [each.dashboard for each in stacks]),
        allow(
            "ReadTopic",
            [
                # Of the topic, as refusals of AWS show: docs/decisions/0023-the-account.md.
                "sns:GetSubscriptionAttributes",
                "sns:GetTopicAttributes",
                "sns:ListTagsForResource",
            ],
            [each.topic for each in stacks],
        ),
        *reading_apis(stacks),
        reading_log_role(account),
    ]
