"""The role with which API Gateway writes logs, for all REST APIs of the account."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from stack.documents import assumed_by_service

from baseline.aliases import with_former_type
from baseline.arns import Account


@dataclass(frozen=True)
class GatewayLogsArgs:
    """The inputs of the log role."""

    account: pulumi.Output[Account]
    further_regions: Sequence[str]
    roles_boundary: str | None
    tags: Mapping[str, str]


class GatewayLogs(pulumi.ComponentResource):
    """API Gateway's log role, and each region's setting that names it.

    Both stay after a `destroy`: other APIs of the account may log with the role.
    """

    def __init__(
        self, name: str, args: GatewayLogsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Declare the role and the settings."""
        super().__init__(
            "visitor-counter:account:GatewayLogs", name, None, with_former_type("GatewayLogs", opts)
        )
        kept = pulumi.ResourceOptions(parent=self, retain_on_delete=True)
        # No fixed name, which the role that an earlier `destroy` left behind may have.
        role = aws.iam.Role(
            name,
            description="Writes the logs of API Gateway, for all REST APIs of the account",
            assume_role_policy=assumed_by_service("apigateway.amazonaws.com"),
            permissions_boundary=args.roles_boundary,
            tags=args.tags,
            opts=kept,
        )
        rights = aws.iam.RolePolicyAttachment(
            name, role=role.name, policy_arn=args.account.apply(log_policy_arn), opts=kept
        )
        # API Gateway refuses a role that can't log.
        ready = pulumi.ResourceOptions.merge(kept, pulumi.ResourceOptions(depends_on=[rights]))
        aws.apigateway.Account(name, cloudwatch_role_arn=role.arn, opts=ready)
        for region in args.further_regions:
            aws.apigateway.Account(
                f"{name}-{region}", region=region, cloudwatch_role_arn=role.arn, opts=ready
            )
        self.register_outputs({})


def log_policy_arn(account: Account) -> str:
    """Return the policy that AWS manages for such roles.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
    """
    return account.managed_policy("service-role/AmazonAPIGatewayPushToCloudWatchLogs")
