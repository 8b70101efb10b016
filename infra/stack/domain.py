"""A domain of the owner's, in front of the API."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from stack.api import SECURITY_POLICY
from stack.naming import Naming


@dataclass(frozen=True)
class DomainArgs:
    """The inputs of the domain."""

    naming: Naming
    domain_name: str
    certificate_arn: str
    """A certificate for the domain, in the stack's region."""
    rest_api_id: pulumi.Output[str]
    stage_name: pulumi.Output[str]
    protect: bool


class CounterDomain(pulumi.ComponentResource):
    """A regional custom domain whose root is the API's stage."""

    url: pulumi.Output[str]
    """Without a slash at its end."""
    target: pulumi.Output[str]
    """The host that the domain's DNS record points to."""
    target_zone_id: pulumi.Output[str]
    """The target's hosted zone, which an alias record in Route 53 needs."""

    def __init__(
        self, name: str, args: DomainArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Declare the domain."""
        super().__init__("visitor-counter:infra:CounterDomain", name, None, opts)
        # Pages call it: a new domain has another target, which the DNS record doesn't know.
        kept = pulumi.ResourceOptions(parent=self, protect=args.protect)
        domain = aws.apigateway.DomainName(
            name,
            domain_name=args.domain_name,
            regional_certificate_arn=args.certificate_arn,
            endpoint_configuration=aws.apigateway.DomainNameEndpointConfigurationArgs(
                types="REGIONAL"
            ),
            security_policy=SECURITY_POLICY,
            tags=args.naming.tags,
            opts=kept,
        )
        # Without a base path and with the stage, the path is the contract's own.
        aws.apigateway.BasePathMapping(
            name,
            domain_name=domain.domain_name,
            rest_api=args.rest_api_id,
            stage_name=args.stage_name,
            opts=kept,
        )
        self.url = pulumi.Output.concat("https://", domain.domain_name)
        self.target = domain.regional_domain_name
        self.target_zone_id = domain.regional_zone_id
        self.register_outputs({"url": self.url})
