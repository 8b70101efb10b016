"""The docs' examples, for tests to run."""

import re

from servers import FRONTEND

README = FRONTEND / "README.md"
INTEGRITY = re.compile(r"sha384-[^\"]+")


def example(language: str, start: str) -> str:
    """Return the README's one block of code with this start."""
    fence = re.compile(rf"^```{language}\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    blocks: list[str] = fence.findall(README.read_text())
    (block,) = [block for block in blocks if block.startswith(start)]
    return block


def without_element(url: str) -> str:
    """Return the ten lines that replace the element, for a counter's URL."""
    return example("js", "try").replace("https://…/visitorcount", url)


def with_element(url: str) -> str:
    """Return the lines that embed the element, for a counter's URL."""
    return example("html", "<script").replace("https://…/visitorcount", url)


def width_rule() -> str:
    """Return the rule that reserves the number's width."""
    return example("css", "visitor-count {")
