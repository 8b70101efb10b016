"""The deploy role of one environment."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from stack.config import ConfigError
from stack.naming import Naming

from baseline.aliases import with_former_type
from baseline.arns import Account, StackArns
from baseline.policies import boundary_policy, deploy_policy
from baseline.roles import GithubRole, RoleArgs

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
_LONGEST_ROLE_NAME = 64


def deploy_role_name(naming: Naming) -> str:
    """Return the name of a stack's deploy role.

    Raises:
        ConfigError: it is too long for IAM.

    """
    name = f"deploy-{naming.name}"
    if len(name) > _LONGEST_ROLE_NAME:
        message = (
            f"the deploy role can't be named {name!r}: IAM takes at most {_LONGEST_ROLE_NAME} "
            "characters. Shorten the name of the project or of the environment"
        )
        raise ConfigError(message)
    return name


@dataclass(frozen=True)
class DeployerArgs:
    """The inputs of a deployer."""

    naming: Naming
    """The stack that it deploys."""
    protected: bool
    """Whether the role may neither make nor delete what holds the count."""
    account: pulumi.Output[Account]
    provider_arn: pulumi.Output[str]
    subject: str
    bucket_arn: pulumi.Output[str | None]
    roles_boundary: str | None
    """The boundary of the role itself."""
    tags: Mapping[str, str]


class Deployer(pulumi.ComponentResource):
    """The deploy role of a stack, and the boundary of all roles that it creates.

    Their names don't begin like the stack's, so the role can't touch either.
    """

    role_arn: pulumi.Output[str]
    boundary_arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: DeployerArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Declare the boundary and the role."""
        super().__init__(
            "visitor-counter:account:Deployer", name, None, with_former_type("Deployer", opts)
        )
        child = pulumi.ResourceOptions(parent=self)
        stack = args.account.apply(lambda account: StackArns(account, args.naming))
        boundary = aws.iam.Policy(
            name,
            name=f"boundary-{args.naming.name}",
            description=f"The most that the function of {args.naming.name} may do",
            policy=stack.apply(boundary_policy),
            tags=args.tags,
            opts=child,
        )
        role = GithubRole(
            name,
            RoleArgs(
                role_name=deploy_role_name(args.naming),
                description=f"Deploys {args.naming.name}",
                provider_arn=args.provider_arn,
                subjects=[args.subject],
                policy=pulumi.Output.all(stack, boundary.arn, args.bucket_arn).apply(
                    lambda known: deploy_policy(*known, protected=args.protected)
                ),
                boundary=args.roles_boundary,
                tags=args.tags,
            ),
            opts=child,
        )
        self.role_arn = role.arn
        self.boundary_arn = boundary.arn
        self.register_outputs({"role_arn": self.role_arn, "boundary_arn": self.boundary_arn})
