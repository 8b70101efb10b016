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
@pytest.mark.parametrize(
    ("value", "attribute"), [('""', ""), ('"a"', "a"), ("null", None), ("undefined", None)]
)
def test_a_text_property_is_its_attribute(
    visitor: Visitor, name: str, value: str, attribute: str | None
) -> None:
    visitor.opens("<p>Nothing</p>")
    found = visitor.page.evaluate(
        f"""() => {{
          const element = document.createElement("visitor-count");
          element.setAttribute("{name}", "before");
          element.{name} = {value};
          return [element.{name}, element.getAttribute("{name}")];
        }}"""
    )
    assert found == [attribute, attribute]


@pytest.mark.parametrize(
    ("value", "shown"),
    [("true", True), ('""', True), ("false", False), ("null", False), ("undefined", False)],
)
def test_display_is_there_or_not(visitor: Visitor, value: str, *, shown: bool) -> None:
    visitor.opens("<p>Nothing</p>")
    found = visitor.page.evaluate(
        f"""() => {{
          const element = document.createElement("visitor-count");
          element.display = {value};
          return [element.display, element.hasAttribute("display")];
        }}"""
    )
    assert found == [shown, shown]


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
