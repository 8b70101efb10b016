"""Runs the program once for all tests, with each of the tests' stack files."""

import pytest
from aws import PretendedAws
from packaged_program import archive, program, stack
from pulumi_program import Program, Run

__all__ = ["archive", "program", "stack"]


@pytest.fixture(scope="session")
def run(program: Program, stack: str) -> Run:
    """Return the run of that stack."""
    return program.run(stack, PretendedAws())
