"""The stacks' program, for which the account's program grants rights."""

from packaged_program import archive, program, stack

__all__ = ["archive", "program", "stack"]
