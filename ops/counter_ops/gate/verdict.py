"""Decides whether a stack may be deployed."""

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from counter_ops.gate.allowed import ALLOWED, Allowed, AllowedError, read_allowed
from counter_ops.gate.changes import DEFAULT_PROVIDER
from counter_ops.gate.findings import Demand, Finding, find
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


@dataclass(frozen=True)
class Verdict:
    """Whether a stack may be deployed, and why not."""

    stack: str | None
    """The stack's name, if it is known."""
    preview: Preview | None
    """None if the output can't be read."""
    failures: Sequence[str]
    """Why the preview can't be relied on."""
    explanations: Sequence[str]
    """The engine's own messages about the failures."""
    findings: Sequence[Finding]
    """All changes."""
    refused: Sequence[tuple[Finding, Sequence[Demand]]]
    """What no entry allows."""
    allowed: Sequence[tuple[Finding, Allowed]]
    idle: Sequence[Allowed]
    """Entries that allow nothing here, because nothing needs them or they have expired."""
    administrators: Sequence[Finding]
    """What the workflow's role can't do."""
    in_workflow: bool

    @property
    def may_go_on(self) -> bool:
        """Whether the change may be deployed."""
        return not (self.failures or self.refused or (self.in_workflow and self.administrators))


def judge(
    run: Run,
    entries: Sequence[Allowed],
    today: date,
    protected: Collection[str] = (),
    *,
    in_workflow: bool = False,
) -> Verdict:
    """Decide whether a preview may be deployed: `protected` names stacks that ask more of that."""
    failures: list[str] = []
    if run.exit_code != 0:
        failures.append(f"The preview failed with exit code {run.exit_code}.")
    preview = None
    try:
        preview = read_preview(run.output)
    except PreviewError as error:
        if run.exit_code == 0 or run.output.strip():
            failures.append(f"The preview's output can't be judged: {error}.")
    if preview and preview.errors and not run.exit_code:
        failures.append("The preview reports errors, although its exit code is 0.")
    stack = preview.stack if preview else None
    # The CLI takes an organization before the stack's name.
    if preview and run.stack and stack != run.stack.rsplit("/", 1)[-1]:
        failures.append(f"This is a preview of {stack}, not of {run.stack}.")
    allowed_settings = read_table().provider
    failures += [
        f"The stack sets {key}, so it may not be deployed where it seems."
        for key in (preview.config if preview else ())
        if key.startswith("aws:") and key not in allowed_settings
    ]
    defaults = {
        state.provider.rsplit("::", 1)[0]
        for state in (step.new for step in (preview.steps if preview else ()))
        if state and DEFAULT_PROVIDER.fullmatch(state.provider)
    }
    if len(defaults) > 1:
        # Previews don't list a provider with such a name, nor what it sets.
        failures.append("Two AWS providers are named like the engine's own, which is only one.")
    findings = find(preview) if preview else []
    valid = [entry for entry in entries if today <= entry.expires]
    refused: list[tuple[Finding, Sequence[Demand]]] = []
    allowed: list[tuple[Finding, Allowed]] = []
    for finding in findings:
        met = [(entry, entry.meets(finding.step, finding.demands)) for entry in valid]
        allowed += [(finding, entry) for entry, demands in met if demands]
        left = [each for each in finding.demands if not any(each in demands for _, demands in met)]
        refused += [(finding, left)] if left else []
    needed = [entry for _, entry in allowed]
    return Verdict(
        stack=run.stack or stack,
        preview=preview,
        failures=failures,
        explanations=[*(preview.errors if preview else []), run.errors] if failures else [],
        findings=findings,
        refused=refused,
        allowed=allowed,
        idle=[each for each in entries if each not in needed and each.is_for(stack)],
        administrators=[each for each in findings if each.is_administrators and stack in protected],
        in_workflow=in_workflow,
    )


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
