"""Reads a stack's settings from its file, and the account's, without the engine."""

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

from counter_ops.account_file import read_account
from counter_ops.project import PROJECT

_EXAMPLES = PROJECT / "infra/tests/stacks"
_EXAMPLES_PROJECT = "visitor-counter"

# The account's own rule.
_MOST_BACKUP_DAYS = 36_500


def read_stack(stack: str, folder: Path = PROJECT) -> tuple[str, Settings]:
    """Return a stack's region and settings.

    Encrypted values count as their defaults: none of them should cost anything.

    Args:
        stack: the stack's name, without an organization.
        folder: a project's folder.

    Raises:
        StackFileError: it has no file, or no region.
        ConfigError: names each key that is wrong.

    """
    return _read(find_stack_file(stack, folder), project_name(folder / PROJECT_FILE))


def read_example(stack: str) -> tuple[str, Settings]:
    """Return the same for one of the tests' stacks, whose costs docs/cost.md shows."""
    return _read(find_stack_file(stack, _EXAMPLES), _EXAMPLES_PROJECT)


def read_backup_days(stack: str, folder: Path = PROJECT) -> int:
    """Return the days that the account keeps daily backups of a stack's table, 0 for none.

    Raises:
        ConfigError: names the key of the account that is wrong.

    """
    name, config = read_account(folder / "account")
    if not config:
        return 0
    keys = ("backupDays", "protectedEnvironments")
    reader = ConfigReader(name, {f"{name}:{key}": config[f"{name}:{key}"] for key in keys})
    days = reader.integer("backupDays", 0, _MOST_BACKUP_DAYS)
    protected = reader.strings("protectedEnvironments", bool, "an environment")
    reader.finish()
    return days if stack in protected else 0


def _read(file: Path, name: str) -> tuple[str, Settings]:
    config = read_config(PROJECT / PROJECT_FILE, file, name=name)
    region = config.get("aws:region")
    if region is None:
        message = f"{file.name} has no aws:region. Set it, such as aws:region: us-east-1"
        raise StackFileError(message)
    return region, Settings.read(ConfigReader(name, config))
