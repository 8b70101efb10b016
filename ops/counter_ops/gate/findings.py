"""The gate's findings, and their names in Markdown."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from counter_ops.gate.preview_output import Step
from counter_ops.markdown import visible


class Danger(StrEnum):
    """The kinds of danger, with their names in the list of allowed changes."""

    DELETE = "delete"
    """A resource that holds data, or that others refer to, is deleted."""
    REPLACE = "replace"
    """Such a resource is deleted after a new one was created."""
    UNPROTECT = "unprotect"
    """A resource loses its protection from being deleted."""
    SAFEGUARD = "safeguard"
    """A setting that protects data or an address is turned off."""
    ACCESS = "access"
    """Someone gets more access than before."""
    UNKNOWN = "unknown"
    """The gate doesn't know the operation. No entry can allow it."""


# Characters that would end inline code.
_BREAKING = re.compile(r"[`\s]+")


@dataclass(frozen=True)
class Finding:
    """A dangerous change to a resource. Its texts are Markdown."""

    danger: Danger
    step: Step
    what: str
    """The change, with the property that causes it."""
    why: str
    """Why the change is dangerous."""
    details: Sequence[str] = ()
    """The access that it would give, one by one."""


def code(text: object) -> str:
    """Return any value as inline code of Markdown, which shows it literally."""
    return f"`{visible(_BREAKING.sub(' ', str(text)).strip())}`"
