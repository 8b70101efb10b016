"""The REST API in each stack."""

import json
from hashlib import sha256

from aws import ACCOUNT, REGION, PretendedAws
from kinds import API, DEPLOYMENT, LOG_GROUP, PERMISSION, STAGE, THROTTLE
from pulumi_program import Program, Run


def test_the_api_is_regional_and_refuses_what_it_does_not_understand(run: Run) -> None:
    inputs = run.one(API).inputs
    assert inputs["endpointConfiguration"] == {"types": "REGIONAL"}
    assert inputs["failOnWarnings"] is True
    body = json.loads(inputs["body"])
    assert body["info"]["title"] == inputs["name"]
    integration = body["paths"]["/visitorcount"]["get"]["x-amazon-apigateway-integration"]
    assert integration["uri"].endswith(f"function:{inputs['name']}/invocations")


def test_each_change_of_the_api_is_deployed(run: Run) -> None:
    body: str = run.one(API).inputs["body"]
    assert run.one(DEPLOYMENT).inputs == {
        "restApi": "api-RestApi",
        "triggers": {"body": sha256(body.encode()).hexdigest()},
    }


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


def test_without_access_logs_nothing_of_the_account_is_needed(program: Program) -> None:
    run = program.run("prod", PretendedAws(), {"accessLogs": False})
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
