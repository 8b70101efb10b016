"""The real program with both real stack files, run once for all tests."""

from pathlib import Path

import pytest
from aws import PretendedAws
from engine import Program, Run
from workspace import STACKS, copy_project, package


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the package in a copy of the project. It is never run."""
    folder = tmp_path_factory.mktemp("workspace")
    copy_project(folder)
    return package(folder, b"a program")


@pytest.fixture(scope="session")
def program(archive: Path) -> Program:
    """Return the project's program, in that copy."""
    return Program(archive.parents[3])


@pytest.fixture(scope="session", params=STACKS)
def stack(request: pytest.FixtureRequest) -> str:
    """Return the name of each real stack in turn."""
    return request.param


@pytest.fixture(scope="session")
def run(program: Program, stack: str) -> Run:
    """Return what that stack asks for."""
    return program.run(stack, PretendedAws())
