"""What the whole program asks for, with both real stack files."""

import pytest
from aws import PretendedAws
from engine import Program, Run

STACKS = ["staging", "prod"]


@pytest.fixture(scope="session", params=STACKS)
def stack(request: pytest.FixtureRequest) -> str:
    """Return the name of each real stack in turn."""
    return request.param


@pytest.fixture(scope="session")
def run(program: Program, stack: str) -> Run:
    """Return what that stack asks for."""
    return program.run(stack, PretendedAws())


def test_two_runs_ask_for_the_same(program: Program, stack: str, run: Run) -> None:
    again = program.run(stack, PretendedAws())
    assert _by_name(again) == _by_name(run)
    assert again.outputs == run.outputs


def test_a_preview_asks_for_what_the_deployment_does(
    program: Program, stack: str, run: Run
) -> None:
    preview = program.run(stack, PretendedAws(), preview=True)
    assert _by_name(preview).keys() == _by_name(run).keys()


def _by_name(run: Run) -> dict[tuple[str, str], object]:
    return {(each.kind, each.name): each.inputs for each in run.resources}
