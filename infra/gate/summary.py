"""A verdict in Markdown, for the summary of a job and for a comment on a pull request."""

import re
from collections.abc import Iterator, Sequence

from gate.diff import diff
from gate.findings import Finding
from gate.preview import Preview, Step
from gate.verdict import Verdict

JOB_SUMMARY_LIMIT = 900_000
"""Characters, of which few take more than a byte. GitHub takes 1 MiB:
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary
"""

COMMENT_LIMIT = 60_000
"""Characters. GitHub takes 65,536, and whoever posts the comment adds to it."""

_HOW_TO_ALLOW = (
    "If one of these is intended, allow it in `infra/gate/allowed.yaml`, with a reason and a last "
    "day, as docs/gate.md says."
)

# Of what the CLI printed: more would bury the rest.
_PRINTED_LIMIT = 20_000

# A URL's query may hold a signature that gives access to what it names.
_QUERY = re.compile(r"(https?://[^\s?\"']+)\?[^\s\"']+")

_WORDS = {"same": "unchanged"}


def headline(verdict: Verdict) -> str:
    """Say in a line whether the stack may go on."""
    which = f"`{_code(verdict.stack)}`" if verdict.stack else "The stack"
    if verdict.may_go_on:
        return f"✅ {which} may go on"
    return f"❌ {which} may not go on"


def verdict_markdown(verdict: Verdict) -> str:
    """Say why, without the changes themselves."""
    return "\n\n".join(_verdict(verdict)) + "\n"


def markdown(verdict: Verdict, limit: int, rest: str) -> str:
    """Say why, and show what would change, in at most `limit` characters.

    Changes that don't fit are left out whole. Then `rest` says where they are.
    """
    text = verdict_markdown(verdict)
    left_out = 0
    room = limit - len(rest) - 100
    for section in _changes(verdict.preview):
        if len(text) + len(section) <= room:
            text += section
        else:
            left_out += 1
    if len(text) > room:
        text = text[:room] + "…\n"
        left_out += 1
    if left_out:
        text += f"\n**{left_out} more had no room here.** {rest}\n"
    return text


def _verdict(verdict: Verdict) -> Iterator[str]:
    yield f"## {headline(verdict)}"
    yield from (f"**{_text(failure)}**" for failure in verdict.failures)
    explanation = "\n".join(each.strip() for each in verdict.explanations if each.strip())
    if explanation:
        yield printed(explanation)
    if verdict.refused:
        yield "### Refused"
        yield _list(_finding(finding) for finding in verdict.refused)
        for exception in verdict.expired:
            yield f"The {_text(str(exception))} was allowed until {exception.expires}."
        yield _HOW_TO_ALLOW
    if verdict.allowed:
        yield "### Allowed by infra/gate/allowed.yaml"
        yield _list(
            f"{_finding(finding)} Allowed until {exception.expires}: {_text(exception.reason)}"
            for finding, exception in verdict.allowed
        )
    if verdict.preview:
        yield _counts(verdict.preview)


def _finding(finding: Finding) -> str:
    return f"{_named(finding.step)} {_text(finding.what)}. {_text(finding.why)}"


def _counts(preview: Preview) -> str:
    counts = [
        f"{count} {_text(_WORDS.get(operation, f'to {operation}'))}"
        for operation, count in preview.counts.items()
        if count
    ]
    return f"{', '.join(counts)}."


def _changes(preview: Preview | None) -> Iterator[str]:
    for step in preview.steps if preview else ():
        # A group of resources is shown by them.
        if step.operation != "same" and not step.is_component:
            changed = f": {', '.join(step.changed)}" if step.changed else ""
            title = _text(f"{step.operation}{changed}")
            shown = diff(step)
            details = _fenced(shown, "diff") if shown else "Nothing that may be shown."
            yield (
                f"\n<details><summary>{_named(step, html=True)} {title}</summary>\n\n"
                f"{details}\n\n</details>\n"
            )


def _named(step: Step, *, html: bool = False) -> str:
    name, kind = _code(step.name), _code(step.type)
    if html:
        return f"<b>{_text(name)}</b> <code>{_text(kind)}</code>"
    return f"**`{name}`** (`{kind}`)"


def _list(items: Iterator[str] | Sequence[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def _code(text: str) -> str:
    """Return a text as it may stand between backticks."""
    return re.sub(r"[`\s]+", " ", text)


def _text(text: str) -> str:
    """Return a text on one line, in which no HTML and no mention is left."""
    one_line = " ".join(text.split())
    return one_line.replace("<", "&lt;").replace("@", "&#64;")


def printed(text: str) -> str:
    """Show what the CLI printed, but no address that gives access to what it names."""
    return _fenced(_QUERY.sub(r"\1?…", text)[:_PRINTED_LIMIT])


def _fenced(text: str, language: str = "") -> str:
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text}\n{fence}"
