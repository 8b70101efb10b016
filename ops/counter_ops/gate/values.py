"""Values in a preview: plain JSON, with marks for secrets and unknown values."""

import json
from itertools import zip_longest

from pydantic import JsonValue

# The engine's marks for values that aren't known before the update, one for each type.
# https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/plugin/rpc.go
_UNKNOWN = frozenset(
    {
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)

# The key with which the engine marks special objects, and its value for a secret.
# https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/sig/sig.go
_SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 -- a mark, no secret

UNKNOWN = "(known after the update)"
SECRET = "[secret]"  # noqa: S105 -- as above


def is_unknown(value: JsonValue) -> bool:
    """Tell whether the value is known only during the update."""
    return isinstance(value, str) and value in _UNKNOWN


def showable(old: JsonValue, new: JsonValue) -> tuple[JsonValue, JsonValue]:
    """Return both sides of a change without secrets.

    A value that is secret on one side is hidden on both; otherwise a value that becomes a secret
    would show.
    """
    if is_secret(old) or is_secret(new):
        return _hidden(old), _hidden(new)
    if isinstance(old, dict) and isinstance(new, dict):
        keys = {*old, *new} - _hidden_keys(old, new)
        pairs = {key: showable(old.get(key), new.get(key)) for key in keys}
        return (
            {key: pair[0] for key, pair in pairs.items() if key in old},
            {key: pair[1] for key, pair in pairs.items() if key in new},
        )
    if isinstance(old, list) and isinstance(new, list):
        both = [showable(*sides) for sides in zip_longest(old, new)]
        return [each[0] for each in both[: len(old)]], [each[1] for each in both[: len(new)]]
    return _alone(old), _alone(new)


def is_secret(value: JsonValue) -> bool:
    """Tell whether the value is hidden, or should be."""
    return value == SECRET or (
        isinstance(value, dict) and value.get(_SIGNATURE) == _SECRET_SIGNATURE
    )


def _hidden_keys(*sides: dict[str, JsonValue]) -> set[str]:
    """Return keys that only the engine needs, including a file's path on this machine."""
    return {_SIGNATURE, "path"} if any(_SIGNATURE in side for side in sides) else {"__defaults"}


def _hidden(value: JsonValue) -> JsonValue:
    return None if value is None else SECRET


def _alone(value: JsonValue) -> JsonValue:
    """Return a value that only one side has."""
    if isinstance(value, dict):
        return showable(value, {})[0]
    if isinstance(value, list):
        return showable(value, [])[0]
    return UNKNOWN if is_unknown(value) else value


def unpacked(value: JsonValue) -> JsonValue:
    """Return a value in which JSON texts, such as policies, are parsed."""
    if isinstance(value, dict):
        return {key: unpacked(each) for key, each in value.items()}
    if isinstance(value, list):
        return [unpacked(each) for each in value]
    if isinstance(value, str) and value.lstrip().startswith(("{", "[", '"')):
        try:
            return unpacked(json.loads(value))
        except (ValueError, RecursionError):
            return value
    return value
