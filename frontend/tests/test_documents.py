"""The docs' promises about the element hold."""

import base64
import gzip
import hashlib
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from documents import INTEGRITY, README, with_element, without_element
from playwright.sync_api import Page, expect
from servers import FRONTEND, Answer
from visitor import Visitor

ELEMENT = FRONTEND / "visitor-count.js"


def integrity(file: bytes) -> str:
    return f"sha384-{base64.b64encode(hashlib.sha384(file).digest()).decode()}"


def test_the_element_has_3_kb() -> None:
    assert len(gzip.compress(ELEMENT.read_bytes(), compresslevel=9)) <= 3 * 1024


def test_the_hash_in_the_docs_is_that_of_the_file() -> None:
    texts = [file.read_text() for file in (README, FRONTEND.parent / "README.md")]
    hashes = {found for text in texts for found in INTEGRITY.findall(text)}
    assert hashes == {integrity(ELEMENT.read_bytes())}, "run `make element-hash`"


def test_a_clone_on_windows_has_the_file_with_that_hash(tmp_path: Path) -> None:
    for file in (ELEMENT, FRONTEND.parent / ".gitattributes"):
        shutil.copy(file, tmp_path)
    for command in (
        ["init", "--quiet"],
        ["add", ELEMENT.name, ".gitattributes"],
        ["checkout-index", "--all", "--prefix=clone/"],
    ):
        subprocess.run(["git", "-c", "core.autocrlf=true", *command], cwd=tmp_path, check=True)
    assert (tmp_path / "clone" / ELEMENT.name).read_bytes() == ELEMENT.read_bytes()


def open_with(visitor: Visitor, embedded: str) -> None:
    visitor.site.put_page(embedded, scripts="")
    visitor.page.goto(f"{visitor.site.origin}/index.html")


def test_the_lines_to_embed_it_work_as_they_are(visitor: Visitor) -> None:
    open_with(visitor, with_element(visitor.api.url))
    expect(visitor.page.locator("body")).to_match_aria_snapshot('- text: "You are visitor 41,233."')


def test_another_file_is_refused(visitor: Visitor) -> None:
    visitor.site.put(f"/{ELEMENT.name}", ELEMENT.read_text() + "// changed")
    open_with(visitor, with_element(visitor.api.url))
    assert visitor.page.evaluate("customElements.get('visitor-count')") is None
    assert visitor.settles() == []


def open_ten_lines(visitor: Visitor) -> Page:
    visitor.site.put("/visits.js", without_element(visitor.api.url))
    script = '<script type="module" src="/visits.js"></script>'
    visitor.site.put_page('<span id="visits">many</span>', scripts=script)
    visitor.page.goto(f"{visitor.site.origin}/index.html")
    return visitor.page


def test_the_ten_lines_are_ten() -> None:
    assert len(without_element("").splitlines()) == 10


def test_the_ten_lines_show_the_count(visitor: Visitor) -> None:
    page = open_ten_lines(visitor)
    expect(page.locator("#visits")).to_have_text("41,233")
    assert visitor.settles() == ["GET"]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(403, '{"title": "Forbidden"}'),
        Answer(503, '{"title": "Busy", "count": 7}', {"Retry-After": "0"}),
        Answer(200, "{}"),
        Answer(200, "<!doctype html>"),
    ],
    ids=lambda answer: f"{answer.status} {answer.body}",
)
def test_the_ten_lines_show_nothing_else_and_never_retry(visitor: Visitor, answer: Answer) -> None:
    visitor.api.will(answer)
    with visitor.page.expect_event("requestfinished", lambda r: visitor.api.url in r.url):
        page = open_ten_lines(visitor)
    assert visitor.settles() == ["GET"]
    expect(page.locator("#visits")).to_have_text("many")


def test_the_part_states_and_events_in_the_docs_are_those_of_the_element() -> None:
    names = set(re.findall(r"(?::state|::part)\((\w+)|`visitor-count:(\w+)`", README.read_text()))
    assert {"".join(name) for name in names} == {"count", "loading", "loaded", "error"}
    assert all(f'"{"".join(name)}"' in ELEMENT.read_text() for name in names)
