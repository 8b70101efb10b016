"""Finds in each step of a preview what needs an entry in the list of allowed changes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from counter_ops.gate.changes import Change, changes_of
from counter_ops.gate.checks import Case
from counter_ops.gate.preview_output import Preview, State, Step
from counter_ops.gate.resources import Resources
from counter_ops.gate.table import Kind, read_table
from counter_ops.gate.values import at, hidden, same


@dataclass(frozen=True)
class Demand:
    """What an entry must allow."""

    where: str
    """A property's path. Empty for the operation."""
    value: JsonValue
    """The property's new value, or all inputs."""
    hidden: str | None
    """`secret` or `unknown` if the preview doesn't show the value."""
    why: str


@dataclass(frozen=True)
class Finding:
    """A step that changes something, and what of it needs an entry."""

    step: Step
    changes: Sequence[Change]
    demands: Sequence[Demand]
    loss: str
    """What is lost with the resource, or why it may not be made."""
    is_administrators: bool
    """Whether the workflow's role of a protected stack can't do it."""


def find(preview: Preview) -> list[Finding]:
    """Examine all steps of a preview, and return those that change something."""
    table = read_table()
    resources = Resources(preview, table.stage)
    kinds = table.kinds(preview.stack)
    replaced = {step.urn for step in preview.steps if step.operation == "replace"}
    found: list[Finding] = []
    for step in preview.steps:
        groups = step.is_component and step.type.startswith(table.components)
        # The other half of a replacement.
        half = step.engine_operation == "delete-replaced" and step.urn in replaced
        kind = Kind() if step.is_component else kinds.get(step.type, Kind())
        changes = changes_of(step) if step.new and step.operation != "read" else []
        demands = list(_demands(step, kind, changes, resources))
        if groups or half or (not demands and step.operation in {"same", "read"}):
            continue
        names = {step.operation, *(change.path[0] for change in changes)}
        administrators = bool(names & kind.administrator) or (resources.is_first and kind != Kind())
        loss = "No new one is in the gate's table." if step.operation == "create" else kind.loss
        loss = loss if kind != Kind() else "The gate doesn't know this type."
        found.append(Finding(step, changes, demands, loss, administrators))
    return found


def _demands(
    step: Step, kind: Kind, changes: Sequence[Change], resources: Resources
) -> Iterator[Demand]:
    first = resources.is_first and step.operation == "create" and kind != Kind()
    external = all(state.external for state in step.states)
    passes = {
        "same": True,
        "update": bool(changes),
        "read": external or step.engine_operation == "refresh",
        "create": first or kind.create is not None,
        "replace": kind.replace,
        # The second half of a replacement, perhaps of one that broke off.
        "delete": kind.delete or (kind.replace and step.engine_operation == "delete-replaced"),
    }
    if not passes.get(step.operation or ""):
        inputs = dict((step.new or State()).inputs)
        yield Demand("", inputs, None, "")
        yield from _hidden(Change((), None, inputs), "isn't shown")
        changes = [change for change in changes if change.path[0] == "options"]
    given = {change.path for change in changes}
    required = kind.required() if step.operation == "create" and passes["create"] else ()
    for change in [*changes, *(Change(path) for path in required if path not in given)]:
        rule, is_option = kind.rule(step.operation, change.path), change.path[0] == "options"
        outputs = at(dict(step.old.outputs), change.path) if step.old and not is_option else None
        # AWS has the new value already.
        if outputs is not None and not hidden(outputs) and same(outputs, change.new):
            continue
        if first and ("once deployed" in rule if rule else kind.create is None and not is_option):
            continue
        why = Case(change, step, resources).refusal(rule) if rule else "isn't in the gate's table"
        if why and () not in hidden(change.new):
            yield Demand(change.where, change.new, None, why)
        if why:
            yield from _hidden(change, why)


def _hidden(change: Change, why: str) -> Iterator[Demand]:
    for path, kind in hidden(change.new).items():
        yield Demand(Change((*change.path, *path)).where, None, kind, why)
