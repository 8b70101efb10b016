"""Config as a stack's settings read it, and what they say of it."""

from collections.abc import Callable, Mapping

import pytest
from engine import Program
from stack.config import ConfigError, ConfigReader


def config_of(program: Program, stack: str, overrides: Mapping[str, object]) -> ConfigReader:
    """Return the defaults of Pulumi.yaml, the stack's file, and what goes before them."""
    name: str = program.project["name"]
    config = program.config(stack, overrides)
    values = {key.split(":")[1]: text for key, text in config.items() if "aws:" not in key}
    return ConfigReader(name, values)


def problems(read: Callable[[], object]) -> list[str]:
    """Return what is said about each wrong key."""
    with pytest.raises(ConfigError) as error:
        read()
    return [line.strip() for line in str(error.value).splitlines()[1:]]
