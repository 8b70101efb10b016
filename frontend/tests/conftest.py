"""One browser for all tests, and a site, an API and a visitor for each."""

from collections.abc import Iterator

import chromium
import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright
from servers import Api, Site
from visitor import Visitor

ENGINES = ("chromium", "firefox", "webkit")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option for another browser."""
    parser.addoption("--engine", choices=ENGINES, default="chromium", help="of the browser")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what another browser can't do."""
    if config.getoption("--engine") == "chromium":
        return
    chromium_s = [item for item in items if item.get_closest_marker("chromium")]
    items[:] = [item for item in items if item not in chromium_s]
    config.hook.pytest_deselected(items=chromium_s)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Return Playwright."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright, pytestconfig: pytest.Config) -> Iterator[Browser]:
    """Return a browser: a Chromium, unless the command line names another one."""
    others = {"firefox": playwright.firefox, "webkit": playwright.webkit}
    other = others.get(str(pytestconfig.getoption("--engine")))
    with other.launch() if other else chromium.launch(playwright) as browser:
        yield browser


@pytest.fixture
def api() -> Iterator[Api]:
    """Return an API that counts."""
    with Api() as api:
        yield api


@pytest.fixture
def site(api: Api) -> Iterator[Site]:
    """Return a site of another origin."""
    with Site(api) as site:
        yield site


@pytest.fixture
def visitor(browser: Browser, site: Site, api: Api) -> Iterator[Visitor]:
    """Return a visitor. An uncaught error or a forbidden resource fails the test."""
    with browser.new_context(locale="en-GB") as context:
        visitor = Visitor(context.new_page(), site, api)
        yield visitor
        assert visitor.errors == []
        assert visitor.page.evaluate("window.violations ?? []") == []
