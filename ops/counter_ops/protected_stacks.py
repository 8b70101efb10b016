"""Reads which stacks the account's program protects from the workflows' roles."""

from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from stack.stack_file import PROJECT_FILE, StackFileError, project_name, read_config

from counter_ops.errors import UserError
from counter_ops.project import PROJECT

_KEY = "protectedEnvironments"


def protected_stacks(account: Path = PROJECT / "account") -> frozenset[str]:
    """Return the names of the stacks, none if there is no such program.

    Raises:
        UserError: the file can't be read, or the setting isn't a list of names.

    """
    project, file = account / PROJECT_FILE, account / "Pulumi.account.yaml"
    if not project.is_file():
        return frozenset()
    try:
        config = read_config(project, file if file.is_file() else None)
    except StackFileError as error:
        raise UserError(str(error)) from error
    text = config.get(f"{project_name(project)}:{_KEY}", "[]")
    try:
        return TypeAdapter(frozenset[str]).validate_json(text)
    except ValidationError as error:
        message = f"{_KEY} in {file} is {text}: it must be a list of environments, such as [prod]"
        raise UserError(message) from error
