"""Writes a verdict in Markdown, for a job's summary and for a comment on a pull request."""

import json
import math
from collections.abc import Iterable, Iterator, Sequence
from difflib import unified_diff

import yaml
from pydantic import JsonValue

from counter_ops.gate.allowed import entries_for
from counter_ops.gate.changes import Change, canonical
from counter_ops.gate.findings import Finding
from counter_ops.gate.preview_output import SECRET
from counter_ops.gate.verdict import Verdict
from counter_ops.markdown import code, escaped, fenced, printed, visible

JOB_SUMMARY_LIMIT = 900_000
"""Characters, few of which take more than a byte. GitHub's limit is 1 MiB:
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary
"""
COMMENT_LIMIT = 60_000
"""Characters. GitHub's limit is 65,536, and `counter comment` adds a few."""

_HOW_TO_ALLOW = (
    "To allow intended changes, add their entries to `allowed-changes.yaml` in the same pull "
    "request, each with a reason and a last day, at most 90 days ahead:"
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

_CONTEXT_LINES = 2
_LONGEST_VALUE = 60
_MOST_WORDS = 10


def verdict_markdown(verdict: Verdict) -> str:
    """Return the verdict with its reasons, without the changes that pass."""
    return "\n\n".join(_verdict(verdict)) + "\n"


def markdown(verdict: Verdict, limit: int, rest: str) -> str:
    """Return the verdict and the changes, in at most `limit` characters.

    Changes that don't fit are left out as a whole. Then `rest` says where they are.
    """
    text, left_out = verdict_markdown(verdict), 0
    room = limit - len(rest) - 100
    for finding in verdict.findings:
        section = "" if finding.demands else _section(finding)
        fits = len(text) + len(section) <= room
        text += section if fits else ""
        left_out += not fits
    if len(text) > room:
        text = text[:room] + "…\n"
    return f"{text}\n**{left_out} more didn't fit here.** {rest}\n" if left_out else text


def _verdict(verdict: Verdict) -> Iterator[str]:
    which = code(verdict.stack) if verdict.stack else "The stack"
    yield f"## ✅ {which} may be deployed" if verdict.may_go_on else f"## ❌ {which} is blocked"
    yield from (f"**{escaped(failure)}**" for failure in verdict.failures)
    said = [*(verdict.preview.errors if verdict.preview else []), verdict.run.errors]
    explanation = "\n".join(each.strip() for each in said if each.strip())
    if explanation and verdict.failures:
        yield printed(explanation)
    refused = [finding for finding in verdict.findings if finding.demands]
    if refused:
        yield "### Blocked"
    for finding in refused:
        yield f"{_line(finding)}\n\n{_diff_block(finding.changes)}"
    if refused and not verdict.failures:
        demands = [(finding.step, each) for finding in refused for each in finding.demands]
        yield _HOW_TO_ALLOW
        yield fenced(visible(_yaml(entries_for(demands))), "yaml")
    if verdict.administrators:
        yield "### An administrator must deploy this"
        names = _few(code(each.step.name) for each in verdict.administrators)
        yield _ADMINISTRATOR.format(", ".join(names), verdict.stack)
    passing = [finding for finding in verdict.findings if not finding.demands]
    if passing:
        yield "### Passes"
        yield "\n".join(map(_line, passing))
    if verdict.idle:
        yield "Remove these entries: nothing here needs them, or they have expired."
        yield "\n".join(f"- the {code(each)}, until {each.expires}" for each in verdict.idle)
    if verdict.preview:
        counts = {each: count for each, count in verdict.preview.counts.items() if count}
        yield ", ".join(f"{count} {escaped(each)}" for each, count in counts.items()) + "."
        if verdict.preview.unlisted("same"):
            yield _NOT_WHOLE


def _line(finding: Finding) -> str:
    """Return a change in words, with what needs an entry, and what an entry allows."""
    step = finding.step
    text = f"- {escaped(step.operation)} **{code(step.name)}** ({code(step.type)})"
    if step.replace_reasons:
        text += f", forced by {', '.join(map(code, step.replace_reasons))}"
    demands = {each.where: each for each in finding.demands if each.why}
    # What forces a replacement is named already.
    named = {*demands, *step.replace_reasons}
    is_whole = step.operation in {"create", "delete"}
    others = [each for each in finding.changes if not is_whole and each.where not in named]
    words = [*_few(map(_words, others)), *map(_words, demands.values())]
    text += f": {'; '.join(words)}." if words else "."
    if any(each.where == step.operation for each in finding.demands):
        text += f" {finding.loss}"
    until = (f" Allowed until {each.expires}: {escaped(each.reason)}" for each in finding.allowed)
    return text + "".join(until)


def _few(words: Iterable[str]) -> list[str]:
    """Return the first ones, and the number of the others."""
    each = list(dict.fromkeys(words))
    more = len(each) - _MOST_WORDS
    return [*each[:_MOST_WORDS], f"{more} more"] if more > 0 else each


def _words(change: Change) -> str:
    old, new = (json.dumps(each, ensure_ascii=False) for each in _shown(change))
    short = max(len(old), len(new)) <= _LONGEST_VALUE
    values = f" from {code(old)} to {code(new)}" if short else ""
    return f"{code(change.where)}{values} {change.why}".rstrip()


def _section(finding: Finding) -> str:
    step = finding.step
    title = f"<b>{escaped(step.name)}</b> <code>{escaped(step.type)}</code>"
    summary = f"<summary>{title} {escaped(step.operation)}</summary>"
    return f"\n<details>{summary}\n\n{_diff_block(finding.changes)}\n\n</details>\n"


def _diff_block(changes: Sequence[Change]) -> str:
    return fenced(diff(changes) or "# no change to show", "diff")


def diff(changes: Sequence[Change]) -> str:
    """Return the changes of a resource as a unified diff of YAML, nothing for secrets."""
    sides = [{change.where: _shown(change)[side] for change in changes} for side in (0, 1)]
    old, new = (
        _yaml({key: each for key, each in side.items() if each is not None}).splitlines()
        for side in sides
    )
    lines = unified_diff(old, new, lineterm="", n=_CONTEXT_LINES)
    # The first two lines name files.
    return visible("\n".join(list(lines)[2:]))


def _shown(change: Change) -> tuple[JsonValue, JsonValue]:
    """Return both sides of a change, without what is secret on either."""
    is_secret = SECRET in canonical([change.old, change.new])
    return (SECRET, SECRET) if is_secret else (change.old, change.new)


def _yaml(value: object) -> str:
    dumped = yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=math.inf)
    return dumped if value else ""
