"""Rights on REST APIs. Their ARNs hold ids instead of names, so the tags tell whose they are.

All that belongs to an API has the API's tags.
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-tagging-supported-resources.html
"""

from collections.abc import Sequence
from urllib.parse import quote

from stack.documents import Statement, allow, tagged

from baseline.arns import StackArns

# A character that matches only itself, unlike a plain one.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
_ASTERISK = "${*}"

_GATEWAY_ROLE = "role/aws-service-role/ops.apigateway.amazonaws.com/AWSServiceRoleForAPIGateway"


def reading_apis(stacks: Sequence[StackArns]) -> list[Statement]:
    """Return the right to see the APIs of some stacks."""
    condition = {
        "aws:ResourceTag/project": sorted({each.naming.project for each in stacks}),
        "aws:ResourceTag/stack": [each.naming.stack for each in stacks],
    }
    resource = _path(stacks[0], "/restapis/*")
    return [allow("ReadApi", ["apigateway:GET"], [resource], {"StringEquals": condition})]


def writing_apis(stack: StackArns) -> list[Statement]:
    """Return the rights to make APIs with the stack's tags, and to change those that have them.

    Tags can be changed only where these are already: who may tag any API may own any API. But
    whatever is made with tags must be allowed to get them before it has an id, which is an asterisk
    until then. No API or stage is called that. AWS tells it only to who may not:
    https://github.com/mattclay/aws-terminator/pull/284
    """
    tags = stack.naming.tags
    requested = {"StringEquals": tagged("Request", tags)}
    present = {"StringEquals": tagged("Resource", tags)}
    return [
        allow("CreateApi", ["apigateway:POST"], [_path(stack, "/restapis")], requested),
        allow(
            "TagNewApi",
            ["apigateway:PUT"],
            [
                _tags(stack, "/restapis/", _ASTERISK),
                _tags(stack, "/restapis/*/stages/", _ASTERISK),
            ],
            requested,
        ),
        allow(
            "ChangeApi",
            ["apigateway:DELETE", "apigateway:PATCH", "apigateway:POST", "apigateway:PUT"],
            [_path(stack, "/restapis/*")],
            present,
        ),
        allow(
            "TagApi",
            ["apigateway:DELETE", "apigateway:PUT"],
            [_tags(stack, "/restapis/", "*")],
            present,
        ),
        # API Gateway makes this role with the first API of an account.
        # https://docs.aws.amazon.com/apigateway/latest/developerguide/using-service-linked-roles.html
        allow(
            "CreateGatewayRole",
            ["iam:CreateServiceLinkedRole"],
            [stack.account.arn("iam", _GATEWAY_ROLE, region="")],
        ),
    ]


def _path(stack: StackArns, path: str) -> str:
    return f"arn:{stack.account.partition}:apigateway:*::{path}"


def _tags(stack: StackArns, path: str, end: str) -> str:
    """Return the ARN of the tags of something, which holds the encoded ARN of that."""
    return _path(stack, f"/tags/{quote(_path(stack, path), safe='*')}{end}")
