"""The REST API in each stack."""

import json
from hashlib import sha256

import pytest
from aws import ACCOUNT, REGION, PretendedAws
from kinds import (
    API,
    DEPLOYMENT,
    GATEWAY_ACCOUNT,
    LOG_GROUP,
    PERMISSION,
    STAGE,
    THROTTLE,
    WEB_ACL_ASSOCIATION,
)
from pulumi_program import Program, Run
from stack.config import ConfigError
from workspace import STACKS


def test_the_api_is_regional_and_refuses_what_it_does_not_understand(run: Run) -> None:
    inputs = run.one(API).inputs
    assert inputs["endpointConfiguration"] == {"types": "REGIONAL"}
    assert inputs["failOnWarnings"] is True
    body = json.loads(inputs["body"])
    assert body["info"]["title"] == inputs["name"]
    integration = body["paths"]["/visitorcount"]["get"]["x-amazon-apigateway-integration"]
    assert integration["uri"].endswith(f"function:{inputs['name']}/invocations")


def test_the_api_refuses_tls_below_1_2(run: Run) -> None:
    inputs = run.one(API).inputs
    assert inputs["securityPolicy"] == "TLS_1_2"
    # Only the policies that begin with SecurityPolicy_ have one.
    assert "endpointAccessMode" not in inputs


def test_each_change_of_the_api_is_deployed(run: Run) -> None:
    body: str = run.one(API).inputs["body"]
    assert run.one(DEPLOYMENT).inputs == {
        "restApi": "api-RestApi",
        "triggers": {
            "body": sha256(body.encode()).hexdigest(),
            "securityPolicy": run.one(API).inputs["securityPolicy"],
            "ownUrl": "true",
        },
    }


def test_a_web_acl_looks_at_the_requests_of_the_stage(program: Program) -> None:
    arn = f"arn:aws:wafv2:{REGION}:{ACCOUNT}:regional/webacl/flood/0f1e2d3c"
    run = program.run("prod", PretendedAws(), {"webAclArn": arn})
    assert run.one(WEB_ACL_ASSOCIATION).inputs == {
        "resourceArn": f"arn:aws:apigateway:{REGION}::/restapis/api-RestApi/stages/prod",
        "webAclArn": arn,
    }


def test_no_web_acl_is_needed(run: Run) -> None:
    assert not run.all(WEB_ACL_ASSOCIATION)


def test_the_stage_shows_what_was_deployed(run: Run, stack: str) -> None:
    inputs = run.one(STAGE).inputs
    assert inputs["restApi"] == "api-RestApi"
    assert inputs["deployment"] == "api-Deployment"
    assert inputs["stageName"] == stack


def test_each_path_is_throttled_as_set_never_cached_and_not_measured_in_detail(
    program: Program,
) -> None:
    limits = {"throttleRate": 7, "throttleBurst": 9, "readThrottleRate": 5, "readThrottleBurst": 6}
    run = program.run("prod", PretendedAws(), limits)
    below = ("current", "history", "badge.svg", "badge.json")
    reading = {
        f"~1visitorcount~1{path}/{method}": (5, 6)
        for path in below
        for method in ("GET", "OPTIONS")
    }
    throttles = {each.inputs["methodPath"]: each.inputs for each in run.all(THROTTLE)}
    assert throttles.keys() == {"*/*", *reading}
    for path, (rate, burst) in {"*/*": (7, 9), **reading}.items():
        assert throttles[path] == {
            "restApi": "api-RestApi",
            "stageName": "prod",
            "methodPath": path,
            "settings": {
                "throttlingRateLimit": rate,
                "throttlingBurstLimit": burst,
                "cachingEnabled": False,
                "metricsEnabled": False,
            },
        }


def test_the_access_log_tells_requests_apart_but_not_people(program: Program) -> None:
    run = program.run("prod", PretendedAws(), {"accessLogs": True})
    settings = run.one(STAGE).inputs["accessLogSettings"]
    log_group = run.one(LOG_GROUP, "api")
    assert settings["destinationArn"].endswith(log_group.inputs["name"])
    line = json.loads(settings["format"])
    assert "\n" not in settings["format"]
    assert set(line.values()) == {
        "$context.requestId",
        "$context.requestTimeEpoch",
        "$context.httpMethod",
        "$context.resourcePath",
        "$context.status",
        "$context.error.responseType",
        "$context.responseLatency",
        "$context.integration.status",
        "$context.integration.latency",
    }


def test_logs_are_kept_as_long_as_the_owner_says(program: Program) -> None:
    run = program.run("prod", PretendedAws(), {"logRetentionDays": 90, "accessLogs": True})
    kept = {each.name: each.inputs["retentionInDays"] for each in run.all(LOG_GROUP)}
    assert kept == {"function": 90, "api": 90}


@pytest.mark.parametrize("preview", [True, False])
@pytest.mark.parametrize("stack", STACKS)
def test_without_api_gateways_log_role_the_access_log_is_refused_with_what_to_do(
    program: Program, stack: str, *, preview: bool
) -> None:
    without = PretendedAws(log_role=None)
    with pytest.raises(ConfigError, match=r"no role for logs .* Deploy the account's program"):
        program.run(stack, without, {"accessLogs": True}, preview=preview)


@pytest.mark.parametrize("preview", [True, False])
def test_aws_is_asked_for_the_log_role_alone_and_with_access_logs_only(
    program: Program, *, preview: bool
) -> None:
    with_logs = program.run("prod", PretendedAws(), {"accessLogs": True}, preview=preview)
    assert with_logs.reads == (GATEWAY_ACCOUNT,)
    without_role = PretendedAws(log_role=None)
    assert not program.run("prod", without_role, {"accessLogs": False}, preview=preview).reads


def test_without_access_logs_nothing_of_the_account_is_needed(program: Program) -> None:
    run = program.run("prod", PretendedAws(log_role=None), {"accessLogs": False})
    assert "accessLogSettings" not in run.one(STAGE).inputs
    assert [each.name for each in run.all(LOG_GROUP)] == ["function"]


def test_only_this_apis_stage_methods_and_path_may_call_the_function(run: Run, stack: str) -> None:
    arn = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:a1b2c3d4e5/{stack}"
    for permission in run.all(PERMISSION):
        assert permission.inputs["principal"] == "apigateway.amazonaws.com"
        assert permission.inputs["action"] == "lambda:InvokeFunction"
        assert permission.inputs["function"] == f"visitor-counter-{stack}"
    paths = ["", "/badge.json", "/badge.svg", "/current", "/history"]
    assert sorted(each.inputs["sourceArn"] for each in run.all(PERMISSION)) == [
        f"{arn}/{method}/visitorcount{path}" for method in ("GET", "OPTIONS") for path in paths
    ]
