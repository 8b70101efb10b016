"""What the gate finds."""

from dataclasses import dataclass
from enum import StrEnum

from gate.preview import Step


class Danger(StrEnum):
    """What is dangerous about a change, as the list of allowed ones names it."""

    DELETE = "delete"
    """Something is deleted that holds data, or that others hold a reference to."""
    REPLACE = "replace"
    """The same is deleted after another one was made."""
    UNPROTECT = "unprotect"
    """What keeps a resource from being deleted is taken away."""
    SAFEGUARD = "safeguard"
    """Point-in-time recovery or deletion protection is turned off."""
    ACCESS = "access"
    """Somebody may do more than before."""
    UNKNOWN = "unknown"
    """Nobody knows what would happen. This can't be allowed."""


@dataclass(frozen=True)
class Finding:
    """Something dangerous that would happen to a resource."""

    danger: Danger
    step: Step
    what: str
    """What would happen, with the property that makes it happen."""
    why: str
    """Why that is dangerous."""
