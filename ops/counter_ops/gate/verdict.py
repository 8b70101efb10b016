"""Decides whether a stack may be deployed."""

import json
import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from counter_ops.gate.allowed import ALLOWED, Allowed, AllowedError, read_allowed
from counter_ops.gate.changes import at
from counter_ops.gate.findings import Finding, find
from counter_ops.gate.preview_output import Preview, PreviewError, read_preview
from counter_ops.gate.table import read_table
from counter_ops.protected_stacks import protected_stacks


@dataclass(frozen=True)
class Run:
    """The result of a run of `pulumi preview --json`."""

    output: str
    exit_code: int
    errors: str = ""
    """Its standard error."""
    stack: str | None = None
    """The stack of the preview, if the caller knows it."""
    plan: str = "null"
    """The plan that it saved."""


@dataclass(frozen=True)
class Verdict:
    """Whether a stack may be deployed, and why not."""

    run: Run
    preview: Preview | None
    """None if the output can't be read."""
    failures: Sequence[str]
    """Why the preview can't be relied on."""
    findings: Sequence[Finding]
    idle: Sequence[Allowed]
    """Entries that allow nothing here, because nothing needs them or they have expired."""
    is_protected: bool
    in_workflow: bool

    @property
    def stack(self) -> str | None:
        """The stack's name, if it is known."""
        return self.run.stack or (self.preview and self.preview.stack)

    @property
    def administrators(self) -> list[Finding]:
        """What the workflow's role can't do."""
        return [each for each in self.findings if each.is_administrators and self.is_protected]

    @property
    def may_go_on(self) -> bool:
        """Whether the change may be deployed."""
        refused = any(each.demands for each in self.findings)
        return not (self.failures or refused or (self.in_workflow and self.administrators))


def judge(
    run: Run,
    entries: Sequence[Allowed],
    today: date,
    protected: Collection[str] = (),
    *,
    in_workflow: bool = False,
) -> Verdict:
    """Decide whether a preview may be deployed. A workflow may not do all in `protected` stacks."""
    failures = [f"The preview failed with exit code {run.exit_code}."] if run.exit_code else []
    preview = None
    try:
        preview = read_preview(run.output)
        failures += _failures(preview, run)
    except PreviewError as error:
        if run.output.strip() or not failures:
            failures.append(f"The preview's output can't be judged: {error}.")
    valid = [entry for entry in entries if today <= entry.expires]
    findings = list(find(preview, read_table(), valid)) if preview else []
    needed = [entry for finding in findings for entry in finding.allowed]
    stack = preview.stack if preview else None
    idle = [each for each in entries if each not in needed and each.is_for(stack)]
    return Verdict(run, preview, failures, findings, idle, stack in protected, in_workflow)


def _failures(preview: Preview, run: Run) -> Iterator[str]:
    if preview.errors and not run.exit_code:
        yield "The preview reports errors, although its exit code is 0."
    # The CLI takes an organization before the stack's name.
    if run.stack and preview.stack != run.stack.rsplit("/", 1)[-1]:
        yield f"This is a preview of {preview.stack}, not of {run.stack}."
    if not any(preview.counts.values()):
        yield "The preview counts no resource at all, not even the stack."
    # These change nothing, and may be counted without being listed.
    for operation in sorted(preview.counts.keys() - {"same", "read", "refresh"}):
        if preview.unlisted(operation):
            yield f"The preview counts more resources to {operation} than it lists."
    settings = {key for key in preview.config if key.startswith("aws:")}
    try:
        settings |= {*_hidden_settings(run.plan)}
    except ValueError as error:
        yield f"The plan can't be read: {error}."
    for key in sorted(settings - read_table().provider):
        yield f"{key} is set of the provider, so the stack may not be deployed where it seems."


def _hidden_settings(plan: str) -> Iterator[str]:
    """Return what a plan sets of providers with names like the engine's own: previews list none."""
    planned = json.loads(plan)
    resources = at(planned, ("resourcePlans",))
    for urn in resources if isinstance(resources, dict) else ():
        for kind in ("adds", "updates"):
            found = at(planned, ("resourcePlans", urn, "goal", "inputDiff", kind))
            if "::pulumi:providers:" in urn and "::default" in urn and isinstance(found, dict):
                yield from found


def decide(run: Run) -> Verdict:
    """Judge with the project's own lists, today."""
    today, protected = datetime.now(UTC).date(), protected_stacks()
    in_workflow = os.environ.get("GITHUB_ACTIONS") == "true"
    try:
        entries = read_allowed(ALLOWED, today)
    except AllowedError as error:
        verdict = judge(run, [], today, protected, in_workflow=in_workflow)
        return replace(verdict, failures=[f"{error}.", *verdict.failures])
    return judge(run, entries, today, protected, in_workflow=in_workflow)
