"""Config as a stack's settings read it, and what they say of it."""

from collections.abc import Callable, Mapping

import pytest
from pulumi_program import Program
from stack.config import ConfigError, ConfigReader


def config_of(program: Program, stack: str, overrides: Mapping[str, object]) -> ConfigReader:
    """Return the defaults of Pulumi.yaml, the stack's file, and what goes before them."""
    return ConfigReader(program.project["name"], program.config(stack, overrides))


def problems(read: Callable[[], object]) -> list[str]:
    """Return what is said about each wrong key."""
    with pytest.raises(ConfigError) as error:
        read()
    return [line.strip() for line in str(error.value).splitlines()[1:]]
