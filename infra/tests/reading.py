"""Reads config as a stack's settings do, and returns their messages."""

from collections.abc import Callable, Mapping

import pytest
from pulumi_program import Program
from stack.config import ConfigError, ConfigReader


def config_of(program: Program, stack: str, overrides: Mapping[str, object]) -> ConfigReader:
    """Return the defaults of Pulumi.yaml with the stack's file and some overrides."""
    return ConfigReader(program.project["name"], program.config(stack, overrides))


def problems(read: Callable[[], object]) -> list[str]:
    """Return the message about each wrong key."""
    with pytest.raises(ConfigError) as error:
        read()
    return [line.strip() for line in str(error.value).splitlines()[1:]]
