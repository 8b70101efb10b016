"""Writes a verdict in Markdown, for a job's summary and for a comment on a pull request."""

import json
import math
from collections.abc import Iterator, Sequence
from difflib import unified_diff

import yaml
from pydantic import JsonValue

from counter_ops.gate.allowed import entries_for
from counter_ops.gate.changes import Change
from counter_ops.gate.findings import Demand, Finding
from counter_ops.gate.preview_output import Step
from counter_ops.gate.values import showable, unpacked
from counter_ops.gate.verdict import Verdict
from counter_ops.markdown import code, escaped, fenced, printed, visible

JOB_SUMMARY_LIMIT = 900_000
"""Characters, few of which take more than a byte. GitHub's limit is 1 MiB:
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary
"""
COMMENT_LIMIT = 60_000
"""Characters. GitHub's limit is 65,536, and `counter comment` adds a few."""

_HOW_TO_ALLOW = (
    "To allow an intended change, add its entry to `allowed-changes.yaml` in the same pull "
    "request, with a reason and a last day, at most 90 days ahead:"
)
_NOT_WHOLE = (
    "Unchanged resources aren't listed (`--show-sames`), so the gate can't see whether one of them "
    "loses its `protect`."
)
_ADMINISTRATOR = (
    "The stack is protected (`protectedEnvironments` in `account/`), so a workflow's role can't "
    "change {}. An administrator deploys that from their own machine, with `make deploy STACK={}` "
    "(docs/deploy.md). Then run the workflow again."
)
_DONE = {"same": "updated", "read": "only read from now on", "import": "imported"}

_CONTEXT_LINES = 2
_LONGEST_VALUE = 60
_MOST_NAMES = 10
# The time to compare grows with its square.
_MOST_LINES = 3_000


def verdict_markdown(verdict: Verdict) -> str:
    """Return the verdict with its reasons, without the changes that pass."""
    return "\n\n".join(_verdict(verdict)) + "\n"


def markdown(verdict: Verdict, limit: int, rest: str) -> str:
    """Return the verdict and the changes, in at most `limit` characters.

    Changes that don't fit are left out as a whole. Then `rest` says where they are.
    """
    text = verdict_markdown(verdict)
    room = limit - len(rest) - 100
    left_out = 0
    refused = {finding.step.urn for finding, _ in verdict.refused}
    for finding in verdict.findings:
        # Rendering takes longer than counting.
        section = _section(finding.step) if len(text) < room else None
        if section and len(text) + len(section) <= room:
            text += "" if finding.step.urn in refused else section
        else:
            left_out += 1
    if len(text) > room:
        text = text[:room] + "…\n"
        left_out += 1
    if left_out:
        text += f"\n**{left_out} more didn't fit here.** {rest}\n"
    return text


def _verdict(verdict: Verdict) -> Iterator[str]:
    which = code(verdict.stack) if verdict.stack else "The stack"
    yield f"## ✅ {which} may be deployed" if verdict.may_go_on else f"## ❌ {which} is blocked"
    yield from (f"**{escaped(failure)}**" for failure in verdict.failures)
    explanation = "\n".join(each.strip() for each in verdict.explanations if each.strip())
    if explanation:
        yield printed(explanation)
    if verdict.refused:
        yield from _refused(verdict)
    if verdict.administrators:
        yield "### An administrator must deploy this"
        names = dict.fromkeys(code(each.step.name) for each in verdict.administrators)
        # A first deployment has dozens.
        few = len(names) <= _MOST_NAMES
        what = ", ".join(names) if few else f"{len(names)} of the resources below"
        yield _ADMINISTRATOR.format(what, verdict.stack)
    if verdict.allowed:
        yield "### Allowed by allowed-changes.yaml"
        yield "\n".join(
            f"{_line(finding)} Allowed until {entry.expires}: {escaped(entry.reason)}"
            for finding, entry in verdict.allowed
        )
    if verdict.idle:
        yield "Remove these entries: nothing here needs them, or they have expired."
        yield "\n".join(f"- the {code(each)}, until {each.expires}" for each in verdict.idle)
    passing = [_line(finding) for finding in verdict.findings if not finding.demands]
    if passing:
        yield "### Passes"
        yield "\n".join(passing)
    if verdict.preview:
        counts = {
            "unchanged" if op == "same" else f"to {op}": count
            for op, count in verdict.preview.counts.items()
        }
        yield ", ".join(f"{count} {escaped(what)}" for what, count in counts.items() if count) + "."
        if not verdict.preview.is_whole:
            yield _NOT_WHOLE


def _refused(verdict: Verdict) -> Iterator[str]:
    yield "### Blocked"
    for finding, demands in verdict.refused:
        yield _line(finding, demands)
        yield fenced(diff(finding.step) or "# no change to show", "diff")
    entries = entries_for((finding.step, demands) for finding, demands in verdict.refused)
    if entries and not verdict.failures:
        yield _HOW_TO_ALLOW
        yield fenced(yaml.safe_dump(entries, sort_keys=False, width=math.inf), "yaml")


def _line(finding: Finding, demands: Sequence[Demand] = ()) -> str:
    """Return a change in words, with what needs an entry."""
    step, operation = finding.step, finding.step.operation
    text = f"- **{code(step.name)}** ({code(step.type)}) would be "
    text += _DONE.get(operation or "", f"{operation}d") if operation else "changed"
    if operation is None:
        unknown = f"the operation {code(step.engine_operation)}, which the gate doesn't know"
        return f"{text} by {unknown}. No entry can allow it."
    if operation == "replace" and step.replace_reasons:
        text += f", forced by {', '.join(map(code, step.replace_reasons))}"
    refused = {each.where: each.why for each in demands if each.where}
    changed = {} if operation == "create" else {each.where: each for each in finding.changes}
    # What forces a replacement is named already.
    passing = changed.keys() - {*refused, *step.replace_reasons}
    words = [f"{code(where)}{_values(changed[where])}" for where in changed if where in passing]
    words += [f"{code(where)}{_values(changed.get(where))} {refused[where]}" for where in refused]
    text += f": {'; '.join(words)}." if words else "."
    lost = any(not each.where for each in demands) and operation != "update"
    return f"{text} {finding.loss}" if lost else text


def _values(change: Change | None) -> str:
    """Return both values, if they are short."""
    if not change:
        return ""
    both = showable(change.old, change.new), showable(change.new, change.old)
    old, new = (json.dumps(each, ensure_ascii=False) for each in both)
    return "" if max(len(old), len(new)) > _LONGEST_VALUE else f" from {code(old)} to {code(new)}"


def _section(step: Step) -> str:
    title = f"<b>{escaped(step.name)}</b> <code>{escaped(step.type)}</code>"
    shown = diff(step)
    details = fenced(shown, "diff") if shown else "No change to show."
    summary = f"<summary>{title} {escaped(step.engine_operation)}</summary>"
    return f"\n<details>{summary}\n\n{details}\n\n</details>\n"


def diff(step: Step) -> str:
    """Return the changed inputs of a resource as a unified diff of YAML.

    It is empty if only secrets change, because they are hidden on both sides.
    """
    before, after = (dict(state.inputs) if state else {} for state in (step.old, step.new))
    old, new = _lines(showable(before, after)), _lines(showable(after, before))
    if len(old) + len(new) > _MOST_LINES:
        return f"from {len(old)} lines to {len(new)}, too many to compare"
    lines = unified_diff(old, new, lineterm="", n=_CONTEXT_LINES)
    # The first two lines name files.
    return visible("\n".join(list(lines)[2:]))


def _lines(value: JsonValue) -> list[str]:
    text = yaml.safe_dump(unpacked(value), allow_unicode=True, width=math.inf) if value else ""
    return text.splitlines()
