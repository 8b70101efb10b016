"""Values in a preview: plain JSON, with marks for secrets, unknown values and files."""

import hashlib
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

# The key with which the engine marks special objects, and its values for a secret and an archive.
# https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/sig/sig.go
SIGNATURE = "4dabf18193072939515e22adb298388d"
ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"
_SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 -- a mark, no secret

UNKNOWN = "(known after the update)"
SECRET = "[secret]"  # noqa: S105 -- as above

Path = tuple[str, ...]
"""The keys to a property, and `[0]` for an entry of a list."""


def is_unknown(value: JsonValue) -> bool:
    """Tell whether the value is known only during the update."""
    return isinstance(value, str) and value in _UNKNOWN


def is_secret(value: JsonValue) -> bool:
    """Tell whether the value is hidden, or should be."""
    return value == SECRET or at(value, (SIGNATURE,)) == _SECRET_SIGNATURE


def hidden(value: JsonValue, path: Path = ()) -> dict[Path, str]:
    """Return which parts of a value a preview doesn't show: `secret` or `unknown`, by path."""
    if is_secret(value) or is_unknown(value):
        return {path: "secret" if is_secret(value) else "unknown"}
    parts = dict(value) if isinstance(value, dict) else {}
    if isinstance(value, list):
        parts = {f"[{index}]": each for index, each in enumerate(value)}
    return {key: why for part in parts for key, why in hidden(parts[part], (*path, part)).items()}


def at(value: JsonValue, path: Path) -> JsonValue:
    """Return the part of a value at a path, None if there is none."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def digest(value: JsonValue) -> str:
    """Return the SHA-256 of the value's canonical JSON, without what the engine adds."""
    return hashlib.sha256(_canonical(value).encode()).hexdigest()


def same(old: JsonValue, new: JsonValue) -> bool:
    """Tell whether two values are the same, however the JSON texts in them are written."""
    return _canonical(unpacked(old)) == _canonical(unpacked(new))


def _canonical(value: JsonValue) -> str:
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"))


def _plain(value: JsonValue) -> JsonValue:
    if isinstance(value, dict):
        # Names of defaults, and where a file lies.
        left_out = "path" if SIGNATURE in value else "__defaults"
        return {key: _plain(each) for key, each in value.items() if key != left_out}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def showable(value: JsonValue, other: JsonValue) -> JsonValue:
    """Return one side of a change without what is secret on either."""
    if is_secret(value) or (is_secret(other) and value is not None):
        return SECRET
    if isinstance(value, dict):
        left_out = (SIGNATURE, "path") if SIGNATURE in value else ("__defaults",)
        keys = (key for key in value if key not in left_out)
        return {key: showable(value[key], at(other, (key,))) for key in keys}
    if isinstance(value, list):
        others = other if isinstance(other, list) else []
        pairs = zip_longest(value, others[: len(value)])
        return [showable(*pair) for pair in pairs]
    return UNKNOWN if is_unknown(value) else value


def unpacked(value: JsonValue) -> JsonValue:
    """Return a value in which JSON texts, such as policies, are parsed."""
    if isinstance(value, dict):
        return {key: unpacked(each) for key, each in value.items()}
    if isinstance(value, list):
        return [unpacked(each) for each in value]
    if isinstance(value, str) and value.lstrip().startswith(("{", "[")):
        try:
            return unpacked(json.loads(value, object_pairs_hook=_once))
        except (ValueError, RecursionError):
            return value
    return value


def _once(pairs: list[tuple[str, JsonValue]]) -> JsonValue:
    # Readers may not agree on what an object says that has a key twice.
    if len(dict(pairs)) < len(pairs):
        raise ValueError
    return dict(pairs)
