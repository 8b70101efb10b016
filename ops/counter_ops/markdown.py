"""Texts as Markdown that shows them literally, and Pulumi's output without secret addresses."""

import re
import unicodedata

# Characters of the CLI's output: more would bury the rest.
_PRINTED_LIMIT = 20_000

# Characters by which a text could become a link, a picture, a tag or a mention.
_MEANINGFUL = re.compile(r"[\\`*_\[\]<>&@#|!~]")
# Characters that would end inline code.
_BREAKING = re.compile(r"[`\s]+")

# A URL's query may hold a signature that gives access.
_QUERY = re.compile(r"(https?://[^\s?\"']+)\?[^\s\"']+")


def visible(text: str) -> str:
    """Return a text without characters that hide or reorder others or aren't printable."""
    return "".join(
        "\N{REPLACEMENT CHARACTER}"
        if unicodedata.category(each).startswith("C") and each not in "\n\t"
        else each
        for each in text
    )


def escaped(text: str) -> str:
    """Return a text on one line, escaped for Markdown, HTML and GitHub."""
    one_line = visible(" ".join(text.split()))
    return _MEANINGFUL.sub(lambda match: f"&#{ord(match[0])};", one_line)


def code(text: object) -> str:
    """Return any value as inline code, which shows it literally."""
    return f"`{visible(_BREAKING.sub(' ', str(text)).strip()) or ' '}`"


def fenced(text: str, language: str = "") -> str:
    """Return a text as a code block, which no line of the text can end."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def printed(text: str) -> str:
    """Show the CLI's output, without URLs that give access."""
    return fenced(visible(_QUERY.sub(r"\1?…", text)[:_PRINTED_LIMIT]))
