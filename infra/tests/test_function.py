"""The function in each stack, its role and its log."""

import json
from pathlib import Path

import pytest
from aws import ACCOUNT, REGION, PretendedAws
from kinds import FUNCTION, LOG_GROUP, POLICY, ROLE, STAGE
from pulumi_program import Program, Run
from stack.function import TIMEOUT_SECONDS


def test_the_function_runs_the_package_on_arm64(run: Run, archive: Path) -> None:
    inputs = run.one(FUNCTION).inputs
    assert inputs["architectures"] == ["arm64"]
    assert inputs["timeout"] == TIMEOUT_SECONDS
    assert (inputs["runtime"], inputs["handler"]) == ("provided.al2023", "bootstrap")
    assert inputs["code"]["path"] == str(archive)


def test_the_settings_reach_the_handler(program: Program) -> None:
    origins = ["https://example.com", "http://localhost:3000"]
    overrides = {"allowedOrigins": origins, "startCount": 41, "memorySize": 512}
    overrides |= {"countCrawlers": True, "historyDays": 7, "pages": ["/", "/blog/*"]}
    inputs = program.run("prod", PretendedAws(), overrides).one(FUNCTION).inputs
    assert inputs["environment"]["variables"] == {
        "TABLE_NAME": "visitor-counter-prod",
        "ALLOWED_ORIGINS": "https://example.com,http://localhost:3000",
        "COUNT_CRAWLERS": "true",
        "HISTORY_DAYS": "7",
        "PAGES": "/,/blog/*",
        "START_COUNT": "41",
        "GLIBC_TUNABLES": "glibc.malloc.tcache_count=127",
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


def test_no_instance_is_set_aside_unless_the_owner_says_so(program: Program) -> None:
    free = program.run("prod", PretendedAws(), {"reservedConcurrency": -1})
    assert "reservedConcurrentExecutions" not in free.one(FUNCTION).inputs
    reserved = program.run("prod", PretendedAws(), {"reservedConcurrency": 5})
    assert reserved.one(FUNCTION).inputs["reservedConcurrentExecutions"] == 5


def test_the_role_is_the_functions_alone_and_has_one_policy_of_its_own(
    run: Run, stack: str
) -> None:
    role = run.one(ROLE)
    assert (
        run.one(FUNCTION).inputs["role"] == f"arn:aws:iam::{ACCOUNT}:role/visitor-counter-{stack}"
    )
    [trust] = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    assert trust == {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    assert "managedPolicyArns" not in role.inputs
    assert run.one(POLICY).inputs["role"] == role.inputs["name"]


def test_the_role_may_count_and_log_in_its_own_stack(program: Program, stack: str) -> None:
    run = program.run(stack, PretendedAws(), {"tracing": False})
    statements = json.loads(run.one(POLICY).inputs["policy"])["Statement"]
    assert {each["Sid"]: each["Resource"] for each in statements} == {
        "Count": [f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/visitor-counter-{stack}"],
        "Log": [f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/aws/lambda/visitor-counter-{stack}:*"],
    }


def test_a_boundary_bounds_the_role(program: Program) -> None:
    unbounded = program.run("prod", PretendedAws(), {"permissionsBoundary": ""})
    assert "permissionsBoundary" not in unbounded.one(ROLE).inputs
    boundary = "arn:aws:iam::123456789012:policy/boundary"
    bounded = program.run("prod", PretendedAws(), {"permissionsBoundary": boundary})
    assert bounded.one(ROLE).inputs["permissionsBoundary"] == boundary


@pytest.mark.parametrize("tracing", [True, False])
def test_tracing_is_switched_on_and_off_everywhere_at_once(program: Program, tracing: bool) -> None:  # noqa: FBT001
    run = program.run("prod", PretendedAws(), {"tracing": tracing})
    assert run.one(FUNCTION).inputs["tracingConfig"] == {
        "mode": "Active" if tracing else "PassThrough"
    }
    assert run.one(STAGE).inputs["xrayTracingEnabled"] is tracing
    statements = json.loads(run.one(POLICY).inputs["policy"])["Statement"]
    assert ("Trace" in {each["Sid"] for each in statements}) is tracing
