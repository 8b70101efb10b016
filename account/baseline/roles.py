"""A role that workflows assume."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from stack.config import ConfigError

from baseline.aliases import with_former_type
from baseline.oidc import trust_policy

# Characters but for white space, of all of a role's own policies.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
_LONGEST_POLICY = 10_240


@dataclass(frozen=True)
class RoleArgs:
    """The inputs of a role."""

    role_name: str
    description: str
    provider_arn: pulumi.Output[str]
    """The OIDC provider whose tokens it trusts."""
    subjects: Sequence[str]
    """The subjects of the tokens that it trusts."""
    policy: pulumi.Output[str]
    """Its policy."""
    boundary: str | None
    """The policy that bounds it, if the organisation asks for one."""
    tags: Mapping[str, str]


class GithubRole(pulumi.ComponentResource):
    """A role for jobs on GitHub."""

    arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: RoleArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Declare the role."""
        super().__init__(
            "visitor-counter:account:GithubRole", name, None, with_former_type("GithubRole", opts)
        )
        child = pulumi.ResourceOptions(parent=self)
        role = aws.iam.Role(
            name,
            name=args.role_name,
            description=args.description,
            assume_role_policy=args.provider_arn.apply(
                lambda arn: trust_policy(arn, args.subjects)
            ),
            permissions_boundary=args.boundary,
            tags=args.tags,
            opts=child,
        )
        policy = args.policy.apply(lambda policy: _checked(args.role_name, policy))
        aws.iam.RolePolicy(name, name=args.role_name, role=role.name, policy=policy, opts=child)
        self.arn = role.arn
        self.register_outputs({"arn": self.arn})


def _checked(role_name: str, policy: str) -> str:
    length = len("".join(policy.split()))
    if length > _LONGEST_POLICY:
        message = (
            f"the policy of {role_name} has {length} characters, and IAM takes at most "
            f"{_LONGEST_POLICY}: environments must be fewer, or have shorter names"
        )
        raise ConfigError(message)
    return policy
