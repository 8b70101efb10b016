"""The element as scripts, frameworks and servers meet it."""

import subprocess
from pathlib import Path

import playwright
import pytest
from servers import FRONTEND
from visitor import Visitor

# Playwright brings one.
NODE = Path(playwright.__file__).parent / "driver" / "node"

COUNTER = "document.querySelector('visitor-count')"


def test_a_property_sets_its_attribute(visitor: Visitor) -> None:
    visitor.opens("<p><visitor-count></visitor-count></p>")
    visitor.page.evaluate(f"(url) => {{ {COUNTER}.src = url }}", visitor.api.url)
    visitor.reads("41,233")
    assert visitor.page.evaluate(f"{COUNTER}.getAttribute('src')") == visitor.api.url


@pytest.mark.parametrize("name", ["src", "page", "once"])
def test_a_text_property_is_its_attribute(visitor: Visitor, name: str) -> None:
    visitor.opens("<p>Nothing</p>")
    found = visitor.page.evaluate(
        """(name) => ["", "a", null, undefined].map((value) => {
          const element = document.createElement("visitor-count");
          element.setAttribute(name, "before");
          element[name] = value;
          return [element[name], element.getAttribute(name)];
        })""",
        name,
    )
    assert found == [["", ""], ["a", "a"], [None, None], [None, None]]


def test_display_is_there_or_not(visitor: Visitor) -> None:
    visitor.opens("<p>Nothing</p>")
    found = visitor.page.evaluate(
        """() => [true, "", false, null, undefined].map((value) => {
          const element = document.createElement("visitor-count");
          element.display = value;
          return [element.display, element.hasAttribute("display")];
        })"""
    )
    assert found == [[True, True]] * 2 + [[False, False]] * 3


def test_a_property_that_is_set_before_the_module_comes_holds(visitor: Visitor) -> None:
    visitor.site.put(
        "/early.js",
        f"Object.assign({COUNTER}, {{ src: '{visitor.api.url}', page: '/a', display: true }})",
    )
    module = '<script type="module" src="/visitor-count.js"></script>'
    visitor.site.put_page(
        f'<p><visitor-count></visitor-count></p><script src="/early.js"></script>{module}',
        scripts="",
    )
    visitor.goes_to("/index.html")
    visitor.reads('"0"')
    visitor.page.evaluate(f"{COUNTER}.page = '/b'")
    visitor.is_told("loaded", "loaded")
    assert visitor.api.reads == ["/a", "/b"]
    assert visitor.settles() == []


def test_a_server_that_renders_pages_can_import_it() -> None:
    module = (FRONTEND / "visitor-count.js").as_uri()
    command = [NODE, "--input-type=module", "--eval", f"await import('{module}')"]
    outcome = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (outcome.returncode, outcome.stderr) == (0, "")
