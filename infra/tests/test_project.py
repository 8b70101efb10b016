"""Files that must agree with each other."""

import re

from pulumi_program import Program
from recommended import WATCHED
from stack.alarms import alarms
from stack.function import TIMEOUT_SECONDS
from workspace import PROJECT, project_copy

# API Gateway's timeout for a function.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
GATEWAY_SECONDS = 29


def test_the_engine_finds_program_and_packages() -> None:
    project = Program(project_copy()).project
    assert project["runtime"] == {
        "name": "python",
        "options": {"toolchain": "pip", "virtualenv": ".venv"},
    }
    assert (PROJECT / project["main"] / "__main__.py").exists()


def test_the_function_outlives_the_handlers_own_limit_but_not_the_gateways() -> None:
    source = (PROJECT / "handler/src/dynamodb.rs").read_text()
    [limit] = re.findall(r"OPERATION_LIMIT: Duration = Duration::from_secs\((\d+)\)", source)
    assert int(limit) < TIMEOUT_SECONDS < GATEWAY_SECONDS


def test_the_operations_manual_has_a_section_for_each_alarm() -> None:
    manual = (PROJECT / "docs/operations.md").read_text()
    sections = re.findall(r"^### (.*)$", manual, re.MULTILINE)
    assert sorted(sections) == sorted(alarm.key for alarm in alarms(WATCHED))
