"""The REST API in front of the function."""

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from stack.function import CounterFunction
from stack.naming import Naming
from stack.openapi import Document, body_hash, gateway_document, route_key, routes

# One JSON line a request. Nothing identifies the visitor: no address, no user agent.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
ACCESS_LOG_FORMAT = json.dumps(
    {
        "requestId": "$context.requestId",
        "time": "$context.requestTimeEpoch",
        "method": "$context.httpMethod",
        "resourcePath": "$context.resourcePath",
        "status": "$context.status",
        "gatewayResponse": "$context.error.responseType",
        "responseLatency": "$context.responseLatency",
        "integrationStatus": "$context.integration.status",
        "integrationLatency": "$context.integration.latency",
    }
)

# Refuses TLS below 1.2; the default of a regional API is TLS_1_0.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies-list.html
SECURITY_POLICY = "TLS_1_2"


@dataclass(frozen=True)
class Throttle:
    """How many requests a method lets through."""

    rate: int
    """A second."""
    burst: int
    """At once."""


@dataclass(frozen=True)
class ApiArgs:
    """The inputs of the API."""

    naming: Naming
    contract: Document
    function: CounterFunction
    counting_path: str
    """The path that counts. All others only read."""
    throttle: Throttle
    read_throttle: Throttle
    """For each path that only reads."""
    access_logs: bool
    log_retention_days: int
    tracing: bool
    protect: bool
    own_url: bool
    """Whether it answers under the URL that API Gateway makes."""
    web_acl_arn: str | None
    """The web ACL that looks at each request first."""


class CounterApi(pulumi.ComponentResource):
    """A regional REST API with one stage, imported from the contract."""

    url: pulumi.Output[str]
    """Of the stage, without a slash at its end."""
    rest_api_id: pulumi.Output[str]
    stage_name: pulumi.Output[str]

    def __init__(
        self, name: str, args: ApiArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Declare the API."""
        super().__init__("visitor-counter:infra:CounterApi", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        body = args.function.invoke_arn.apply(
            lambda arn: json.dumps(
                gateway_document(args.contract, title=args.naming.name, invoke_arn=arn)
            )
        )
        api = aws.apigateway.RestApi(
            name,
            name=args.naming.name,
            description="The visitor counter",
            body=body,
            fail_on_warnings=True,
            endpoint_configuration=aws.apigateway.RestApiEndpointConfigurationArgs(
                types="REGIONAL"
            ),
            security_policy=SECURITY_POLICY,
            disable_execute_api_endpoint=not args.own_url,
            tags=args.naming.tags,
            # A replaced API has another URL, and the pages would still call the old one.
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
        # A change makes a new deployment, moves the stage to it, and then deletes the old one.
        deployment = aws.apigateway.Deployment(
            name,
            rest_api=api.id,
            triggers={
                "body": body.apply(body_hash),
                # These two take effect with a deployment only.
                # https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-disable-default-endpoint.html
                # https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-security-policies-update.html
                "securityPolicy": SECURITY_POLICY,
                "ownUrl": str(args.own_url).lower(),
            },
            opts=child,
        )
        stage = aws.apigateway.Stage(
            name,
            rest_api=api.id,
            deployment=deployment.id,
            stage_name=args.naming.stack,
            access_log_settings=self._access_logs(name, args) if args.access_logs else None,
            xray_tracing_enabled=args.tracing,
            tags=args.naming.tags,
            opts=child,
        )
        if args.web_acl_arn:
            aws.wafv2.WebAclAssociation(
                name, resource_arn=stage.arn, web_acl_arn=args.web_acl_arn, opts=child
            )
        # Of all methods that have no settings of their own, each by itself.
        self._method_settings(name, stage, "*/*", args.throttle)
        for method, path in routes(args.contract):
            key = f"{name}-{route_key(method, path, args.counting_path)}"
            aws.lambda_.Permission(
                key,
                action="lambda:InvokeFunction",
                function=args.function.name,
                principal="apigateway.amazonaws.com",
                source_arn=pulumi.Output.concat(
                    api.execution_arn, "/", stage.stage_name, "/", method, path
                ),
                opts=child,
            )
            if path != args.counting_path:
                method_path = f"{path.replace('/', '~1')}/{method}"
                self._method_settings(key, stage, method_path, args.read_throttle)
        self.url = stage.invoke_url
        self.rest_api_id = api.id
        self.stage_name = stage.stage_name
        self.register_outputs({"url": self.url})

    def _method_settings(
        self, name: str, stage: aws.apigateway.Stage, method_path: str, throttle: Throttle
    ) -> None:
        aws.apigateway.MethodSettings(
            name,
            rest_api=stage.rest_api,
            stage_name=stage.stage_name,
            # The provider passes it on as it is, and API Gateway wants ~1 for each slash.
            # https://github.com/hashicorp/terraform-provider-aws/issues/9738
            method_path=method_path,
            settings=aws.apigateway.MethodSettingsSettingsArgs(
                throttling_rate_limit=throttle.rate,
                throttling_burst_limit=throttle.burst,
                # A visit that a cache answers isn't counted.
                caching_enabled=False,
                # Detailed metrics cost money for each method.
                metrics_enabled=False,
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _access_logs(self, name: str, args: ApiArgs) -> aws.apigateway.StageAccessLogSettingsArgs:
        log_group = aws.cloudwatch.LogGroup(
            name,
            name=args.naming.access_log,
            retention_in_days=args.log_retention_days,
            tags=args.naming.tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        return aws.apigateway.StageAccessLogSettingsArgs(
            destination_arn=log_group.arn, format=ACCESS_LOG_FORMAT
        )
