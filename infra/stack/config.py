"""Reads a project's config into types, and reports all errors in it together.

The engine checks types against Pulumi.yaml and fills in its defaults, but ignores unknown keys: a
misspelt key, or all keys after the project was renamed. This module refuses them.
"""

import json
import pkgutil
import re
from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from functools import cache
from typing import TypeVar, cast

import pulumi
from pulumi.runtime.config import CONFIG, is_config_secret

# Messages must fit a terminal or a comment.
_LONGEST_VALUE = 100
_MOST_ENTRIES = 10

T = TypeVar("T")
Check = Callable[[str], object]
"""Accepts a text by returning anything true, such as a match."""


class ConfigError(pulumi.RunError):
    """The config is invalid. The engine prints the message without a traceback."""


class ConfigReader:
    """A project's config, key by key.

    If a key is missing or wrong, the reader notes it and returns some value of its type. `finish`
    raises all notes: of each key only the first, since later checks see that value.
    """

    def __init__(
        self, project: str, config: Mapping[str, str], secret: Collection[str] = ()
    ) -> None:
        """Read a stack's whole config.

        Args:
            project: its name, which is the namespace of its keys.
            config: by full key, as the engine passes it: text, and lists and objects as JSON.
            secret: full keys whose values are never shown.

        """
        prefix = f"{project}:"
        self.region = config.get("aws:region")
        """The stack's region, unless it comes from the environment."""
        self._namespace = project
        self._values = {
            key.removeprefix(prefix): text for key, text in config.items() if key.startswith(prefix)
        }
        self._secret = {key.removeprefix(prefix) for key in secret}
        self._known: set[str] = set()
        self._refused: set[str] = set()
        self._problems = [
            f"{key} is in a namespace that nothing reads: rename it to "
            f"{prefix}{key.rpartition(':')[-1]}, or remove it"
            for key in sorted(config)
            if key.partition(":")[0] not in {project, *_other_namespaces()}
        ]

    @classmethod
    def of_program(cls) -> "ConfigReader":
        """Return the running program's config."""
        # Pulumi has no public function that lists the keys.
        config = {key: str(value) for key, value in CONFIG.get().items()}
        return cls(pulumi.get_project(), config, set(filter(is_config_secret, config)))

    def is_set(self, key: str) -> bool:
        """Tell whether a key has a value, valid or not, that isn't empty."""
        return bool(self._text(key))

    def is_refused(self, key: str) -> bool:
        """Tell whether a key, or one of its entries, has been refused."""
        return key in self._refused

    def integer(self, key: str, smallest: int, largest: int) -> int:
        """Return a whole number in a range."""
        text = self._text(key)
        if re.fullmatch(r"-?\d{1,18}", text) and smallest <= int(text) <= largest:
            return int(text)
        return self.refuse(key, f"a whole number from {smallest} to {largest}", smallest)

    def integer_of(self, key: str, allowed: Collection[int]) -> int:
        """Return a whole number that is one of the allowed ones."""
        text = self._text(key)
        if text in map(str, allowed):
            return int(text)
        return self.refuse(key, f"one of {', '.join(map(str, allowed))}", min(allowed))

    def boolean(self, key: str) -> bool:
        """Return true or false."""
        text = self._text(key)
        if text in ("true", "false"):
            return text == "true"
        return self.refuse(key, "true or false", fallback=False)

    def string(self, key: str, check: Check, allowed: str) -> str:
        """Return a string that passes a check; `allowed` describes the check in messages."""
        text = self._text(key)
        return text if check(text) else self.refuse(key, allowed, "")

    def strings(
        self, key: str, check: Check, allowed: str, *, at_least: int = 0, secret: bool = False
    ) -> tuple[str, ...]:
        """Return a list of different strings that each pass a check.

        If it is `secret`, messages never show its entries, encrypted or not.
        """
        if secret:
            self._secret.add(key)
        entries = self._list(key)
        if entries is None:
            return self.refuse(key, f"a list, each entry {allowed}", ())
        if len(entries) < at_least:
            return self.refuse(key, f"a list of at least {at_least}", ())
        wrong = [
            (index, entry)
            for index, entry in enumerate(entries)
            if not isinstance(entry, str) or not check(entry)
        ]
        if wrong:
            self._refused.add(key)
        for index, entry in wrong[:_MOST_ENTRIES]:
            self._note(f"{key}[{index}]", key, _as_json(entry), allowed)
        if len(wrong) > _MOST_ENTRIES:
            self._problems.append(f"{self._namespace}:{key} has {len(wrong)} invalid entries")
        if wrong:
            return ()
        texts = tuple(map(str, entries))
        if len(set(texts)) < len(texts):
            return self.refuse(key, "a list without duplicates", ())
        return texts

    def refuse(self, key: str, allowed: str, fallback: T) -> T:
        """Note that the value of a key isn't allowed, and return the fallback."""
        if self.is_refused(key):
            return fallback
        self._refused.add(key)
        if key in self._values:
            text = self._values[key]
            # Lists are JSON already.
            self._note(key, key, text if text[:1] in ("[", "{") else _as_json(text), allowed)
        else:
            self._problems.append(f"{self._namespace}:{key} is not set: it must be {allowed}")
        return fallback

    def finish(self) -> None:
        """Raise the notes, and refuse keys that the program didn't read.

        Raises:
            ConfigError: names each key, its value, and what is allowed.

        """
        for key in sorted(self._values.keys() - self._known):
            similar = get_close_matches(key, self._known, n=1)
            hint = f"did you mean {similar[0]}?" if similar else f"use one of {self._all_keys()}"
            self._problems.append(f"{self._namespace}:{key} is not a setting: {hint}")
        if self._problems:
            lines = "".join(f"\n  {problem}" for problem in self._problems)
            message = f"the config of this stack can't be used:{lines}"
            raise ConfigError(message)

    def _all_keys(self) -> str:
        return ", ".join(sorted(self._known))

    def _text(self, key: str) -> str:
        self._known.add(key)
        return self._values.get(key, "")

    def _list(self, key: str) -> list[object] | None:
        try:
            value: object = json.loads(self._text(key))
        except ValueError:
            return None
        return cast("list[object]", value) if isinstance(value, list) else None

    def _note(self, place: str, key: str, value: str, allowed: str) -> None:
        short = value if len(value) <= _LONGEST_VALUE else f"{value[:_LONGEST_VALUE]}…"
        shown = "(secret, not shown)" if key in self._secret else f"is {short}: it"
        self._problems.append(f"{self._namespace}:{place} {shown} must be {allowed}")


@cache
def _other_namespaces() -> frozenset[str]:
    """Return the namespaces of the engine and of the installed providers."""
    modules = (module.name for module in pkgutil.iter_modules())
    providers = (name for name in modules if name.startswith("pulumi_"))
    namespaces = (name.removeprefix("pulumi_").replace("_", "-") for name in providers)
    return frozenset({"pulumi", *namespaces})


def _as_json(value: object) -> str:
    """Return a value for a message: quoted, on one line, not escaped to ASCII."""
    return json.dumps(value, ensure_ascii=False)
