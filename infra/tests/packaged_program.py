"""The stacks' program with a package that is never run, and the stacks."""

from pathlib import Path

import pytest
from pulumi_program import Program
from workspace import STACKS, copy_project, package


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the package in a copy of the project."""
    folder = tmp_path_factory.mktemp("workspace")
    copy_project(folder)
    return package(folder, b"a program")


@pytest.fixture(scope="session")
def program(archive: Path) -> Program:
    """Return the project's program, in that copy."""
    return Program(archive.parents[3])


@pytest.fixture(scope="session", params=STACKS)
def stack(request: pytest.FixtureRequest) -> str:
    """Return the name of each stack in turn."""
    return request.param
