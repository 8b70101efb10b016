"""A stack's settings, read from its file without the engine."""

import json
from pathlib import Path
from typing import Any, cast

import yaml
from stack.config import ConfigReader
from stack.settings import Settings

PROJECT = Path(__file__).resolve().parents[2]


class StackFileError(Exception):
    """A stack whose file can't be used. Its message says why."""


def read_stack(stack: str, folder: Path = PROJECT) -> tuple[str, Settings]:
    """Return a stack's region and settings, its file's over the defaults of Pulumi.yaml.

    Encrypted values stay out: none of them costs anything.

    Raises:
        StackFileError: there is no such stack, or it has no region.
        ConfigError: names each key that is wrong.

    """
    path = folder / f"Pulumi.{stack}.yaml"
    if not path.is_file():
        stacks = ", ".join(sorted(file.suffixes[0][1:] for file in folder.glob("Pulumi.*.yaml")))
        message = f"there is no {path.name}. There are: {stacks}"
        raise StackFileError(message)
    project = _mapping(folder / "Pulumi.yaml")
    prefix = f"{project['name']}:"
    values = {key: declared["default"] for key, declared in project["config"].items()}
    given = _mapping(path).get("config", {})
    for key, value in given.items():
        if key.startswith(prefix):
            values[key.removeprefix(prefix)] = [] if _is_secret(value) else value
    region = given.get("aws:region")
    if not isinstance(region, str):
        message = f"{path.name} has no aws:region"
        raise StackFileError(message)
    texts = {key: _as_engine(value) for key, value in values.items()}
    return region, Settings.read(ConfigReader(project["name"], texts))


def _mapping(path: Path) -> dict[str, Any]:
    return cast("dict[str, Any]", yaml.safe_load(path.read_text(encoding="utf-8")))


def _is_secret(value: object) -> bool:
    return "secure" in json.dumps(value)


def _as_engine(value: object) -> str:
    """Return a value as the engine hands it over: strings, and JSON for what isn't flat."""
    return value if isinstance(value, str) else json.dumps(value)
