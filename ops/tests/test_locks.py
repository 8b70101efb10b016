"""The lock files have the packages of their use, and agree."""

import re
import sys
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from counter_ops.project import PROJECT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PYPROJECT: dict[str, Any] = tomllib.loads((PROJECT / "pyproject.toml").read_text())
GROUPS: dict[str, list[str | dict[str, str]]] = PYPROJECT["dependency-groups"]

# From the packages of `pulumi up` to those of developers.
LOCKS = {
    "infra/requirements.txt": (),
    "account/requirements.txt": ("account",),
    "ops/requirements.txt": ("ops",),
    "requirements-dev.txt": ("account", "ops", "dev"),
}

# Only commands of developers import these, so they are in `dev`.
DEVELOPERS_MODULES = {"boto3", "botocore", "cyclonedx", "packageurl", "rich"}

_MODULES = {"pyyaml": "yaml"}


def locked(file: str) -> dict[str, str]:
    """Return the versions that a lock pins. All must have hashes, and none a URL."""
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


def declared(groups: tuple[str, ...]) -> Iterator[Requirement]:
    """Return the requirements in pyproject.toml: the dependencies, and those of some groups."""
    yield from map(Requirement, PYPROJECT["project"]["dependencies"])
    for group in groups:
        yield from (Requirement(text) for text in GROUPS[group] if isinstance(text, str))


@pytest.mark.parametrize(("lock", "groups"), LOCKS.items(), ids=LOCKS)
def test_a_lock_has_what_pyproject_asks_for(lock: str, groups: tuple[str, ...]) -> None:
    pinned = locked(lock)
    for requirement in declared(groups):
        version = pinned[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), f"{requirement}: run `make lock`"


@pytest.mark.parametrize(
    ("smaller", "larger"),
    [
        ("infra/requirements.txt", "account/requirements.txt"),
        ("account/requirements.txt", "requirements-dev.txt"),
        ("infra/requirements.txt", "ops/requirements.txt"),
        ("ops/requirements.txt", "requirements-dev.txt"),
    ],
)
def test_what_is_tested_is_what_deploys_and_what_is_deployed(smaller: str, larger: str) -> None:
    assert locked(smaller).items() <= locked(larger).items(), "run `make lock`"


def test_only_the_accounts_program_reaches_github() -> None:
    # The engine downloads a provider for each such package, in workflows beside the role.
    having = [lock for lock in LOCKS if "pulumi-github" in locked(lock)]
    assert having == ["account/requirements.txt", "requirements-dev.txt"]


def test_nothing_that_tests_or_builds_is_installed_beside_a_role() -> None:
    names = locked("ops/requirements.txt").keys()
    others = {canonicalize_name(each.name) for each in declared(("dev",))} - {
        canonicalize_name(each.name) for each in declared(("ops",))
    }
    # A dependency of a deployment may need it as well.
    assert names & others == {"packaging"}


def test_the_command_line_imports_nothing_that_is_not_declared() -> None:
    sources = (PROJECT / "ops/counter_ops").rglob("*.py")
    imported = {
        module
        for path in sources
        for module in re.findall(r"^(?:from|import) (\w+)", path.read_text(), re.MULTILINE)
    }
    declared_modules = {_MODULES.get(each.name, each.name) for each in declared(("ops",))}
    own = {"counter_ops", "stack"}
    unknown = imported - own - declared_modules - DEVELOPERS_MODULES
    assert unknown <= set(sys.stdlib_module_names)
