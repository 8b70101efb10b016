"""Imports an OpenAPI document by a call for each part, because the emulator has no import."""

import json
from typing import Any, cast

from mypy_boto3_apigateway import APIGatewayClient

from emulator.inputs import Inputs, RefusedError

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
_HEADER = "gatewayresponse.header."


def import_document(gateway: APIGatewayClient, api_id: str, body: str) -> None:
    """Make the methods and the gateway responses of a document.

    Raises:
        RefusedError: a part of it would be lost.

    """
    document = Inputs("the document", json.loads(body))
    version: str = document.take("openapi")
    _refuse_unless(version.startswith("3.0."), f"OpenAPI {version}")
    # The API's name is an input of its own, and its version is for readers.
    info = document.nested("info")
    info.take("title")
    info.take("version")
    for path, item in document.nested("paths").items():
        resource_id = _resource(gateway, api_id, path)
        for method in filter(item.has, _METHODS):
            _operation(gateway, api_id, resource_id, method.upper(), item.nested(method))
    for kind, response in document.nested("x-amazon-apigateway-gateway-responses").items():
        _gateway_response(gateway, api_id, kind, response)
    document.finish()


def _resource(gateway: APIGatewayClient, api_id: str, path: str) -> str:
    """Return the resource of a path, and make it, with those above it, if it is missing."""
    resources = gateway.get_resources(restApiId=api_id, limit=500)["items"]
    made = {each.get("path", ""): each.get("id", "") for each in resources}
    if path in made:
        return made[path]
    above, _, part = path.rpartition("/")
    parent = _resource(gateway, api_id, above or "/")
    return gateway.create_resource(restApiId=api_id, parentId=parent, pathPart=part)["id"]


def _operation(
    gateway: APIGatewayClient, api_id: str, resource_id: str, method: str, operation: Inputs
) -> None:
    gateway.put_method(
        restApiId=api_id, resourceId=resource_id, httpMethod=method, authorizationType="NONE"
    )
    for status, response in operation.nested("responses").items():
        # The API has no place for it.
        response.take("description")
        gateway.put_method_response(
            restApiId=api_id, resourceId=resource_id, httpMethod=method, statusCode=status
        )
    integration = operation.nested("x-amazon-apigateway-integration")
    integration.expect("type", "aws_proxy")
    integration.expect("passthroughBehavior", "when_no_match")
    gateway.put_integration(
        restApiId=api_id,
        resourceId=resource_id,
        httpMethod=method,
        type="AWS_PROXY",
        integrationHttpMethod=integration.take("httpMethod"),
        uri=integration.take("uri"),
        passthroughBehavior="WHEN_NO_MATCH",
    )


def _gateway_response(gateway: APIGatewayClient, api_id: str, kind: str, response: Inputs) -> None:
    parameters: dict[str, str] = response.take("responseParameters")
    for name in parameters:
        _refuse_unless(name.startswith(_HEADER), f"the response parameter {name}")
    templates = response.nested("responseTemplates")
    # API Gateway's API has a string where the document has a number.
    status = {"statusCode": str(response.take("statusCode"))} if response.has("statusCode") else {}
    gateway.put_gateway_response(
        restApiId=api_id,
        responseType=cast("Any", kind),
        responseParameters=parameters,
        responseTemplates={"application/json": templates.take("application/json")},
        **status,
    )


def _refuse_unless(known: bool, what: str) -> None:  # noqa: FBT001
    if not known:
        message = f"the document has {what}, which the provider doesn't know"
        raise RefusedError(message)
