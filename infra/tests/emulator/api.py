"""Makes the REST API and its parts, and what is in front of it."""

from pulumi_program import Properties, as_text

from emulator.clients import ACCOUNT, REGION, Clients
from emulator.document import import_document
from emulator.inputs import Inputs

# https://docs.aws.amazon.com/apigateway/latest/api/patch-operations.html
_METHOD_SETTINGS = {
    "throttlingRateLimit": "throttling/rateLimit",
    "throttlingBurstLimit": "throttling/burstLimit",
    "cachingEnabled": "caching/enabled",
    "metricsEnabled": "metrics/enabled",
}


def rest_api(aws: Clients, inputs: Inputs) -> tuple[str, Properties]:
    """Make an API from its OpenAPI document."""
    # Here, a warning is always an error.
    inputs.expect("failOnWarnings", value=True)
    api_id = aws.apigateway.create_rest_api(
        name=inputs.take("name"),
        description=inputs.take("description"),
        endpointConfiguration={
            "types": [inputs.nested("endpointConfiguration").take("types")],
        },
        securityPolicy=inputs.take("securityPolicy"),
        disableExecuteApiEndpoint=inputs.take("disableExecuteApiEndpoint"),
        tags=inputs.take("tags"),
    )["id"]
    import_document(aws.apigateway, api_id, inputs.take("body"))
    return api_id, {"executionArn": f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{api_id}"}


def deployment(aws: Clients, inputs: Inputs) -> tuple[str, Properties]:
    """Make a deployment of an API as it is."""
    # Triggers tell Pulumi when to make another deployment.
    inputs.take("triggers")
    return aws.apigateway.create_deployment(restApiId=inputs.take("restApi"))["id"], {}


def stage(aws: Clients, inputs: Inputs) -> tuple[str, Properties]:
    """Make a stage, and with it a URL."""
    api_id, name = inputs.take("restApi"), inputs.take("stageName")
    deployment_id: str = inputs.take("deployment")
    # AWS would look for it.
    aws.apigateway.get_deployment(restApiId=api_id, deploymentId=deployment_id)
    aws.apigateway.create_stage(
        restApiId=api_id,
        stageName=name,
        deploymentId=deployment_id,
        tracingEnabled=inputs.take("xrayTracingEnabled"),
        tags=inputs.take("tags"),
    )
    if inputs.has("accessLogSettings"):
        settings = inputs.nested("accessLogSettings")
        values = {key: settings.take(key) for key in ("destinationArn", "format")}
        _update_stage(aws, api_id, name, "accessLogSettings", values)
    endpoint = aws.apigateway.meta.endpoint_url
    return f"{api_id}/{name}", {
        "arn": f"arn:aws:apigateway:{REGION}::/restapis/{api_id}/stages/{name}",
        "invokeUrl": f"{endpoint}/_aws/execute-api/{api_id}/{name}",
    }


def method_settings(aws: Clients, inputs: Inputs) -> tuple[str, Properties]:
    """Set the settings of a stage's methods."""
    api_id, stage_name = inputs.take("restApi"), inputs.take("stageName")
    methods, settings = inputs.take("methodPath"), inputs.nested("settings")
    values = {path: settings.take(key) for key, path in _METHOD_SETTINGS.items()}
    _update_stage(aws, api_id, stage_name, methods, values)
    return f"{api_id}/{stage_name}/{methods}", {}


def domain_name(aws: Clients, inputs: Inputs) -> tuple[str, Properties]:
    """Make a custom domain."""
    name: str = inputs.take("domainName")
    created = aws.apigateway.create_domain_name(
        domainName=name,
        regionalCertificateArn=inputs.take("regionalCertificateArn"),
        endpointConfiguration={
            "types": [inputs.nested("endpointConfiguration").take("types")],
        },
        securityPolicy=inputs.take("securityPolicy"),
        tags=inputs.take("tags"),
    )
    target = {"regionalDomainName": created["regionalDomainName"]}
    return name, {**target, "regionalZoneId": created["regionalHostedZoneId"]}


def base_path_mapping(aws: Clients, inputs: Inputs) -> tuple[str, Properties]:
    """Show a stage at the root of a domain."""
    name: str = inputs.take("domainName")
    aws.apigateway.create_base_path_mapping(
        domainName=name, restApiId=inputs.take("restApi"), stage=inputs.take("stageName")
    )
    return f"{name}/", {}


def web_acl_association(aws: Clients, inputs: Inputs) -> tuple[str, Properties]:
    """Let a web ACL look at a stage's requests."""
    arns = {"WebACLArn": inputs.take("webAclArn"), "ResourceArn": inputs.take("resourceArn")}
    aws.firewall.associate_web_acl(**arns)
    return ",".join(arns.values()), {}


def _update_stage(aws: Clients, api_id: str, name: str, at: str, values: Properties) -> None:
    aws.apigateway.update_stage(
        restApiId=api_id,
        stageName=name,
        patchOperations=[
            {"op": "replace", "path": f"/{at}/{path}", "value": as_text(value)}
            for path, value in values.items()
        ],
    )
