"""Reads table.yaml: what may change without an entry in the list of allowed changes."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path as File
from typing import Annotated

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict

from counter_ops.gate.values import Path

TABLE = File(__file__).with_name("table.yaml")

Rule = Annotated[
    tuple[str, ...], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)
]
"""Phrases that must all hold of a property's new value."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Kind(_Strict):
    """What may happen to the resources of a type."""

    update: Mapping[str, Rule] = {}
    create: Mapping[str, Rule] | None = None
    """None if no new one passes."""
    replace: bool = False
    delete: bool = False
    administrator: frozenset[str] = frozenset()
    """Operations and properties that the workflow's role of a protected stack can't change."""
    loss: str = ""

    def rule(self, operation: str | None, path: Path) -> Rule | None:
        """Return the rule for a property."""
        rules = {**(self.create or {}), **self.update} if operation == "replace" else self.update
        rules = (self.create or {}) if operation == "create" else rules
        exact, any_key = ".".join(path), ".".join((*path[:-1], "*"))
        return None if any("." in key for key in path) else rules.get(exact, rules.get(any_key))

    def required(self) -> list[Path]:
        """Return the properties that a new resource must have."""
        rules = (self.create or {}).items()
        free = {"anything", "or nothing"}
        return [tuple(name.split(".")) for name, rule in rules if free.isdisjoint(rule)]


class Table(_Strict):
    """The whole table."""

    types: Mapping[str, Kind]
    components: tuple[str, ...]
    provider: frozenset[str]
    stage: str
    stacks: Mapping[str, Mapping[str, Kind]]

    def kinds(self, stack: str | None) -> dict[str, Kind]:
        """Return what may happen in a stack, by type."""
        kinds = dict(self.types)
        for name, wider in self.stacks.get(stack or "", {}).items():
            more = {each: getattr(wider, each) for each in wider.model_fields_set}
            more["update"] = {**kinds[name].update, **wider.update}
            kinds[name] = kinds[name].model_copy(update=more)
        return kinds


@cache
def read_table() -> Table:
    """Return the project's table."""
    return Table.model_validate(yaml.safe_load(TABLE.read_text(encoding="utf-8")))
