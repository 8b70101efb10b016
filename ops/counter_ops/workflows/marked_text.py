"""The text of a comment or an issue that workflows write and find again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Characters. GitHub refuses longer texts.
LARGEST = 65_536

_AUTHOR = "github-actions[bot]"


@dataclass(frozen=True)
class Marker:
    """The start of a text, invisible to readers."""

    subject: str

    def __str__(self) -> str:
        """Return it in Markdown."""
        return f"<!-- visitor-counter: {self.subject} -->"

    def marks(self, item: Mapping[str, Any]) -> bool:
        """Return whether workflows wrote a comment or an issue with this marker.

        Anyone can write the marker, but only workflows write as GitHub Actions.
        """
        # A deleted account leaves no author, and a text can be empty.
        author: str | None = item["user"] and item["user"]["login"]
        text: str = item["body"] or ""
        return author == _AUTHOR and text.startswith(str(self))


def compose(marker: Marker, contents: str, footer: str) -> str:
    """Return a text that GitHub accepts.

    Contents that are too long are left out: if they were cut, their Markdown could swallow the
    footer.
    """
    body = f"{marker}\n{contents.strip()}\n\n{footer}\n"
    if len(body) > LARGEST:
        body = f"{marker}\nThis is too long for GitHub: see the summary of the run.\n\n{footer}\n"
    return body
