"""Rights on what is in front of an API, and isn't a part of it: web ACLs, and the log role."""

from collections.abc import Sequence

from stack.documents import Statement, allow

from baseline.arns import Account, StackArns


def reading_log_role(account: Account) -> Statement:
    """Return the right to see API Gateway's log role, as each preview with access logs does."""
    return allow("ReadLogRole", ["apigateway:GET"], [_path(account, "/account")])


def reading_web_acls(stacks: Sequence[StackArns]) -> Statement:
    """Return the right to see which web ACLs some stacks have."""
    actions = ["wafv2:GetWebACL", "wafv2:GetWebACLForResource"]
    return allow("ReadWebAcl", actions, _both_ends(stacks))


def choosing_web_acl(stack: StackArns) -> Statement:
    """Return the right to choose the stack's web ACL, besides SetWebACL on its API."""
    actions = [
        "wafv2:AssociateWebACL",
        "wafv2:DisassociateWebACL",
        "wafv2:GetWebACL",
        "wafv2:GetWebACLForResource",
    ]
    return allow("ChooseWebAcl", actions, _both_ends([stack]))


def _both_ends(stacks: Sequence[StackArns]) -> list[str]:
    """Return all web ACLs of the account, and each stage that has a stack's name.

    An association takes rights on both. Of the stages, the tags that SetWebACL asks for tell which
    ones are the stack's.
    https://docs.aws.amazon.com/waf/latest/developerguide/security_iam_service-with-iam.html
    """
    account = stacks[0].account
    stages = [_path(account, f"/restapis/*/stages/{each.naming.stack}") for each in stacks]
    return [account.arn("wafv2", "regional/webacl/*"), *stages]


def _path(account: Account, path: str) -> str:
    return f"arn:{account.partition}:apigateway:*::{path}"
