"""AWS's trust in GitHub's tokens for the one repository.

https://docs.github.com/en/actions/reference/security/oidc
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from stack.documents import document

from baseline.aliases import with_former_type

# The client's name, no address: the action that takes the role asks for it in each partition.
# https://github.com/aws-actions/configure-aws-credentials/blob/main/action.yml
AUDIENCE = "sts.amazonaws.com"


@dataclass(frozen=True)
class Subjects:
    """The subjects of GitHub's tokens."""

    prefix: str
    """The repository."""

    @property
    def pull_requests(self) -> str:
        """A job of a pull request, without an environment."""
        return f"{self.prefix}:pull_request"

    def environment(self, name: str) -> str:
        """Return the subject of a job in an environment, on any event and branch."""
        return f"{self.prefix}:environment:{name}"

    def branch(self, name: str) -> str:
        """Return the subject of a job on a branch, without an environment."""
        return f"{self.prefix}:ref:refs/heads/{name}"


def trust_policy(provider_arn: str, subjects: Sequence[str]) -> str:
    """Return a trust policy for jobs with exactly one of these subjects."""
    issuer = provider_arn.partition(":oidc-provider/")[2]
    return document(
        [
            {
                "Effect": "Allow",
                "Principal": {"Federated": provider_arn},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    "StringEquals": {f"{issuer}:aud": AUDIENCE, f"{issuer}:sub": subjects}
                },
            }
        ]
    )


@dataclass(frozen=True)
class GithubOidcArgs:
    """The inputs of the trust in GitHub."""

    issuer: str
    """Who issues the tokens, as a URL."""
    existing_provider_arn: str | None
    tags: Mapping[str, str]


class GithubOidc(pulumi.ComponentResource):
    """The account's OIDC provider for GitHub: a new one, or the existing one."""

    provider_arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: GithubOidcArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Declare the provider, unless there is one."""
        super().__init__(
            "visitor-counter:account:GithubOidc", name, None, with_former_type("Github", opts)
        )
        if args.existing_provider_arn:
            self.provider_arn = pulumi.Output.from_input(args.existing_provider_arn)
        else:
            # No thumbprints: AWS checks GitHub's certificate against its own list of CAs.
            # https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateOpenIDConnectProviderThumbprint.html
            provider = aws.iam.OpenIdConnectProvider(
                name,
                url=args.issuer,
                client_id_lists=[AUDIENCE],
                tags=args.tags,
                opts=pulumi.ResourceOptions(parent=self),
            )
            self.provider_arn = provider.arn
        self.register_outputs({"provider_arn": self.provider_arn})
