"""Rights on REST APIs. Their ARNs hold ids instead of names, so tags tell which stack has them.

All parts of an API inherit the API's tags.
https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-tagging-supported-resources.html
"""

from collections.abc import Sequence
from urllib.parse import quote

from stack.documents import Statement, allow, tagged

from baseline.arns import StackArns

# A literal asterisk; a plain one would be a wildcard.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
_ASTERISK = "${*}"

_GATEWAY_ROLE = "role/aws-service-role/ops.apigateway.amazonaws.com/AWSServiceRoleForAPIGateway"


def reading_apis(stacks: Sequence[StackArns]) -> list[Statement]:
    """Return the right to read the APIs and domains of some stacks."""
    condition = {
        "aws:ResourceTag/project": sorted({each.naming.project for each in stacks}),
        "aws:ResourceTag/stack": [each.naming.stack for each in stacks],
    }
    resources = [_path(stacks[0], "/restapis/*"), _path(stacks[0], "/domainnames/*")]
    return [allow("ReadApi", ["apigateway:GET"], resources, {"StringEquals": condition})]


def writing_apis(stack: StackArns, *, protected: bool) -> list[Statement]:
    """Return the rights to change the API with the stack's tags.

    Unless it is protected, also to make an API with the stack's tags, to tag it, and to delete it.

    The role may change tags only on an API that has the stack's already; otherwise it could claim
    any API. Nor may it give them other values: then another stack's role could delete the API.

    API Gateway has one log role, which may write to any log of the account. So the API may log to
    the stack's own alone, or nowhere.
    """
    tags = stack.naming.tags
    present = {"StringEquals": tagged("Resource", tags)}
    # Stages alone have the key, and only requests that change it.
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagement.html
    logging = {"apigateway:Request/AccessLoggingDestination": [stack.access_log, ""]}
    change = {**present, "StringLikeIfExists": logging}
    apis = [_path(stack, "/restapis/*")]
    changing = ["apigateway:PATCH", "apigateway:POST", "apigateway:PUT", "apigateway:SetWebACL"]
    if protected:
        # An update replaces the deployment, and nothing else.
        deployments = [_path(stack, "/restapis/*/deployments/*")]
        return [
            allow("ChangeApi", changing, apis, change),
            allow("DeleteDeployments", ["apigateway:DELETE"], deployments, present),
        ]
    requested = {"StringEquals": tagged("Request", tags)}
    return [
        allow("ChangeApi", ["apigateway:DELETE", *changing], apis, change),
        allow(
            "TagApi",
            ["apigateway:DELETE", "apigateway:PUT"],
            [_tags(stack, "/restapis/", "*")],
            {**present, "StringEqualsIfExists": tagged("Request", tags)},
        ),
        allow("CreateApi", ["apigateway:POST"], [_path(stack, "/restapis")], requested),
        allow(
            "TagNew",
            ["apigateway:PUT"],
            [_new(stack, "/restapis/"), _new(stack, "/restapis/*/stages/")],
            requested,
        ),
        # API Gateway creates this role with an account's first API.
        # https://docs.aws.amazon.com/apigateway/latest/developerguide/using-service-linked-roles.html
        allow(
            "CreateGatewayRole",
            ["iam:CreateServiceLinkedRole"],
            [stack.account.arn("iam", _GATEWAY_ROLE, region="")],
        ),
    ]


def _new(stack: StackArns, path: str) -> str:
    """Return the ARN of the tags of something new.

    It gets its tags before it has an id, and IAM then sees an asterisk in place of the id. No API
    or stage has that name. Only AWS's error messages show this:
    https://github.com/mattclay/aws-terminator/pull/284
    """
    return _tags(stack, path, _ASTERISK)


def _path(stack: StackArns, path: str) -> str:
    return f"arn:{stack.account.partition}:apigateway:*::{path}"


def _tags(stack: StackArns, path: str, end: str) -> str:
    """Return the ARN of a resource's tags, which holds the resource's own ARN, encoded."""
    return _path(stack, f"/tags/{quote(_path(stack, path), safe='*')}{end}")
