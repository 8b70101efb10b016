"""The provider refuses unknown types and inputs: a skipped one would seem to work."""

import json
from typing import Any

import pytest
import yaml
from pulumi_program import Properties
from stack.openapi import gateway_document
from workspace import PROJECT

from emulator.clients import Clients
from emulator.document import import_document
from emulator.inputs import RefusedError
from emulator.provider import EmulatedAws

PATH = ("paths", "/visitorcount")
RESPONSES = "x-amazon-apigateway-gateway-responses"


def test_an_unknown_type_is_refused(aws: Clients) -> None:
    with pytest.raises(RefusedError, match="aws:s3/bucket:Bucket"):
        EmulatedAws(aws).create("aws:s3/bucket:Bucket", "pages", {})


@pytest.mark.parametrize(
    ("unknown", "named"),
    [
        ({"ttl": {"enabled": True}}, "ttl"),
        ({"pointInTimeRecovery": {"enabled": True, "recoveryPeriodInDays": 7}}, "recoveryPeriod"),
        ({"serverSideEncryption": {"enabled": True}}, "enabled True"),
    ],
)
def test_an_unknown_input_is_refused(aws: Clients, unknown: Properties, named: str) -> None:
    inputs: Properties = {
        "name": f"refused-{named[:3]}",
        "hashKey": "id",
        "billingMode": "PAY_PER_REQUEST",
        "attributes": [{"name": "id", "type": "S"}],
        "onDemandThroughput": {"maxWriteRequestUnits": 1.0},
        "pointInTimeRecovery": {"enabled": True},
        "serverSideEncryption": {"enabled": False},
        "deletionProtectionEnabled": False,
        "tags": {},
    }
    with pytest.raises(RefusedError, match=named):
        EmulatedAws(aws).create("aws:dynamodb/table:Table", "table", inputs | unknown)


def test_what_would_be_overwritten_is_refused(aws: Clients) -> None:
    provider = EmulatedAws(aws)
    inputs: Properties = {"name": "shared", "displayName": "Shared", "tags": {}}
    provider.create("aws:sns/topic:Topic", "alarms", inputs)
    with pytest.raises(RefusedError, match="twice"):
        provider.create("aws:sns/topic:Topic", "alarms", inputs)


@pytest.mark.parametrize(
    "place",
    [
        (),
        ("info",),
        PATH,
        (*PATH, "get"),
        (*PATH, "get", "responses", "200"),
        (*PATH, "get", "x-amazon-apigateway-integration"),
        (RESPONSES, "THROTTLED"),
        (RESPONSES, "THROTTLED", "responseParameters"),
        (RESPONSES, "THROTTLED", "responseTemplates"),
    ],
)
def test_an_unknown_key_of_the_document_is_refused(aws: Clients, place: tuple[str, ...]) -> None:
    contract = yaml.safe_load((PROJECT / "api/openapi.yaml").read_text())
    document: Any = gateway_document(contract, title="refused", invoke_arn="")
    part = document
    for key in place:
        part = part[key]
    part["unknown"] = "value"
    api_id = aws.apigateway.create_rest_api(name="refused")["id"]
    with pytest.raises(RefusedError, match="unknown"):
        import_document(aws.apigateway, api_id, json.dumps(document))
