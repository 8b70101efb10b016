"""What the whole program asks for, with both real stack files."""

import importlib
import json
from pathlib import Path
from typing import Any, cast

import pytest
from aws import ACCOUNT, REGION, PretendedAws
from conftest import PROJECT
from engine import UNKNOWN, Program, Properties, Resource, Run, Secret
from stack.archive import ArchiveError
from stack.config import ConfigError

STACKS = ["staging", "prod"]

API = "aws:apigateway/restApi:RestApi"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"
DEPLOYMENT = "aws:apigateway/deployment:Deployment"
FUNCTION = "aws:lambda/function:Function"
LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
PERMISSION = "aws:lambda/permission:Permission"
POLICY = "aws:iam/rolePolicy:RolePolicy"
ROLE = "aws:iam/role:Role"
STAGE = "aws:apigateway/stage:Stage"
SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
TABLE = "aws:dynamodb/table:Table"
THROTTLE = "aws:apigateway/methodSettings:MethodSettings"
TOPIC = "aws:sns/topic:Topic"


@pytest.fixture(scope="module", params=STACKS)
def stack(request: pytest.FixtureRequest) -> str:
    """Return the name of each real stack in turn."""
    return request.param


@pytest.fixture(scope="module")
def run(program: Program, stack: str) -> Run:
    """Return what that stack asks for."""
    return program.run(stack, PretendedAws())


@pytest.fixture(scope="module")
def prod(program: Program) -> Run:
    """Return what prod asks for."""
    return program.run("prod", PretendedAws())


def by_name(run: Run) -> dict[tuple[str, str], Properties]:
    """Return the inputs of each resource."""
    return {(each.kind, each.name): each.inputs for each in run.resources}


def test_two_runs_ask_for_the_same(program: Program, stack: str, run: Run) -> None:
    again = program.run(stack, PretendedAws())
    assert by_name(again) == by_name(run)
    assert again.outputs == run.outputs


def test_a_preview_asks_for_what_the_deployment_does(
    program: Program, stack: str, run: Run
) -> None:
    preview = program.run(stack, PretendedAws(), preview=True)
    deployed = by_name(run)
    assert by_name(preview).keys() == deployed.keys()
    for key, inputs in by_name(preview).items():
        known = {name: value for name, value in inputs.items() if value is not UNKNOWN}
        assert all(_agree(value, deployed[key][name]) for name, value in known.items()), key


def _agree(preview: Any, deployed: Any) -> bool:  # noqa: ANN401 (JSON)
    """Whether a previewed value is the deployed one, apart from what nobody can know yet."""
    if isinstance(preview, dict):
        pairs = cast("Properties", preview)
        return all(_agree(value, deployed[name]) for name, value in pairs.items())
    if isinstance(preview, list):
        return all(map(_agree, cast("list[Any]", preview), deployed))
    return preview is UNKNOWN or preview == deployed


def test_a_failure_within_an_output_fails_the_run(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(arn: str, table: str, *, tracing: bool) -> str:
        message = f"no policy for {arn}, {table}, {tracing}"
        raise ValueError(message)

    monkeypatch.setattr("stack.function.function_policy", broken)
    with pytest.raises(ValueError, match="no policy for"):
        program.run("prod", PretendedAws())


def test_every_resource_that_can_be_tagged_is(run: Run, stack: str) -> None:
    for resource in run.resources:
        if hasattr(_class_of(resource), "tags"):
            assert resource.inputs["tags"] == {"project": "visitor-counter", "stack": stack}
        else:
            assert "tags" not in resource.inputs


def _class_of(resource: Resource) -> object:
    """Return pulumi_aws's class, such as pulumi_aws.lambda_.Function."""
    module, name = resource.kind.removeprefix("aws:").split(":")
    folder = module.split("/")[0]
    package = {"lambda": "lambda_"}.get(folder, folder)
    return getattr(importlib.import_module(f"pulumi_aws.{package}"), name)


def test_everything_belongs_to_a_component(run: Run) -> None:
    parents = {each.parent.removeprefix("visitor-counter:infra:") for each in run.resources}
    assert parents == {"CounterTable", "CounterFunction", "CounterApi", "Monitoring"}


def test_names_tell_the_stacks_apart(program: Program) -> None:
    staging, prod = (program.run(stack, PretendedAws()) for stack in STACKS)
    for kind in (API, FUNCTION, LOG_GROUP, ROLE, TABLE, TOPIC):
        names = [{each.inputs["name"] for each in run.all(kind)} for run in (staging, prod)]
        assert not names[0] & names[1], kind


def test_prod_keeps_table_and_url_and_staging_lets_go_of_all(run: Run, stack: str) -> None:
    protected = {each.kind for each in run.resources if each.protect}
    assert protected == ({TABLE, API} if stack == "prod" else set())
    assert run.one(TABLE).inputs["deletionProtectionEnabled"] is (stack == "prod")


def test_the_table_is_paid_by_the_visit_and_can_be_restored(prod: Run) -> None:
    inputs = prod.one(TABLE).inputs
    assert inputs["billingMode"] == "PAY_PER_REQUEST"
    assert inputs["onDemandThroughput"]["maxWriteRequestUnits"] == 50
    assert inputs["pointInTimeRecovery"] == {"enabled": True}
    # The key that DynamoDB owns.
    assert inputs["serverSideEncryption"] == {"enabled": False}


def test_the_table_is_the_one_that_the_handler_expects(run: Run) -> None:
    inputs = run.one(TABLE).inputs
    assert (inputs["hashKey"], inputs["attributes"]) == ("id", [{"name": "id", "type": "S"}])
    assert "rangeKey" not in inputs


def test_the_function_runs_the_package_on_arm64(run: Run, workspace: Path) -> None:
    inputs = run.one(FUNCTION).inputs
    assert inputs["architectures"] == ["arm64"]
    assert (inputs["runtime"], inputs["handler"]) == ("provided.al2023", "bootstrap")
    package = workspace / "target/lambda/visitor-counter/bootstrap.zip"
    assert inputs["code"]["path"] == str(package)


def test_the_settings_reach_the_handler(program: Program) -> None:
    origins = ["https://example.com", "http://localhost:3000"]
    overrides = {"allowedOrigins": origins, "startCount": 41, "memorySize": 512}
    inputs = program.run("prod", PretendedAws(), overrides).one(FUNCTION).inputs
    assert inputs["environment"]["variables"] == {
        "TABLE_NAME": "visitor-counter-prod",
        "ALLOWED_ORIGINS": "https://example.com,http://localhost:3000",
        "START_COUNT": "41",
    }
    assert inputs["memorySize"] == 512


def test_a_counted_visit_logs_nothing_and_the_rest_goes_to_a_log_that_ends(run: Run) -> None:
    function = run.one(FUNCTION)
    log_group = run.one(LOG_GROUP, "function")
    assert function.inputs["loggingConfig"] == {
        "logGroup": log_group.inputs["name"],
        "logFormat": "JSON",
        "applicationLogLevel": "INFO",
        "systemLogLevel": "WARN",
    }
    assert log_group.inputs["retentionInDays"] > 0


def test_role_and_log_are_there_before_the_function(run: Run) -> None:
    function = run.one(FUNCTION)
    # Log group, role and its policy, all named after their component.
    assert function.dependencies.count("function") == 3
    assert "table" in function.dependencies


def test_no_instance_is_set_aside_unless_the_owner_says_so(program: Program, run: Run) -> None:
    assert "reservedConcurrentExecutions" not in run.one(FUNCTION).inputs
    reserved = program.run("prod", PretendedAws(), {"reservedConcurrency": 5})
    assert reserved.one(FUNCTION).inputs["reservedConcurrentExecutions"] == 5


def test_the_role_is_the_functions_alone_and_has_one_policy_of_its_own(
    run: Run, stack: str
) -> None:
    role = run.one(ROLE)
    assert (
        run.one(FUNCTION).inputs["role"] == f"arn:aws:iam::{ACCOUNT}:role/visitor-counter-{stack}"
    )
    assert "managedPolicyArns" not in role.inputs
    assert run.one(POLICY).inputs["role"] == role.inputs["name"]


def test_the_role_may_count_and_log_in_its_own_stack(run: Run, stack: str) -> None:
    statements = json.loads(run.one(POLICY).inputs["policy"])["Statement"]
    assert {each["Sid"]: each["Resource"] for each in statements} == {
        "Count": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/visitor-counter-{stack}",
        "Log": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/visitor-counter-{stack}:*",
    }


def test_a_boundary_bounds_the_role(program: Program, run: Run) -> None:
    assert "permissionsBoundary" not in run.one(ROLE).inputs
    boundary = "arn:aws:iam::123456789012:policy/boundary"
    bounded = program.run("prod", PretendedAws(), {"permissionsBoundary": boundary})
    assert bounded.one(ROLE).inputs["permissionsBoundary"] == boundary


def test_only_the_settings_switch_tracing_on(program: Program, run: Run) -> None:
    for each, mode in ((run, "PassThrough"), (traced(program), "Active")):
        assert each.one(FUNCTION).inputs["tracingConfig"] == {"mode": mode}
        assert each.one(STAGE).inputs["xrayTracingEnabled"] is (mode == "Active")
        statements = json.loads(each.one(POLICY).inputs["policy"])["Statement"]
        assert ("Trace" in {each["Sid"] for each in statements}) is (mode == "Active")


def traced(program: Program) -> Run:
    """Return a run with tracing."""
    return program.run("prod", PretendedAws(), {"tracing": True})


def test_the_api_is_regional_and_refuses_what_it_does_not_understand(run: Run) -> None:
    inputs = run.one(API).inputs
    assert inputs["endpointConfiguration"] == {"types": "REGIONAL"}
    assert inputs["failOnWarnings"] is True
    body = json.loads(inputs["body"])
    assert body["info"]["title"] == inputs["name"]
    integration = body["paths"]["/visitorcount"]["get"]["x-amazon-apigateway-integration"]
    assert integration["uri"].endswith(f"function:{inputs['name']}/invocations")


def test_each_change_of_the_api_is_deployed(program: Program, run: Run, stack: str) -> None:
    triggers = run.one(DEPLOYMENT).inputs["triggers"]
    assert len(triggers["body"]) == 64
    # Another name, hence another body.
    other = next(each for each in STACKS if each != stack)
    assert program.run(other, PretendedAws()).one(DEPLOYMENT).inputs["triggers"] != triggers


def test_the_stage_is_throttled_as_set_and_not_measured_in_detail(prod: Run) -> None:
    inputs = prod.one(THROTTLE).inputs
    assert inputs["methodPath"] == "*/*"
    assert inputs["stageName"] == prod.one(STAGE).inputs["stageName"] == "prod"
    assert inputs["settings"] == {
        "throttlingRateLimit": 10,
        "throttlingBurstLimit": 50,
        "metricsEnabled": False,
        "loggingLevel": "OFF",
        "dataTraceEnabled": False,
    }


def test_the_access_log_tells_requests_apart_but_not_people(prod: Run) -> None:
    settings = prod.one(STAGE).inputs["accessLogSettings"]
    log_group = prod.one(LOG_GROUP, "api")
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
    run = program.run("prod", PretendedAws(), {"logRetentionDays": 90})
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
    assert sorted(each.inputs["sourceArn"] for each in run.all(PERMISSION)) == [
        f"{arn}/GET/visitorcount",
        f"{arn}/OPTIONS/visitorcount",
    ]


def test_nothing_is_public_but_the_api(run: Run) -> None:
    # What can be called or read from elsewhere, such as a bucket or a function's URL, is none of
    # these types.
    private = {ALARM, DASHBOARD, DEPLOYMENT, FUNCTION, LOG_GROUP, POLICY, ROLE, TABLE, TOPIC}
    assert {each.kind for each in run.resources} <= {API, STAGE, THROTTLE, PERMISSION} | private
    assert "policy" not in run.one(TOPIC).inputs
    for permission in run.all(PERMISSION):
        assert permission.inputs["sourceArn"]
    [trust] = json.loads(run.one(ROLE).inputs["assumeRolePolicy"])["Statement"]
    assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}
    for statement in json.loads(run.one(POLICY).inputs["policy"])["Statement"]:
        assert statement["Resource"] != "*"
        assert not [action for action in statement["Action"] if "*" in action]


def test_staging_has_no_alarms_and_prod_has_all(run: Run, stack: str) -> None:
    names = {each.inputs["name"] for each in run.all(ALARM)}
    assert len(names) == (11 if stack == "prod" else 0)
    assert all(name.startswith("visitor-counter-prod-") for name in names)


def test_every_alarm_tells_the_topic_when_it_begins_and_ends(prod: Run) -> None:
    topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:visitor-counter-prod-alarms"
    for alarm in prod.all(ALARM):
        assert (alarm.inputs["alarmActions"], alarm.inputs["okActions"]) == ([topic], [topic])
        assert alarm.inputs["treatMissingData"] == "notBreaching"
        assert alarm.inputs["evaluationPeriods"] == alarm.inputs["datapointsToAlarm"]


def test_every_alarm_watches_things_that_are_there(prod: Run) -> None:
    there = {
        "ApiName": prod.one(API).inputs["name"],
        "Stage": prod.one(STAGE).inputs["stageName"],
        "FunctionName": prod.one(FUNCTION).inputs["name"],
        "TableName": prod.one(TABLE).inputs["name"],
        "Operation": "UpdateItem",
    }
    for alarm in prod.all(ALARM):
        queries = [each["metric"] for each in alarm.inputs.get("metricQueries", [])[1:]]
        for metric in queries or [alarm.inputs]:
            assert metric["period"] == 60
            assert metric["dimensions"].items() <= there.items()


def test_the_owner_says_what_a_spike_is(program: Program) -> None:
    run = program.run("prod", PretendedAws(), {"visitSpikePerMinute": 7})
    assert run.one(ALARM, "monitoring-visit-spike").inputs["threshold"] == 7


def test_percentiles_of_few_visits_alarm_nobody(prod: Run) -> None:
    percentiles = [each.inputs for each in prod.all(ALARM) if "extendedStatistic" in each.inputs]
    assert {each["metricName"] for each in percentiles} == {"Latency", "Duration"}
    assert {each["evaluateLowSampleCountPercentiles"] for each in percentiles} == {"ignore"}


def test_refused_requests_alarm_only_where_there_is_traffic(prod: Run) -> None:
    [value, metric, requests] = prod.one(ALARM, "monitoring-api-4xx").inputs["metricQueries"]
    assert value["expression"] == "IF(requests >= 20, metric, 0)"
    assert value["returnData"] is True
    assert (metric["id"], metric["metric"]["metricName"]) == ("metric", "4XXError")
    assert (requests["id"], requests["metric"]["metricName"]) == ("requests", "Count")
    assert (metric["metric"]["stat"], requests["metric"]["stat"]) == ("Average", "Sum")
    assert not metric["returnData"]
    assert not requests["returnData"]


@pytest.mark.parametrize("encrypted", [[], ["alarmEmails"]])
def test_addresses_are_told_of_alarms_and_shown_nowhere(
    program: Program, encrypted: list[str]
) -> None:
    emails = ["me@example.com", "you@example.com"]
    run = program.run("prod", PretendedAws(), {"alarmEmails": emails}, secret=encrypted)
    assert [each.inputs["endpoint"] for each in run.all(SUBSCRIPTION)] == [
        Secret(email) for email in emails
    ]
    names = [each.name for each in run.resources]
    assert not [name for name in names if "@" in name]
    assert "example.com" not in json.dumps([each.inputs for each in run.all(ALARM)])


def test_the_topic_has_no_key_of_its_own(run: Run) -> None:
    assert "kmsMasterKeyId" not in run.one(TOPIC).inputs


def test_the_dashboard_shows_the_alarms_there_are(run: Run) -> None:
    body = json.loads(run.one(DASHBOARD).inputs["dashboardBody"])
    shown = [arn for each in body["widgets"] for arn in each["properties"].get("alarms", [])]
    assert len(shown) == len(run.all(ALARM))
    assert {each["properties"].get("region", REGION) for each in body["widgets"]} == {REGION}


def test_it_gives_out_what_its_users_need(run: Run, stack: str) -> None:
    name = f"visitor-counter-{stack}"
    url = f"https://api-id.execute-api.{REGION}.amazonaws.com/{stack}/visitorcount"
    assert run.outputs == {
        "visitorCountUrl": url,
        "tableName": name,
        "functionName": name,
        "alarmTopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:{name}-alarms",
        "dashboardUrl": (
            f"https://{REGION}.console.aws.amazon.com/cloudwatch/home"
            f"?region={REGION}#dashboards/dashboard/{name}"
        ),
    }


def test_config_that_cannot_be_used_is_a_message_and_nothing_is_made(program: Program) -> None:
    with pytest.raises(ConfigError, match="visitor-counter:throttelRate is not a setting"):
        program.run("prod", PretendedAws(), {"throttelRate": 1})


@pytest.mark.parametrize("encrypted", [[], ["alarmEmails"]])
def test_an_address_that_is_wrong_is_not_shown_either(
    program: Program, encrypted: list[str]
) -> None:
    with pytest.raises(ConfigError) as error:
        program.run("prod", PretendedAws(), {"alarmEmails": ["me.example.com"]}, secret=encrypted)
    assert "alarmEmails[0]" in str(error.value)
    assert "me.example.com" not in str(error.value)


def test_a_missing_package_is_a_message(tmp_path: Path) -> None:
    for name in ("Pulumi.yaml", "Pulumi.prod.yaml", "api", "infra"):
        (tmp_path / name).symlink_to(PROJECT / name)
    with pytest.raises(ArchiveError, match="is missing: run `make package`"):
        Program(tmp_path).run("prod", PretendedAws())
