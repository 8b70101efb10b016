"""The document that API Gateway imports."""

import json
from typing import Any

import pytest
import yaml
from openapi_spec_validator import OpenAPIV30SpecValidator
from stack.openapi import body_hash, gateway_document, route_key, routes
from workspace import PROJECT

CONTRACT: dict[str, Any] = yaml.safe_load((PROJECT / "api/openapi.yaml").read_text())
INVOKE_ARN = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/f/invocations"
GATEWAY_RESPONSES = "x-amazon-apigateway-gateway-responses"


def document() -> dict[str, Any]:
    """Return the real contract's document."""
    return gateway_document(CONTRACT, title="visitor-counter-prod", invoke_arn=INVOKE_ARN)


def test_it_is_valid_openapi_3_0_as_the_contract_is() -> None:
    for openapi in (CONTRACT, document()):
        OpenAPIV30SpecValidator(openapi).validate()
        assert openapi["openapi"].startswith("3.0.")


def test_it_has_the_methods_of_the_contract_and_no_others() -> None:
    paths = ["", "/current", "/history", "/badge.svg", "/badge.json"]
    methods = [(method, f"/visitorcount{path}") for path in paths for method in ("GET", "OPTIONS")]
    assert routes(CONTRACT) == methods
    assert routes(document()) == routes(CONTRACT)


@pytest.mark.parametrize(("method", "path"), routes(CONTRACT))
def test_each_method_goes_to_the_function_as_it_came(method: str, path: str) -> None:
    operation = document()["paths"][path][method.lower()]
    assert operation["x-amazon-apigateway-integration"] == {
        "type": "aws_proxy",
        "httpMethod": "POST",
        "uri": INVOKE_ARN,
        "passthroughBehavior": "when_no_match",
    }


def test_nothing_goes_along_that_the_import_could_warn_about() -> None:
    assert document().keys() == {"openapi", "info", "paths", GATEWAY_RESPONSES}
    for path in document()["paths"].values():
        for operation in path.values():
            assert operation.keys() == {"responses", "x-amazon-apigateway-integration"}
            [(status, response)] = operation["responses"].items()
            assert status in ("200", "204")
            assert response.keys() == {"description"}


def test_each_route_has_a_key_of_its_own_and_those_that_count_keep_theirs() -> None:
    keys = [route_key(method, path, "/visitorcount") for method, path in routes(CONTRACT)]
    assert len(set(keys)) == len(keys)
    assert keys[:4] == ["get", "options", "get-current", "options-current"]
    assert "get-badge-svg" in keys


# Type, status, and further headers. Only an answer to a visit that certainly wasn't counted may
# have `Retry-After`.
ANSWERS: list[tuple[str, int | None, dict[str, str]]] = [
    ("DEFAULT_4XX", None, {}),
    ("DEFAULT_5XX", None, {}),
    ("MISSING_AUTHENTICATION_TOKEN", 404, {}),
    ("THROTTLED", 429, {"Retry-After": "'1'"}),
]


def test_the_gateway_answers_by_itself_in_these_cases() -> None:
    assert list(document()[GATEWAY_RESPONSES]) == [kind for kind, _, _ in ANSWERS]


@pytest.mark.parametrize(("kind", "status", "more"), ANSWERS)
def test_its_answers_are_problems_that_pages_can_read(
    kind: str, status: int | None, more: dict[str, str]
) -> None:
    answer = document()[GATEWAY_RESPONSES][kind]
    assert answer.get("statusCode") == (str(status) if status else None)
    headers = {
        name.removeprefix("gatewayresponse.header."): value
        for name, value in answer["responseParameters"].items()
    }
    assert headers == {
        "Access-Control-Allow-Origin": "'*'",
        "Access-Control-Expose-Headers": "'Retry-After'",
        "Cache-Control": "'no-store'",
        "Content-Type": "'application/problem+json'",
        "Vary": "'Origin'",
        **more,
    }
    [(media_type, template)] = answer["responseTemplates"].items()
    assert media_type == "application/json"
    problem = json.loads(template)
    assert problem["type"] == "about:blank"
    assert problem["title"]
    assert problem["detail"]
    assert problem["requestId"] == "$context.requestId"
    assert problem.get("status") == status


def test_a_template_uses_nothing_that_only_vtl_knows() -> None:
    for answer in document()[GATEWAY_RESPONSES].values():
        template = answer["responseTemplates"]["application/json"]
        assert template.replace("$context.requestId", "").count("$") == 0
        assert "#" not in template


def test_any_change_is_another_hash() -> None:
    changed = gateway_document(CONTRACT, title="visitor-counter-prod", invoke_arn="another")
    hashes = [body_hash(json.dumps(each)) for each in (document(), document(), changed)]
    assert hashes[0] == hashes[1] != hashes[2]
