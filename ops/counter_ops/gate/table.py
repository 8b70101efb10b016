"""Reads table.yaml: what may change without an entry in the list of allowed changes."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, cast

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict

TABLE = Path(__file__).with_name("table.yaml")


def _flat(rules: object, prefix: str = "") -> Iterator[tuple[str, object]]:
    """Return the rules by the whole paths of their properties."""
    for key, rule in cast("dict[str, object]", rules).items():
        if isinstance(rule, dict):
            yield from _flat(cast("object", rule), rf"{prefix}{key}\.")
        else:
            yield f"{prefix}{key}", [rule] if isinstance(rule, str) else rule


Rules = Annotated[dict[str, tuple[str, ...]], BeforeValidator(lambda rules: dict(_flat(rules)))]
"""Phrases that must all hold of a property's new value, by regular expressions for its path."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Kind(_Strict):
    """What may happen to the resources of a type."""

    update: Rules = {}
    create: Rules | None = None
    """None if no new one passes."""
    replace: bool = False
    delete: bool = False
    administrator: frozenset[str] = frozenset()
    """Operations and properties that the workflow's role of a protected stack can't change."""
    loss: str = "The gate doesn't know this type."

    def rules(self, operation: str) -> Rules:
        """Return the rules for what an operation changes."""
        new = self.create or {}
        return {"create": new, "replace": {**new, **self.update}}.get(operation, self.update)


class Table(_Strict):
    """The whole table."""

    types: Mapping[str, Kind]
    options: Rules
    components: tuple[str, ...]
    provider: frozenset[str]
    stage: str
    stacks: Mapping[str, Mapping[str, Kind]]

    def kinds(self, stack: str | None) -> Mapping[str, Kind]:
        """Return what may happen in a stack, by type."""
        return {**self.types, **self.stacks.get(stack or "", {})}


@cache
def read_table() -> Table:
    """Return the project's table."""
    return Table.model_validate(yaml.safe_load(TABLE.read_text(encoding="utf-8")))
