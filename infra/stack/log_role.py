"""API Gateway's log role, which is a setting of the account and region and not of a stack."""

import pulumi
import pulumi_aws as aws

from stack.config import ConfigError

# The provider's only id for it.
_ACCOUNT = "api-gateway-account"


def require_log_role() -> None:
    """Look for the role with which API Gateway writes logs in this region.

    Without it, API Gateway refuses the stage after nearly everything else is made. This is the only
    thing that a preview asks AWS for.

    Raises:
        ConfigError: there is none. The engine gets it when it has read the setting, still in the
            preview.

    """
    account = aws.apigateway.Account.get("gateway-account", _ACCOUNT)
    # Pulumi waits for each output. `apply` wouldn't do: in a preview, it skips a value that isn't
    # there, since it could be one that isn't known yet.
    pulumi.Output.from_input(_check(account))


async def _check(account: aws.apigateway.Account) -> None:
    if await account.cloudwatch_role_arn.future():
        return
    message = (
        "accessLogs is on, but API Gateway has no role for logs in this account and region. Deploy "
        "the account's program for this region first (docs/deploy.md, Let GitHub deploy), or set "
        "accessLogs to false"
    )
    raise ConfigError(message)
