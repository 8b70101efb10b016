"""The resources of the whole program, with both of the tests' stack files."""

import importlib
import json
from pathlib import Path
from typing import Any, cast

import pytest
from aws import ACCOUNT, REGION, PretendedAws
from kinds import (
    ALARM,
    API,
    DASHBOARD,
    DEPLOYMENT,
    FUNCTION,
    LOG_GROUP,
    PERMISSION,
    POLICY,
    ROLE,
    STAGE,
    SUBSCRIPTION,
    TABLE,
    THROTTLE,
    TOPIC,
)
from pulumi_program import UNKNOWN, Program, Properties, Resource, Run
from stack.archive import ArchiveError
from stack.config import ConfigError
from workspace import STACKS, copy_project


def test_two_runs_ask_for_the_same(program: Program, stack: str, run: Run) -> None:
    again = program.run(stack, PretendedAws())
    assert again.inputs() == run.inputs()
    assert again.outputs == run.outputs


def test_a_preview_asks_for_what_the_deployment_does(
    program: Program, stack: str, run: Run
) -> None:
    preview = program.run(stack, PretendedAws(), preview=True)
    deployed = run.inputs()
    assert preview.inputs().keys() == deployed.keys()
    for key, inputs in preview.inputs().items():
        assert _agree(inputs, deployed[key]), key


def _agree(preview: Any, deployed: Any) -> bool:  # noqa: ANN401 (JSON)
    """Whether a previewed value equals the deployed one, apart from unknown values."""
    if isinstance(preview, dict):
        pairs = cast("Properties", preview)
        return pairs.keys() == deployed.keys() and all(
            _agree(value, deployed[name]) for name, value in pairs.items()
        )
    if isinstance(preview, list):
        entries = cast("list[Any]", preview)
        return len(entries) == len(deployed) and all(map(_agree, entries, deployed))
    return preview is UNKNOWN or preview == deployed


def test_a_first_preview_leaves_open_only_what_aws_decides(program: Program) -> None:
    everything = {"alarms": True, "alarmEmails": ["me@example.com"], "accessLogs": True}
    run = program.run("prod", PretendedAws(), everything, preview=True)
    unknown = {
        (each.kind, key)
        for each in run.resources
        for key, value in each.inputs.items()
        if value is UNKNOWN
    }
    assert unknown == {
        # ARNs and ids, and values that contain them.
        (API, "body"),
        (DASHBOARD, "dashboardBody"),
        (DEPLOYMENT, "restApi"),
        (FUNCTION, "role"),
        (PERMISSION, "sourceArn"),
        (POLICY, "policy"),
        (STAGE, "deployment"),
        (STAGE, "restApi"),
        (SUBSCRIPTION, "topic"),
        (THROTTLE, "restApi"),
    }


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


@pytest.mark.parametrize("protect", [True, False])
def test_table_and_url_are_kept_where_they_are_protected(program: Program, protect: bool) -> None:  # noqa: FBT001
    run = program.run("prod", PretendedAws(), {"protect": protect})
    protected = {each.kind for each in run.resources if each.protect}
    assert protected == ({TABLE, API} if protect else set())
    assert run.one(TABLE).inputs["deletionProtectionEnabled"] is protect


def test_nothing_is_public_but_the_api(program: Program, stack: str) -> None:
    run = program.run(stack, PretendedAws(), {"tracing": False, "alarmEmails": []})
    # None of these types can be called or read from outside, unlike a bucket or a function's URL.
    private = {ALARM, DASHBOARD, DEPLOYMENT, FUNCTION, LOG_GROUP, POLICY, ROLE, TABLE, TOPIC}
    assert {each.kind for each in run.resources} <= {API, STAGE, THROTTLE, PERMISSION} | private
    assert "policy" not in run.one(TOPIC).inputs
    for permission in run.all(PERMISSION):
        assert permission.inputs["sourceArn"]
    for statement in json.loads(run.one(POLICY).inputs["policy"])["Statement"]:
        assert "*" not in statement["Resource"]
        assert not [action for action in statement["Action"] if "*" in action]


def test_it_gives_out_what_its_users_need(run: Run, stack: str) -> None:
    name = f"visitor-counter-{stack}"
    url = f"https://api-RestApi.execute-api.{REGION}.amazonaws.com/{stack}/visitorcount"
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


def test_what_its_owner_encrypted_is_not_shown(program: Program) -> None:
    overrides = {"permissionsBoundary": "hidden"}
    with pytest.raises(ConfigError) as error:
        program.run("prod", PretendedAws(), overrides, secret=["permissionsBoundary"])
    assert "permissionsBoundary (secret, not shown)" in str(error.value)
    assert "hidden" not in str(error.value)


def test_writes_that_are_capped_below_the_throttle_are_worth_a_warning(
    program: Program, caplog: pytest.LogCaptureFixture
) -> None:
    program.run("prod", PretendedAws(), {"throttleRate": 10, "maxWritesPerSecond": 9})
    assert "maxWritesPerSecond 9 is less than throttleRate 10" in caplog.text
    caplog.clear()
    program.run("prod", PretendedAws(), {"throttleRate": 10, "maxWritesPerSecond": 10})
    assert "maxWritesPerSecond" not in caplog.text
    pages = {"throttleRate": 10, "maxWritesPerSecond": 19, "pages": ["/"]}
    program.run("prod", PretendedAws(), pages)
    assert "throttleRate 10, of two writes each" in caplog.text


def test_a_missing_package_is_a_message(tmp_path: Path) -> None:
    copy_project(tmp_path)
    with pytest.raises(ArchiveError, match="is missing: run `make package`"):
        Program(tmp_path).run("prod", PretendedAws())
