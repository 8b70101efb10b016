"""Reads which stacks the account's program protects from the workflows' roles."""

from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from stack.stack_file import StackFileError

from counter_ops.account_file import read_account
from counter_ops.errors import UserError
from counter_ops.project import PROJECT

_KEY = "protectedEnvironments"


def protected_stacks(account: Path = PROJECT / "account") -> frozenset[str]:
    """Return the names of the stacks, none if there is no such program.

    Raises:
        UserError: the file can't be read, or the setting isn't a list of names.

    """
    try:
        name, config = read_account(account)
    except StackFileError as error:
        raise UserError(str(error)) from error
    text = config.get(f"{name}:{_KEY}", "[]")
    try:
        return TypeAdapter(frozenset[str]).validate_json(text)
    except ValidationError as error:
        file = account / "Pulumi.account.yaml"
        message = f"{_KEY} in {file} is {text}: it must be a list of environments, such as [prod]"
        raise UserError(message) from error
