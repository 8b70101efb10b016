"""Files that must agree with each other."""

import re
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pulumi_program import Program
from recommended import WATCHED
from stack.alarms import alarms
from stack.function import TIMEOUT_SECONDS
from workspace import PROJECT

# API Gateway waits this long for a function.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
GATEWAY_SECONDS = 29


def locked(file: str) -> dict[str, str]:
    """Return the versions that a lock pins, and check that all have hashes and none an address."""
    text = (PROJECT / file).read_text()
    assert "://" not in text
    pinned: dict[str, str] = {}
    for entry in re.split(r"\n(?=\w)", text)[1:]:
        first, *hashes = entry.split(" \\\n    --hash=sha256:")
        assert hashes, first
        requirement = Requirement(first)
        [pin] = requirement.specifier
        assert pin.operator == "=="
        pinned[canonicalize_name(requirement.name)] = pin.version
    return pinned


def declared() -> dict[str, Requirement]:
    """Return what pyproject.toml asks for."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    requirements = [Requirement(text) for text in project["dependencies"]]
    return {canonicalize_name(each.name): each for each in requirements}


def test_pulumi_installs_what_pyproject_asks_for() -> None:
    pinned = locked("infra/requirements.txt")
    for name, requirement in declared().items():
        assert requirement.specifier.contains(pinned[name]), f"{requirement}: run `make lock`"


def test_what_is_tested_is_what_is_deployed() -> None:
    tested = locked("requirements-dev.txt")
    for name, version in locked("infra/requirements.txt").items():
        assert tested[name] == version, f"{name}: run `make lock`"


def test_the_engine_finds_program_and_packages() -> None:
    project = Program(PROJECT).project
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
