"""Errors as messages for users, instead of tracebacks."""

from pydantic import ValidationError


class UserError(Exception):
    """A command can't do its work. The message says why, and what to do.

    The command line prints the message and exits with 1.
    """


def first_problem(error: ValidationError) -> str:
    """Say where input is first wrong, and why, without the input itself, which may hold secrets."""
    first = error.errors(include_url=False, include_input=False)[0]
    where = [f"entry {each + 1}" if isinstance(each, int) else each for each in first["loc"]]
    reason = first["msg"].removeprefix("Value error, ")
    return f"{', '.join(where)}: {reason}" if where else reason
