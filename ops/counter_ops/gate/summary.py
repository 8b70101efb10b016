"""Writes a verdict in Markdown, for a job's summary and for a comment on a pull request."""

import math
import re
from collections.abc import Iterable, Iterator

import yaml

from counter_ops.gate.diff import diff
from counter_ops.gate.findings import Danger, Finding, code
from counter_ops.gate.preview_output import Preview, Step
from counter_ops.gate.verdict import Verdict
from counter_ops.markdown import fenced, printed, visible

JOB_SUMMARY_LIMIT = 900_000
"""Characters, few of which take more than a byte. GitHub's limit is 1 MiB:
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary
"""

COMMENT_LIMIT = 60_000
"""Characters. GitHub's limit is 65,536, and `counter comment` adds a few."""

_HOW_TO_ALLOW = (
    "To allow an intended change, add its entry to `allowed-changes.yaml`, with a reason and an "
    "expiry date, in the same pull request:"
)

_NOT_WHOLE = (
    "Unchanged resources aren't listed (`--show-sames`), so the gate can't see whether one of them "
    "loses its `retainOnDelete`."
)

# Characters by which a text could become a link, a picture, a tag or a mention.
_MEANINGFUL = re.compile(r"[\\`*_\[\]<>&@#|!~]")

_WORDS = {"same": "unchanged"}


def _headline(verdict: Verdict) -> str:
    """Return a line that says whether the stack may be deployed."""
    which = code(verdict.stack) if verdict.stack else "The stack"
    return f"✅ {which} may be deployed" if verdict.may_go_on else f"❌ {which} is blocked"


def verdict_markdown(verdict: Verdict) -> str:
    """Return the verdict with its reasons, without the changes."""
    return "\n\n".join(_verdict(verdict)) + "\n"


def markdown(verdict: Verdict, limit: int, rest: str) -> str:
    """Return the verdict and the changes, in at most `limit` characters.

    Changes that don't fit are left out as a whole. Then `rest` says where they are.
    """
    text = verdict_markdown(verdict)
    room = limit - len(rest) - 100
    left_out = 0
    for step in _changed(verdict.preview):
        # Rendering takes longer than counting.
        section = _change(step) if len(text) < room else None
        if section and len(text) + len(section) <= room:
            text += section
        else:
            left_out += 1
    if len(text) > room:
        text = text[:room] + "…\n"
        left_out += 1
    if left_out:
        text += f"\n**{left_out} more didn't fit here.** {rest}\n"
    return text


def _verdict(verdict: Verdict) -> Iterator[str]:
    yield f"## {_headline(verdict)}"
    yield from (f"**{_text(failure)}**" for failure in verdict.failures)
    explanation = "\n".join(each.strip() for each in verdict.explanations if each.strip())
    if explanation:
        yield printed(explanation)
    if verdict.refused:
        yield "### Blocked"
        yield _list(map(_finding, verdict.refused))
        entries = [_entry(each) for each in verdict.refused if each.danger != Danger.UNKNOWN]
        if entries and not verdict.failures:
            yield _HOW_TO_ALLOW
            yield fenced(yaml.safe_dump(entries, sort_keys=False, width=math.inf), "yaml")
    if verdict.allowed:
        yield "### Allowed by allowed-changes.yaml"
        yield _list(
            f"{_finding(finding)} Allowed until {exception.expires}: {_text(exception.reason)}"
            for finding, exception in verdict.allowed
        )
    if verdict.idle:
        yield "Remove these entries: nothing here needs them, or they have expired."
        yield _list(f"the {code(each)}, until {each.expires}" for each in verdict.idle)
    if verdict.preview:
        yield _counts(verdict.preview)
        if not verdict.preview.is_whole:
            yield _NOT_WHOLE


def _finding(finding: Finding) -> str:
    step = finding.step
    details = f": {'; '.join(finding.details)}" if finding.details else ""
    return f"**{code(step.name)}** ({code(step.type)}) {finding.what}{details}. {finding.why}"


def _entry(finding: Finding) -> dict[str, object]:
    """Return the entry that would allow a finding. People add the reason and the expiry date."""
    return {
        "type": finding.step.type,
        "name": finding.step.name,
        "change": str(finding.danger),
        **({"allows": list(finding.details)} if finding.details else {}),
        "reason": "",
        "expires": "",
    }


def _counts(preview: Preview) -> str:
    counts = [
        f"{count} {_text(_WORDS.get(operation, f'to {operation}'))}"
        for operation, count in preview.counts.items()
        if count
    ]
    return f"{', '.join(counts)}."


def _changed(preview: Preview | None) -> Iterator[Step]:
    for step in preview.steps if preview else ():
        # A component's resources are shown instead of it.
        if step.operation != "same" and not step.is_component:
            yield step


def _change(step: Step) -> str:
    changed = f": {', '.join(step.changed)}" if step.changed else ""
    title = f"<b>{_text(step.name)}</b> <code>{_text(step.type)}</code>"
    title += f" {_text(step.operation + changed)}"
    shown = diff(step)
    details = fenced(shown, "diff") if shown else "No change to show."
    return f"\n<details><summary>{title}</summary>\n\n{details}\n\n</details>\n"


def _list(items: Iterable[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _text(text: str) -> str:
    """Return a text on one line, escaped for Markdown, HTML and GitHub."""
    one_line = visible(" ".join(text.split()))
    return _MEANINGFUL.sub(lambda match: f"&#{ord(match[0])};", one_line)
