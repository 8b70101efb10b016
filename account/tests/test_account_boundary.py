"""The function's boundary allows what the program grants it, in its own stack only."""

import json
from itertools import product

import pytest
from aws import ACCOUNT, PretendedAws
from iam import allows
from kinds import POLICY
from pretended_account import run_account
from pulumi_program import Program
from stack.policies import function_policy


def boundary_of(stack: str) -> str:
    return run_account().one("aws:iam/policy:Policy", f"deploy-{stack}").inputs["policy"]


def actions(policy: str) -> list[str]:
    return [action for each in json.loads(policy)["Statement"] for action in each["Action"]]


@pytest.mark.parametrize("stack", ["staging", "prod"])
def test_the_boundary_allows_what_the_program_grants_its_function(
    program: Program, stack: str
) -> None:
    boundary = boundary_of(stack)
    run = program.run(stack, PretendedAws(), {"tracing": True})
    granted = json.loads(run.one(POLICY).inputs["policy"])["Statement"]
    assert {each["Sid"] for each in granted} == {"Count", "Log", "Trace"}
    for each in granted:
        for action, resource in product(each["Action"], each["Resource"]):
            assert allows(boundary, action, resource)


def test_the_boundary_allows_nothing_else() -> None:
    boundary = boundary_of("staging")
    granted = function_policy("table", "log", tracing=True)
    assert actions(boundary) == actions(granted)
    for region in ("us-east-1", "eu-central-1"):
        for name in ("visitor-counter-prod", "visitor-counter-staging-2", "other"):
            table = f"arn:aws:dynamodb:{region}:{ACCOUNT}:table/{name}"
            assert not allows(boundary, "dynamodb:UpdateItem", table)
            stream = f"arn:aws:logs:{region}:{ACCOUNT}:log-group:/aws/lambda/{name}:log-stream:a"
            assert not allows(boundary, "logs:PutLogEvents", stream)
