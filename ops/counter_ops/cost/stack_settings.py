"""The settings that the cost of a stack follows from."""

from pathlib import Path

from stack.config import ConfigReader
from stack.settings import Settings
from stack.stack_file import (
    PROJECT_FILE,
    StackFileError,
    find_stack_file,
    project_name,
    read_config,
)

from counter_ops.project import PROJECT


def read_stack(stack: str, folder: Path) -> tuple[str, Settings]:
    """Return a stack's region and settings.

    Encrypted values count as their defaults: none of them should cost anything.

    Args:
        stack: its name.
        folder: where its file is.

    Raises:
        StackFileError: it has no file, or no region.
        ConfigError: names each key that is wrong.

    """
    file = find_stack_file(stack, folder)
    project = PROJECT / PROJECT_FILE
    config = read_config(project, file)
    region = config.get("aws:region")
    if region is None:
        message = f"{file.name} has no aws:region"
        raise StackFileError(message)
    return region, Settings.read(ConfigReader(project_name(project), config))
