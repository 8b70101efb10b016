"""What may change unasked in the document from which API Gateway imports the API."""

import copy
import json
import re
from typing import Any

import pytest
from previews import API, SIGNATURE, THROTTLE, Json, created, deployed, edited, refused

PROD = deployed()
BODY: Json = json.loads(
    next(each for each in PROD if f"{API}::" in each["urn"])["newState"]["inputs"]["body"]
)
INTEGRATION = "x-amazon-apigateway-integration"
OWN: Json = BODY["paths"]["/visitorcount"]["get"]
MOCK: Json = {
    "responses": {
        "204": {
            "description": "No content",
            "headers": {"Access-Control-Allow-Origin": {"schema": {"type": "string"}}},
        }
    },
    INTEGRATION: {
        "type": "mock",
        "passthroughBehavior": "when_no_match",
        "requestTemplates": {"application/json": '{"statusCode": 204}'},
        "responses": {
            "default": {
                "statusCode": "204",
                "responseParameters": {"method.response.header.Access-Control-Allow-Origin": "'*'"},
                "responseTemplates": {"application/json": '{"nothing": "here"}'},
            }
        },
    },
}
ANSWER = f"{INTEGRATION}.responses.default"


def is_refused(*steps: Json) -> bool:
    """Tell whether the document's change is refused, and nothing else."""
    needed = refused(*steps)
    return bool(needed) and all(re.match(r"body\b", each) for each in needed)


def with_body(body: object) -> list[Json]:
    return edited(PROD, API, "body", body if isinstance(body, str) else json.dumps(body))


def put(document: Json, path: str, value: object) -> Json:
    """Return a copy with another value at a path, whose keys have no dots."""
    found = copy.deepcopy(document)
    *keys, last = path.split(".")
    place: Any = found
    for key in keys:
        place = place.setdefault(key, {})
    place[last] = value
    return found


def in_path(item: object, path: str = "/more") -> list[Json]:
    return with_body({**BODY, "paths": {**BODY["paths"], path: item}})


@pytest.mark.parametrize(
    "body",
    [
        put(BODY, "info.version", "9.9"),
        put(BODY, "info.description", "Counts."),
        put(BODY, "paths./visitorcount.get.responses.200.description", "Better words"),
        put(BODY, "paths./visitorcount.get.summary", "Counts a visit"),
        json.dumps(BODY, indent=2, sort_keys=True),
    ],
)
def test_texts_may_change(body: object) -> None:
    assert refused(*with_body(body)) == []


@pytest.mark.parametrize(
    "item",
    [
        {"get": OWN},
        {"get": OWN, "options": MOCK},
        {"post": MOCK},
        {"get": put(MOCK, f"{ANSWER}.responseTemplates.application/json", "{}")},
    ],
)
def test_a_new_path_may_lead_to_the_own_function_or_a_mock(item: Json) -> None:
    assert refused(*in_path(item)) == []


def test_a_new_path_gets_a_throttle_and_no_other_path_another_one() -> None:
    steps = in_path({"get": OWN})
    inputs: Json = {
        "restApi": "api-RestApi",
        "stageName": "prod",
        "methodPath": "~1more/GET",
        "settings": {"throttlingRateLimit": 10, "throttlingBurstLimit": 20},
    }
    needed: list[tuple[str, object, list[str]]] = [
        ("stageName", "prod", []),
        ("methodPath", "~1visitorcount/GET", ["methodPath"]),
        ("methodPath", "visitorcount/GET", ["methodPath"]),
        ("methodPath", "*/*", ["methodPath"]),
        ("methodPath", "~1visitorcount~1current/GET", ["methodPath"]),
        ("methodPath", ["~1more/GET"], ["methodPath"]),
        ("restApi", "other", ["restApi"]),
        ("settings.throttlingRateLimit", 51, ["settings.throttlingRateLimit"]),
        ("settings.throttlingBurstLimit", None, ["settings.throttlingBurstLimit"]),
    ]
    for path, value, found in needed:
        assert refused(*created(steps, THROTTLE, put(inputs, path, value))) == found


PROXY: Json = {"type": "http_proxy", "httpMethod": "GET", "uri": "https://evil.example"}
TEMPLATE = "a.responseTemplates.application/json"
REDIRECT: Json = {
    "statusCode": "302",
    "responseParameters": {"method.response.header.Location": "'https://evil.example'"},
}


@pytest.mark.parametrize(
    "item",
    [
        put(OWN, INTEGRATION, PROXY),
        put(OWN, INTEGRATION, {**PROXY, "type": "mock", "requestTemplates": {}}),
        put(OWN, f"{INTEGRATION}.uri", OWN[INTEGRATION]["uri"].replace("prod", "other")),
        put(OWN, f"{INTEGRATION}.uri", OWN[INTEGRATION]["uri"].replace("123456789012", "9" * 12)),
        put(OWN, f"{INTEGRATION}.uri", "${stageVariables.uri}"),
        put(OWN, f"{INTEGRATION}.type", "aws"),
        put(OWN, f"{INTEGRATION}.credentials", "arn:aws:iam::123456789012:role/x"),
        put(OWN, f"{INTEGRATION}.connectionId", "x"),
        put(OWN, f"{INTEGRATION}.requestParameters", {"integration.request.header.Host": "'x'"}),
        put(OWN, "security", [{"key": ["x"]}]),
        put(OWN, "servers", [{"url": "https://evil.example"}]),
        put(OWN, "x-amazon-apigateway-auth", {"type": "NONE"}),
        put(OWN, "responses.200.x-amazon-apigateway-integration", PROXY),
        put(OWN, "responses.200.$ref", "https://evil.example"),
        put(
            MOCK, f"{INTEGRATION}.requestTemplates.application/json", '{"statusCode": 200, "x": 1}'
        ),
        put(MOCK, f"{INTEGRATION}.requestTemplates.application/json", "#set($x = 1)"),
        # Templates run code, also in a text of JSON.
        put(
            MOCK,
            f"{INTEGRATION}.requestTemplates.application/json",
            '{"statusCode": "#if($input)302#end"}',
        ),
        *(
            put(MOCK, f"{ANSWER}.responseTemplates.application/json", each)
            for each in (
                '{"ip": "$context.identity.sourceIp"}',
                # These say nothing to a reader of JSON, or to the engine.
                '{"$context.identity.sourceIp": null}',
                '{"__defaults": "$context.identity.sourceIp"}',
                f'{{"{SIGNATURE}": "x", "path": "$context.identity.sourceIp"}}',
                '["\\u0024input.body"]',
                '{"#set($context.responseOverride.status = 302)": 1}',
            )
        ),
        put(
            MOCK,
            f"{ANSWER}.responseParameters",
            {"method.response.header.Access-Control-Allow-credentials": "'true'"},
        ),
        put(MOCK, f"{INTEGRATION}.responses", {f"{TEMPLATE}|2.*": REDIRECT}),
        put(MOCK, f"{INTEGRATION}.uri", "https://evil.example"),
        put(MOCK, f"{ANSWER}.statusCode", "302"),
        put(MOCK, f"{ANSWER}.responseTemplates", {"text/html": "<script>"}),
        put(MOCK, f"{ANSWER}.responseTemplates", {"application/json, text/html": "<script>"}),
        put(
            MOCK, f"{ANSWER}.responseParameters", {"method.response.header.Location": "'https://x'"}
        ),
        put(MOCK, f"{ANSWER}.responseParameters", {"method.response.header.Vary": "integration.x"}),
        put(
            MOCK,
            f"{ANSWER}.responseParameters",
            {"method.response.header.Vary": "'x\r\nLocation: https://evil.example'"},
        ),
        put(MOCK, f"{ANSWER}.contentHandling", "CONVERT_TO_BINARY"),
    ],
)
def test_a_new_path_that_leads_elsewhere_needs_an_entry(item: Json) -> None:
    assert is_refused(*in_path({"get": item}))
    assert is_refused(*in_path({"get": OWN, "options": item}))


@pytest.mark.parametrize(
    "path", ["/{proxy+}", "/a b", "more", "/", "/more/*", "/\N{CYRILLIC SMALL LETTER A}", '/a"b']
)
def test_a_new_path_is_a_plain_one(path: str) -> None:
    assert is_refused(*in_path({"get": OWN}, path))


@pytest.mark.parametrize("dot", [".", "-", '"."'])
def test_a_new_path_may_have_dots_that_are_no_steps_into_the_document(dot: str) -> None:
    assert refused(*in_path({"get": OWN}, "/more.get/badge.svg")) == []
    path = f"/a.get.{INTEGRATION}.responses.{TEMPLATE}".replace(".", dot)
    assert is_refused(*in_path({"get": put(OWN, INTEGRATION, PROXY)}, path))


@pytest.mark.parametrize(
    "item",
    [
        *({}, [], {"x-amazon-apigateway-any-method": OWN}, {"$ref": "#/paths/x"}),
        *({"get": OWN, "parameters": []}, {"trace": OWN}, {"GET": OWN}),
    ],
)
def test_a_new_path_has_methods_and_nothing_else(item: object) -> None:
    assert is_refused(*in_path(item))


@pytest.mark.parametrize(
    "body",
    [
        put(BODY, "paths./visitorcount.get", put(OWN, INTEGRATION, PROXY)),
        put(BODY, f"paths./visitorcount.get.{INTEGRATION}.uri", "other"),
        put(BODY, f"paths./visitorcount.get.{INTEGRATION}.passthroughBehavior", "never"),
        put(BODY, f"paths./visitorcount.get.{INTEGRATION}.description", "text"),
        put(BODY, "paths./visitorcount.x-amazon-apigateway-any-method", OWN),
        put(BODY, "paths./visitorcount.post", OWN),
        put(BODY, "paths./visitorcount.post", {"description": "No integration"}),
        put(BODY, "components.more.description", "text"),
        put(BODY, "paths./description", {}),
        put(BODY, "apiversion", "1"),
        put(BODY, "paths./visitorcount.get.responses.299.description", "text"),
        put(BODY, "paths./visitorcount.get.responses.200.description", {"x": "y"}),
        put(BODY, "x-amazon-apigateway-gateway-responses.THROTTLED.statusCode", "200"),
        put(BODY, "x-amazon-apigateway-gateway-responses.THROTTLED.description", "text"),
        put(BODY, "x-amazon-apigateway-policy", {"Statement": []}),
        put(
            BODY, "x-amazon-apigateway-endpoint-configuration", {"disableExecuteApiEndpoint": True}
        ),
        put(BODY, "x-amazon-apigateway-binary-media-types", ["*/*"]),
        put(BODY, "components.securitySchemes.x", {"type": "apiKey"}),
        put(BODY, "security", [{"key": ["x"]}]),
        put(BODY, "servers", [{"url": "https://evil.example"}]),
        put(BODY, "info.title", "another-api"),
        put(BODY, "openapi", "3.1.0"),
        put(BODY, "paths", {}),
        {**BODY, "paths": {"/visitorcount": BODY["paths"]["/visitorcount"]}},
        # Readers may not agree on which of the two counts.
        json.dumps(BODY)[:-1] + f', "paths": {json.dumps(BODY["paths"])}}}',
        *("", "{", "[]", "null", '"x"', "[secret]"),
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
    ],
)
def test_everything_else_of_the_document_needs_an_entry(body: object) -> None:
    assert is_refused(*with_body(body))


@pytest.mark.parametrize(
    "integration", [PROXY, put(OWN, f"{INTEGRATION}.uri", "another")[INTEGRATION]]
)
def test_a_new_path_doesnt_lead_elsewhere_because_an_old_one_does(integration: Json) -> None:
    before = put(BODY, "paths./elsewhere", {"get": {**OWN, INTEGRATION: integration}})
    steps = with_body(put(before, "paths./more", {"get": {**OWN, INTEGRATION: integration}}))
    api = next(each for each in steps if f"{API}::" in each["urn"])
    api["oldState"]["inputs"]["body"] = json.dumps(before)
    assert is_refused(*steps)


def test_a_document_is_never_taken_away_nor_put_where_none_was() -> None:
    assert is_refused(*edited(PROD, API, "body", None))
    steps = with_body(BODY)
    api = next(each for each in steps if f"{API}::" in each["urn"])
    del api["oldState"]["inputs"]["body"], api["oldState"]["outputs"]["body"]
    assert is_refused(*steps)
