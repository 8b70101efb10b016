"""A visitor of a page with the element."""

from __future__ import annotations

import time
from typing import Any

from playwright.sync_api import Page, expect
from servers import PATIENCE_SECONDS, Api, Site

# Records the element's events, and lets it retry as early as it can.
RECORDER = """
window.told = [];
for (const name of ["loaded", "error"]) {
  addEventListener("visitor-count:" + name, ({ detail }) => told.push({ name, detail }));
}
window.violations = [];
document.addEventListener("securitypolicyviolation", ({ violatedDirective }) => {
  violations.push(violatedDirective);
});
Math.random = () => 0;
"""

# Adds up the layout shifts, as browsers score them.
SHIFTS = """
window.shifts = 0;
new PerformanceObserver((list) => {
  for (const shift of list.getEntries()) shifts += shift.value;
}).observe({ type: "layout-shift", buffered: true });
"""
TWO_FRAMES = """
() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(null))))
"""

NO_STORAGE = """
for (const storage of ["localStorage", "sessionStorage"]) {
  Object.defineProperty(window, storage, {
    get() { throw new DOMException("", "SecurityError"); },
  });
}
"""

SET_SRC = "(url) => document.querySelector('visitor-count').setAttribute('src', url)"


class Visitor:
    """A page in a browser, with its site and API."""

    def __init__(self, page: Page, site: Site, api: Api) -> None:
        """Open an empty page."""
        self.page, self.site, self.api = page, site, api
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.add_init_script(RECORDER)

    def opens(self, body: str, lang: str = ' lang="en"', attributes: str = "") -> None:
        """Open a page with this body, in which COUNTER is the element, with more attributes."""
        counter = f'<visitor-count src="{self.api.url}" {attributes}>many</visitor-count>'
        self.site.put_page(body.replace("COUNTER", counter), lang=lang)
        self.goes_to("/index.html")

    def goes_to(self, path: str) -> None:
        """Open a page of the site."""
        self.page.goto(self.site.origin + path)

    def reads(self, text: str) -> None:
        """Wait until the first paragraph has this text, also for a screen reader."""
        expect(self.page.locator("p").first).to_match_aria_snapshot(f"- paragraph: {text}")

    def waits_until(self, condition: str) -> None:
        """Wait until a condition holds.

        Playwright's own `wait_for_function` needs a policy with `unsafe-eval`.
        """
        end = time.monotonic() + PATIENCE_SECONDS
        while not self.page.evaluate(condition):
            assert time.monotonic() < end, f"never: {condition}"
            self.page.wait_for_timeout(10)

    def is_told(self, *names: str) -> list[Any]:
        """Wait until the page got these events, and return their details."""
        self.waits_until(f"told.length >= {len(names)}")
        told: list[dict[str, Any]] = self.page.evaluate("told")
        assert [event["name"] for event in told] == list(names)
        return [event["detail"] for event in told]

    def settles(self) -> list[str]:
        """Return the visits that the API got, after waiting for any that is under way."""
        before = self.api.paths.count("/fence")
        self.page.evaluate("(url) => fetch(url).then(() => null)", f"{self.api.origin}/fence")
        self.api.wait_for("/fence", before + 1)
        return self.api.visits
