"""The program with both of the tests' stack files, run once for all tests."""

import pytest
from aws import PretendedAws
from packaged_program import archive, program, stack
from pulumi_program import Program, Run

__all__ = ["archive", "program", "stack"]


@pytest.fixture(scope="session")
def run(program: Program, stack: str) -> Run:
    """Return what that stack asks for."""
    return program.run(stack, PretendedAws())
