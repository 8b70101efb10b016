"""Takes the pictures of the demo page for the docs: the real page, with the real counter."""

from pathlib import Path
from tempfile import TemporaryDirectory

import chromium
from local_run import WORKSPACE, local_run
from playwright.sync_api import Browser, expect, sync_playwright

IMAGES = WORKSPACE / "docs" / "images"


def take(browser: Browser, scheme: str, file: Path) -> None:
    """Take a picture of a visit, in light or dark."""
    with (
        # Each run has a folder of its own, so both pictures show the same count.
        TemporaryDirectory() as folder,
        local_run(Path(folder), start_count=41_232) as url,
        browser.new_page(
            color_scheme="dark" if scheme == "dark" else "light",
            device_scale_factor=1.5,
            locale="en-GB",
            reduced_motion="reduce",
            viewport={"width": 960, "height": 640},
        ) as page,
    ):
        page.goto(url)
        expect(page.locator("visitor-count:state(loaded)")).to_have_count(1)
        page.screenshot(path=file, full_page=True)


if __name__ == "__main__":
    with sync_playwright() as playwright, chromium.launch(playwright) as browser:
        for scheme in ("light", "dark"):
            take(browser, scheme, IMAGES / f"demo-{scheme}.png")
