"""What the gate finds, and how it names things in Markdown."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from counter_ops.gate.preview_output import Step


class Danger(StrEnum):
    """What is dangerous about a change, as the list of allowed ones names it."""

    DELETE = "delete"
    """Something is deleted that holds data, or that others hold a reference to."""
    REPLACE = "replace"
    """The same is deleted after another one was made."""
    UNPROTECT = "unprotect"
    """What keeps a resource from being deleted is taken away."""
    SAFEGUARD = "safeguard"
    """A setting that keeps data or an address from being lost is turned off."""
    ACCESS = "access"
    """Somebody may do more than before."""
    UNKNOWN = "unknown"
    """Nobody knows what would happen. This can't be allowed."""


# What would end it.
_BREAKING = re.compile(r"[`\s]+")


@dataclass(frozen=True)
class Finding:
    """Something dangerous that would happen to a resource. Its texts are Markdown."""

    danger: Danger
    step: Step
    what: str
    """What would happen, with the property that makes it happen."""
    why: str
    """Why that is dangerous."""
    details: Sequence[str] = ()
    """What it would allow, one by one."""


def code(text: object) -> str:
    """Return a value as Markdown shows it letter by letter, whatever it holds."""
    return f"`{visible(_BREAKING.sub(' ', str(text)).strip())}`"


def visible(text: str) -> str:
    """Return a text without characters that hide or reorder others, or can't be printed."""
    return "".join(
        "\N{REPLACEMENT CHARACTER}"
        if unicodedata.category(each).startswith("C") and each not in "\n\t"
        else each
        for each in text
    )
