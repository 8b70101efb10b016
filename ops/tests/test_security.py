"""docs/security.md claims only what tests prove."""

import re
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PAGE = (PROJECT / "docs/security.md").read_text()
FOLDERS = [*PROJECT.glob("*/tests"), PROJECT / "tests", PROJECT / "handler/src"]


def test_each_test_that_the_page_names_is_there() -> None:
    sources = [path for folder in FOLDERS for path in folder.rglob("*.[pr][ys]")]
    text = "\n".join(path.read_text() for path in sources)
    tests = set(re.findall(r"\b(?:def|fn) (\w+)\(", text))
    named = set(re.findall(r"`([a-z]+(?:_[a-z0-9]+){3,})`", PAGE))
    assert len(named) > 20  # The page still has the form that this reads.
    assert named <= tests


def test_each_threat_has_something_that_bounds_it_and_proves_it() -> None:
    rows = re.findall(r"^\| (?!threat|-)(.*) \|$", PAGE, re.MULTILINE)
    for row in rows:
        threat, bound, proof, _ = (cell.strip() for cell in f"{row} ".split(" | "))
        assert threat
        assert bound
        assert proof


def test_each_link_leads_somewhere() -> None:
    for link in re.findall(r"\]\(([^)#]+)", PAGE):
        assert (PROJECT / "docs" / link).exists(), link
