"""The text of a comment or an issue that workflows write and find again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Above, GitHub refuses it.
LARGEST = 65_536

_AUTHOR = "github-actions[bot]"


@dataclass(frozen=True)
class Marker:
    """What a text begins with, invisible to readers."""

    subject: str

    def __str__(self) -> str:
        """Return it in Markdown."""
        return f"<!-- visitor-counter: {self.subject} -->"

    def marks(self, item: Mapping[str, Any]) -> bool:
        """Return whether workflows wrote a comment or an issue with this marker.

        Anyone may write the marker. Nobody else may write as GitHub Actions.
        """
        # An account that was deleted is no author, and a text can be empty.
        author: str | None = item["user"] and item["user"]["login"]
        text: str = item["body"] or ""
        return author == _AUTHOR and text.startswith(str(self))


def compose(marker: Marker, contents: str, footer: str) -> str:
    """Return a text that GitHub takes.

    One that is too long is left out: cut somewhere, its Markdown could swallow what follows.
    """
    body = f"{marker}\n{contents.strip()}\n\n{footer}\n"
    if len(body) > LARGEST:
        body = f"{marker}\nThis is too long for GitHub: see the summary of the run.\n\n{footer}\n"
    return body
