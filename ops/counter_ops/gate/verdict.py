"""Decides whether a stack may be deployed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from counter_ops.gate.access import wider_access
from counter_ops.gate.allowed import ALLOWED, Allowed, AllowedError, read_allowed
from counter_ops.gate.findings import Danger, Finding, code
from counter_ops.gate.preview_output import KNOWN, Preview, PreviewError, read_preview
from counter_ops.gate.removal import removals
from counter_ops.gate.safeguards import lost_safeguards


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
    refused: Sequence[Finding]
    allowed: Sequence[tuple[Finding, Allowed]]
    idle: Sequence[Allowed]
    """Exceptions that allow nothing here, because nothing needs them or they have expired."""

    @property
    def may_go_on(self) -> bool:
        """Whether the change may be deployed."""
        return not self.failures and not self.refused


def judge(run: Run, exceptions: Sequence[Allowed], today: date) -> Verdict:
    """Decide whether a preview may be deployed."""
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
    # The CLI takes an organization before the stack's name.
    if preview and run.stack and preview.stack != run.stack.rsplit("/", 1)[-1]:
        failures.append(f"This is a preview of {preview.stack}, not of {run.stack}.")
    findings = find(preview) if preview else []
    allowed = [
        (finding, exception)
        for finding in findings
        for exception in exceptions
        if exception.matches(finding) and today <= exception.expires
    ]
    passing = [finding for finding, _ in allowed]
    needed = [exception for _, exception in allowed]
    return Verdict(
        stack=run.stack or (preview.stack if preview else None),
        preview=preview,
        failures=failures,
        explanations=[*(preview.errors if preview else []), run.errors] if failures else [],
        refused=[each for each in findings if each not in passing],
        allowed=allowed,
        idle=[each for each in exceptions if each not in needed],
    )


def decide(run: Run) -> Verdict:
    """Judge with the reviewed list of allowed changes, today."""
    today = datetime.now(UTC).date()
    try:
        return judge(run, read_allowed(ALLOWED, today), today)
    except AllowedError as error:
        verdict = judge(run, [], today)
        return replace(verdict, failures=[f"{error}.", *verdict.failures])


def find(preview: Preview) -> list[Finding]:
    """Find everything dangerous in a preview."""
    unknown = [
        Finding(
            Danger.UNKNOWN,
            step,
            f"has the operation {code(step.operation)}",
            "The gate doesn't know this operation, and no entry can allow it: extend "
            "ops/counter_ops/gate/preview_output.py.",
        )
        for step in preview.steps
        if step.operation not in KNOWN
    ]
    return unknown + removals(preview) + lost_safeguards(preview) + wider_access(preview)
