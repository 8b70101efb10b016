"""One browser for all tests, and a site, an API and a visitor for each."""

from collections.abc import Iterator

import chromium
import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright
from servers import Api, Site
from visitor import Visitor


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Return Playwright."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Return a Chromium."""
    with chromium.launch(playwright) as browser:
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
