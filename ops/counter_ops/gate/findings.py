"""Finds in each step of a preview what needs an entry in the list of allowed changes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from counter_ops.gate.allowed import Allowed
from counter_ops.gate.changes import Change, at, canonical, changes_of
from counter_ops.gate.checks import refusal
from counter_ops.gate.preview_output import SECRET, Preview, Step
from counter_ops.gate.resources import Resources
from counter_ops.gate.table import Kind, Table

_LOOKS = frozenset({"read", "refresh", "discard"})


@dataclass(frozen=True)
class Finding:
    """A step that changes something."""

    step: Step
    changes: Sequence[Change]
    demands: Sequence[Change]
    """What no entry allows."""
    allowed: Sequence[Allowed]
    """The entries that allow something."""
    loss: str
    """What is lost with the resource, or why it may not be made."""
    is_administrators: bool
    """Whether the workflow's role of a protected stack can't do it."""


def find(preview: Preview, table: Table, entries: Sequence[Allowed]) -> Iterator[Finding]:
    """Examine all steps of a preview, and return those that change something."""
    kinds, resources = table.kinds(preview.stack), Resources(preview, table.stage)
    for step in preview.steps:
        if step.is_component and step.type.startswith(table.components):
            continue
        kind = Kind() if step.is_component else kinds.get(step.type, Kind())
        changes = list(changes_of(step))
        demands = list(_demands(step, changes, kind, table, resources))
        if not demands and step.operation in {"same", *_LOOKS}:
            continue
        names = {step.operation, *(change.path[0] for change in changes)}
        is_new = kind != Kind() and step.operation == "create"
        yield Finding(
            step,
            changes,
            [each for each in demands if not any(entry.meets(step, each) for entry in entries)],
            [entry for entry in entries if any(entry.meets(step, each) for each in demands)],
            "No new one is in the gate's table." if is_new else kind.loss,
            bool(names & kind.administrator) or resources.is_first,
        )


def _demands(
    step: Step, changes: Sequence[Change], kind: Kind, table: Table, resources: Resources
) -> Iterator[Change]:
    # Nothing of a resource that goes, or is only looked at, gets another value.
    judged = [*changes] if step.new and step.operation not in _LOOKS else []
    is_external = all(state.external for state in step.states)
    is_first = resources.is_first and step.operation == "create" and kind != Kind()
    passes = {
        "same": True,
        "refresh": True,
        "read": is_external,
        "discard": is_external,
        "update": bool(judged),
        "create": is_first or kind.create is not None,
        "replace": kind.replace,
        "delete": kind.delete,
    }
    may_happen = passes.get(step.operation, False)
    rules = {**table.options, **kind.rules(step.operation)}
    if not may_happen:
        whole = Change((), None, step.new.inputs if step.new else None, "isn't shown")
        yield Change((step.operation,), None, whole.new)
        yield from whole.hidden()
    if is_first or not may_happen:
        judged, rules = [each for each in judged if each.path[0] == "options"], table.options
    elif step.operation == "create":
        given = [change.where for change in judged]
        for path in kind.create or {}:
            if not any(re.fullmatch(path, where) for where in given):
                judged.append(Change(tuple(path.split(".")), None, None))
    for change in judged:
        has = canonical(at(step.old.outputs if step.old else None, change.path))
        # AWS has the new value already.
        if has == canonical(change.new) and change.new is not None and SECRET not in has:
            continue
        matching = [rule for path, rule in rules.items() if re.fullmatch(path, change.where)]
        whys = [refusal(rule, change, step, resources) for rule in matching]
        if None not in whys:
            refused = replace(change, why=next(iter(whys), "isn't in the gate's table"))
            hidden = [*refused.hidden()]
            yield from hidden if refused in hidden else [refused, *hidden]
