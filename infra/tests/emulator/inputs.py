"""The inputs of a resource, of which none may be overlooked."""

from collections.abc import Iterator
from typing import Any, cast

from mypy_boto3_dynamodb.type_defs import TagTypeDef
from pulumi_program import Properties


class RefusedError(Exception):
    """The provider met an unknown type or input, so it can't tell whether it works."""


class Inputs:
    """A resource's inputs or a document's keys. The caller must take each one."""

    def __init__(self, owner: str, properties: Properties) -> None:
        """Read a copy of the properties. Messages name their `owner`."""
        self._owner = owner
        self._left = dict(properties)
        self._nested: list[Inputs] = []

    def take(self, key: str) -> Any:  # noqa: ANN401 (JSON)
        """Return an input's value."""
        if key not in self._left:
            message = f"{self._owner} has no {key}"
            raise RefusedError(message)
        return _whole(self._left.pop(key))

    def has(self, key: str) -> bool:
        """Tell whether an input is set."""
        return key in self._left

    def expect(self, key: str, value: object) -> None:
        """Take an input that may only have one value."""
        if (actual := self.take(key)) != value:
            message = f"{self._owner} has {key} {actual!r}, the provider knows {value!r} only"
            raise RefusedError(message)

    def capitalized(self, *keys: str) -> Any:  # noqa: ANN401 (AWS's clients check the types)
        """Return the inputs that are set, under their names in AWS's API."""
        return {key[0].upper() + key[1:]: self.take(key) for key in keys if key in self._left}

    def nested(self, key: str) -> "Inputs":
        """Return an input that holds others."""
        return self._of(key, self.take(key))

    def each(self, key: str) -> list["Inputs"]:
        """Return the entries of a list."""
        return [self._of(f"{key}[{index}]", entry) for index, entry in enumerate(self.take(key))]

    def tags(self) -> list[TagTypeDef]:
        """Return the tags as most services take them."""
        return [{"Key": key, "Value": value} for key, value in self.take("tags").items()]

    def items(self) -> Iterator[tuple[str, "Inputs"]]:
        """Return the remaining inputs, whose keys are free."""
        return ((key, self.nested(key)) for key in list(self._left))

    def finish(self) -> None:
        """Refuse inputs that the caller didn't take.

        Raises:
            RefusedError: names the keys.

        """
        if self._left:
            message = f"{self._owner} has {', '.join(self._left)}, which the provider doesn't know"
            raise RefusedError(message)
        for nested in self._nested:
            nested.finish()

    def _of(self, place: str, properties: Properties) -> "Inputs":
        nested = Inputs(f"{self._owner} {place}", properties)
        self._nested.append(nested)
        return nested


def _whole(value: Any) -> Any:  # noqa: ANN401 (JSON)
    """Turn whole floats into integers: Pulumi's wire format has only floats."""
    if isinstance(value, dict):
        return {key: _whole(each) for key, each in cast("Properties", value).items()}
    if isinstance(value, list):
        return [_whole(each) for each in cast("list[Any]", value)]
    return int(value) if isinstance(value, float) and value.is_integer() else value
