"""Reads the config of the account's program from its files, without the engine."""

from pathlib import Path

from stack.stack_file import PROJECT_FILE, project_name, read_config


def read_account(folder: Path, stack: str = "account") -> tuple[str, dict[str, str]]:
    """Return the name of the account's project, and the whole config of one of its stacks.

    Without a file of the stack, it is the project's defaults. Without a project, it is empty.

    Raises:
        StackFileError: a file isn't YAML, or not of that form.

    """
    project, file = folder / PROJECT_FILE, folder / f"Pulumi.{stack}.yaml"
    if not project.is_file():
        return "", {}
    return project_name(project), read_config(project, file if file.is_file() else None)
