"""Reads a stack's config from its file, without the engine, for the cost model and the tests."""

import json
from pathlib import Path
from typing import Any, cast

import yaml

PROJECT_FILE = "Pulumi.yaml"


class StackFileError(Exception):
    """A stack has no file, or it can't be read. The message says which."""


def read_config(
    project: Path, file: Path | None = None, *, name: str | None = None
) -> dict[str, str]:
    """Return a stack's whole config, as the engine passes it to a program.

    A key that the file doesn't set has the project's default. So has an encrypted value, which only
    the engine can decrypt. In a list, encrypted entries are left out.

    Args:
        project: a Pulumi.yaml.
        file: a Pulumi.STACK.yaml, if the stack has one.
        name: the project's, if its file has been given another since.

    Returns:
        Values by their full key, such as visitor-counter:protect: text, or JSON.

    Raises:
        StackFileError: a file isn't YAML, or not of that form.

    """
    name = name or project_name(project)
    values: dict[str, object] = {
        f"{name}:{key}": schema["default"]
        for key, schema in _config(project).items()
        if isinstance(schema, dict) and "default" in schema
    }
    for key, value in _config(file).items() if file else ():
        if not _is_encrypted(value):
            values[key] = _without_encrypted(value)
    return {key: as_text(value) for key, value in values.items()}


def find_stack_file(stack: str, folder: Path) -> Path:
    """Return a stack's file.

    Raises:
        StackFileError: there is none.

    """
    path = folder / f"Pulumi.{stack}.yaml"
    if not path.is_file():
        there_are = ", ".join(stack_names(folder)) or "none"
        message = f"there is no {path.name} in {folder}. Stacks with a file: {there_are}"
        raise StackFileError(message)
    return path


def stack_names(folder: Path) -> list[str]:
    """Return the names of the stacks that have a file."""
    return sorted(
        file.name.removeprefix("Pulumi.").removesuffix(".yaml")
        for file in folder.glob("Pulumi.*.yaml")
    )


def project_name(project: Path) -> str:
    """Return the name of a project, which is the namespace of its keys."""
    return _mapping(project)["name"]


def as_text(value: object) -> str:
    """Return a value as the engine passes it: text, and lists and objects as JSON."""
    return value if isinstance(value, str) else json.dumps(value)


def _mapping(path: Path) -> dict[str, Any]:
    try:
        with path.open(encoding="utf-8") as file:
            content = yaml.safe_load(file)
    except yaml.YAMLError as error:
        message = f"{path.name} isn't valid YAML: {' '.join(str(error).split())}"
        raise StackFileError(message) from error
    return _keys(content, path.name)


def _config(path: Path) -> dict[str, Any]:
    return _keys(_mapping(path).get("config"), f"config in {path.name}")


def _keys(content: object, place: str) -> dict[str, Any]:
    # A file without a setting is empty, or its `config` is missing or empty.
    if content is None:
        return {}
    if not isinstance(content, dict):
        message = f"{place} must hold keys with values, such as aws:region: us-east-1"
        raise StackFileError(message)
    return cast("dict[str, Any]", content)


def _is_encrypted(value: object) -> bool:
    return isinstance(value, dict) and list(cast("dict[str, object]", value)) == ["secure"]


def _without_encrypted(value: object) -> object:
    if not isinstance(value, list):
        return value
    return [each for each in cast("list[object]", value) if not _is_encrypted(each)]
