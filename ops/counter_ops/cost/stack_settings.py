"""Reads the settings that determine a stack's costs."""

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
        stack: the stack's name.
        folder: the folder with its file.

    Raises:
        StackFileError: it has no file, or no region.
        ConfigError: names each key that is wrong.

    """
    file = find_stack_file(stack, folder)
    project = PROJECT / PROJECT_FILE
    config = read_config(project, file)
    region = config.get("aws:region")
    if region is None:
        message = f"{file.name} has no aws:region. Set it, such as aws:region: us-east-1"
        raise StackFileError(message)
    return region, Settings.read(ConfigReader(project_name(project), config))
