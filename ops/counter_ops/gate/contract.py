"""Compares the documents from which API Gateway imports the API, before and after a change."""

import json
import re
from collections.abc import Callable, Sequence

from pydantic import JsonValue

from counter_ops.gate.changes import changes
from counter_ops.gate.values import at, same, unpacked

_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch"})
_INTEGRATION = "x-amazon-apigateway-integration"
_TEXTS = frozenset({"description", "summary"})
_OPERATION = frozenset({*_TEXTS, "operationId", "tags", "responses", _INTEGRATION})
_PATH = re.compile(r"(/[A-Za-z0-9_.~-]+)+")
_HEADER = re.compile(
    r"method\.response\.header\.(Access-Control-(?!Allow-Credentials)[A-Za-z-]+|Cache-Control|Vary)"
)


def other_change(old: JsonValue, new: JsonValue, is_own: Callable[[JsonValue], bool]) -> str | None:
    """Return what changes that is neither a text nor a new path, if anything does.

    A new path leads where an old one does, whose URI `is_own`, or to a mock.
    """
    before, after = unpacked(old), unpacked(new)
    if not isinstance(before, dict) or not isinstance(after, dict):
        return "a document that can't be compared"
    all_integrations = [at(each, (_INTEGRATION,)) for each in _operations(before).values()]
    own = [
        each
        for each in all_integrations
        if at(each, ("type",)) == "aws_proxy" and is_own(at(each, ("uri",)))
    ]
    old_paths, paths = _items(before, "paths"), _items(after, "paths")
    for path in paths.keys() - old_paths.keys():
        if not _PATH.fullmatch(path) or not _is_plain(_items(paths.pop(path)), own):
            return path
    for change in changes(before, {**after, "paths": paths}):
        is_text = change.path[-1] in _TEXTS and not any(key[:2] == "x-" for key in change.path)
        are_texts = all(isinstance(each, str | None) for each in (change.old, change.new))
        is_new = at(before, change.path[:-1]) is None
        if not are_texts or is_new or not (is_text or change.path == ("info", "version")):
            return change.where
    return None


def new_routes(old: JsonValue, new: JsonValue) -> set[str]:
    """Return the paths and methods that a document, as text, adds: as method settings name them."""
    added = _operations(unpacked(new)).keys() - _operations(unpacked(old)).keys()
    return {f"{path.replace('/', '~1')}/{method.upper()}" for path, method in added}


def _operations(document: JsonValue) -> dict[tuple[str, str], JsonValue]:
    paths = _items(document, "paths")
    return {(path, method): each for path in paths for method, each in _items(paths[path]).items()}


def _is_plain(path: dict[str, JsonValue], own: Sequence[JsonValue]) -> bool:
    return bool(path) and all(
        method in _METHODS
        and _items(operation).keys() <= _OPERATION
        and not re.search(r"['\"](x-|\$)", str(at(operation, ("responses",))), re.IGNORECASE)
        and (
            any(same(each, at(operation, (_INTEGRATION,))) for each in own)
            or _is_mock(_items(operation, _INTEGRATION))
        )
        for method, operation in path.items()
    )


def _is_mock(integration: dict[str, JsonValue]) -> bool:
    """Tell whether a path is answered by fixed JSON: no redirect, nothing that a browser runs."""
    requests = list(_items(integration, "requestTemplates").values())
    answers = list(_items(integration, "responses").values())
    headers = [pair for each in answers for pair in _items(each, "responseParameters").items()]
    bodies = [pair for each in answers for pair in _items(each, "responseTemplates").items()]
    parts = {"type", "passthroughBehavior", "requestTemplates", "responses"}
    answer = {"statusCode", "responseParameters", "responseTemplates"}
    return (
        integration.get("type") == "mock"
        and integration.keys() <= parts
        and all(_items(each).keys() == {"statusCode"} for each in requests)
        and all(_items(each).keys() <= answer for each in answers)
        and all(re.fullmatch(r"[245]\d\d", str(at(each, ("statusCode",)))) for each in answers)
        and all(_HEADER.fullmatch(key) and re.fullmatch("'[^']*'", str(it)) for key, it in headers)
        and all(
            key == "application/json" and (isinstance(it, dict) or not it) for key, it in bodies
        )
        # A template that holds code could echo a request, or set any status and header.
        and not re.search(r"[$#]", json.dumps([requests, bodies]))
    )


def _items(value: JsonValue, key: str | None = None) -> dict[str, JsonValue]:
    """Return an object, or a copy of the one that it has under a key: empty if there is none."""
    found = at(value, (key,)) if key else value
    return dict(found) if isinstance(found, dict) else {}
