"""The whole policy of each role."""

from collections.abc import Sequence

from stack.documents import document
from stack.policies import function_policy

from baseline.arns import StackArns
from baseline.deploy_rights import deploying
from baseline.front_rights import reading_log_role, reading_web_acls
from baseline.read_rights import reading
from baseline.state import reading_state, writing_state


def boundary_policy(stack: StackArns) -> str:
    """Return the boundary of the function's role, which no deployment can exceed.

    It is the policy that the program gives the role, for this stack alone. With a shared boundary,
    staging's function could be allowed to write to prod.
    """
    return function_policy(stack.table, stack.function_log, tracing=True)


def deploy_policy(
    stack: StackArns, boundary_arn: str, bucket_arn: str | None, *, protected: bool
) -> str:
    """Return the policy of a stack's deploy role."""
    state = writing_state(bucket_arn, stack.naming) if bucket_arn else []
    return document([*deploying(stack, boundary_arn, protected=protected), *state])


def drift_policy(stacks: Sequence[StackArns], bucket_arn: str | None) -> str:
    """Return the policy of the role that compares the resources with the state."""
    state = reading_state(bucket_arn, [each.naming for each in stacks]) if bucket_arn else []
    return document([*reading(stacks), reading_web_acls(stacks), *state])


def preview_policy(stacks: Sequence[StackArns], bucket_arn: str | None) -> str:
    """Return the policy of the preview role: see the log role, and read the state in the bucket."""
    state = reading_state(bucket_arn, [each.naming for each in stacks]) if bucket_arn else []
    return document([reading_log_role(stacks[0].account), *state])
