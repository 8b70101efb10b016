"""Turns the public contract into the document that API Gateway imports."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

# A YAML document's values, as PyYAML reads them.
Document = Mapping[str, Any]

_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

# Single quotes mark static values. The gateway can't check a list of origins, and nothing in these
# answers is secret.
_HEADERS = {
    "Access-Control-Allow-Origin": "'*'",
    "Access-Control-Expose-Headers": "'Retry-After'",
    "Cache-Control": "'no-store'",
    "Content-Type": "'application/problem+json'",
    "Vary": "'Origin'",
}


def gateway_document(contract: Document, *, title: str, invoke_arn: str) -> dict[str, Any]:
    """Return the contract's paths and methods with their integration, and the gateway's answers.

    The rest of the contract is left out: the import warns about parts that it doesn't support, and
    every preview would compare the models that it makes. Proxy integration passes each request's
    whole query, so the parameters aren't needed either.

    Args:
        contract: an OpenAPI 3.0 document, free of AWS.
        title: the API's name.
        invoke_arn: the function's ARN in the form that API Gateway calls.

    """
    return {
        "openapi": contract["openapi"],
        "info": {"title": title, "version": contract["info"]["version"]},
        "paths": {
            path: {
                method: _operation(contract, item[method], invoke_arn)
                for method in _METHODS
                if method in item
            }
            for path, item in contract["paths"].items()
        },
        "x-amazon-apigateway-gateway-responses": _gateway_responses(),
    }


def routes(contract: Document) -> list[tuple[str, str]]:
    """Return the contract's methods (in upper case) and paths."""
    return [
        (method.upper(), path)
        for path, item in contract["paths"].items()
        for method in _METHODS
        if method in item
    ]


def route_key(method: str, path: str, counting_path: str) -> str:
    """Return what tells the resources of a route apart, such as get, or get-badge-svg."""
    below = path.removeprefix(counting_path).replace("/", "-").replace(".", "-")
    return f"{method.lower()}{below}"


def body_hash(body: str) -> str:
    """Return a hash that changes if and only if the API must be redeployed."""
    return hashlib.sha256(body.encode()).hexdigest()


def _operation(contract: Document, operation: Document, invoke_arn: str) -> dict[str, Any]:
    # OpenAPI requires a response, and the import refuses `default`.
    status, success = next(
        (status, response)
        for status, response in operation["responses"].items()
        if status.startswith("2")
    )
    if "$ref" in success:
        success = contract["components"]["responses"][success["$ref"].rpartition("/")[2]]
    return {
        "responses": {status: {"description": success["description"]}},
        "x-amazon-apigateway-integration": {
            "type": "aws_proxy",
            # The gateway always calls Lambda with POST.
            "httpMethod": "POST",
            "uri": invoke_arn,
            "passthroughBehavior": "when_no_match",
        },
    }


def _gateway_responses() -> dict[str, Any]:
    """Return the gateway's own answers, in the shape of the handler's problems.

    The templates only replace $context variables: they aren't VTL. DEFAULT_* stand for many
    statuses, so they set none, and their problems have none.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
    """
    return {
        "DEFAULT_4XX": _gateway_response("Client Error", "The gateway refused the request."),
        "DEFAULT_5XX": _gateway_response(
            "Server Error",
            "The counter did not answer. A visit may have been counted. "
            "Send it again only with the same view.",
        ),
        # API Gateway's name for an unknown path or method.
        "MISSING_AUTHENTICATION_TOKEN": _gateway_response(
            "Not Found", "There is nothing here. GET /visitorcount counts a visit.", status=404
        ),
        "THROTTLED": _gateway_response(
            "Too Many Requests",
            "Nothing was counted. Try again in a moment.",
            status=429,
            headers={"Retry-After": "'1'"},
        ),
    }


def _gateway_response(
    title: str, detail: str, status: int | None = None, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    problem = {
        "type": "about:blank",
        "title": title,
        **({"status": status} if status else {}),
        "detail": detail,
        "requestId": "$context.requestId",
    }
    all_headers = _HEADERS | dict(headers or {})
    return {
        **({"statusCode": str(status)} if status else {}),
        "responseParameters": {
            f"gatewayresponse.header.{name}": value for name, value in all_headers.items()
        },
        "responseTemplates": {"application/json": json.dumps(problem)},
    }
