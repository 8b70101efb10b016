"""What each role may do, put together."""

from collections.abc import Sequence

from stack.documents import document
from stack.policies import function_policy

from baseline.arns import StackArns
from baseline.deploy_rights import deploying
from baseline.read_rights import reading
from baseline.state import reading_state, writing_state


def boundary_policy(stack: StackArns) -> str:
    """Return the most that the function's role may ever do, whatever a deployment gives it.

    It is what the program gives it, for this stack alone: a boundary that all stacks share would
    let a function of staging write to prod.
    """
    return function_policy(stack.table, stack.function_log, tracing=True)


def deploy_policy(stack: StackArns, boundary_arn: str, bucket_arn: str | None) -> str:
    """Return what the deploy role of a stack may do."""
    state = writing_state(bucket_arn, stack.naming) if bucket_arn else []
    return document([*deploying(stack, boundary_arn), *state])


def drift_policy(stacks: Sequence[StackArns], bucket_arn: str | None) -> str:
    """Return what the role may do that compares the resources with the state."""
    state = reading_state(bucket_arn, [each.naming for each in stacks]) if bucket_arn else []
    return document([*reading(stacks), *state])


def preview_policy(stacks: Sequence[StackArns], bucket_arn: str) -> str:
    """Return what the role may do that previews: see the state. Without a bucket, it needs none."""
    return document(reading_state(bucket_arn, [each.naming for each in stacks]))
