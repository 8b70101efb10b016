"""A page that Chromium prerenders.

Chromium doesn't prerender while its DevTools protocol drives it, as Playwright does. So here it
runs by itself, and the pages report to the servers.
"""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import chromium
import pytest
from documents import without_element
from playwright.sync_api import Playwright
from servers import Api, Site

pytestmark = pytest.mark.chromium

RULES = """<script type="speculationrules">
{"prerender": [{"urls": ["/next.html"], "eagerness": "immediate"}]}
</script>"""


@pytest.fixture(params=["the element", "without the element"])
def next_page(request: pytest.FixtureRequest, site: Site, api: Api) -> str:
    """Return the scripts and the body of a page that counts."""
    if request.param == "the element":
        name, body = "/visitor-count.js", f'<visitor-count src="{api.url}"></visitor-count>'
    else:
        name, body = "/visits.js", '<span id="visits"></span>'
        site.put(name, without_element(api.url))
    # After the counting request and to the same server, so that it can't overtake it.
    site.put("/ran.js", f"fetch('{api.origin}/ran?prerendering=' + document.prerendering)")
    modules = [f'<script type="module" src="{src}"></script>' for src in (name, "/ran.js")]
    site.put_page(body, "/next.html", scripts="".join(modules))
    return "/next.html"


@pytest.fixture
def go(playwright: Playwright, site: Site, tmp_path: Path) -> Iterator[Event]:
    """Open a page before the next one, and return an event that sends its visitor there."""
    go = Event()
    go_script = "fetch('/go.json').then(() => { location.href = '/next.html' })"
    site.put("/go.json", "", after=go)
    site.put("/start.html", f"<!doctype html>{RULES}<script>{go_script}</script>", policy=False)
    # The debugging port, which nothing uses, keeps Chromium from ending immediately.
    command = [chromium.find(playwright), *chromium.ARGUMENTS, "--headless", "--no-first-run"]
    command += ["--remote-debugging-port=0", f"--user-data-dir={tmp_path}"]
    command += [f"{site.origin}/start.html"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as browser:
        try:
            yield go
        finally:
            go.set()
            browser.terminate()


@pytest.mark.usefixtures("next_page")
def test_a_prerendered_page_counts_once_it_is_shown(api: Api, go: Event) -> None:
    api.wait_for("/ran?prerendering=true")
    assert api.visits == []
    go.set()
    api.wait_for("/visitorcount")
    assert api.paths == ["/ran?prerendering=true", "/visitorcount"]
