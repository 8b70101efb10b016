"""Takes the pictures of the demo page for the docs, with the real page and counter.

Its name is no test's, so only `make screenshot` runs it.
"""

from pathlib import Path
from typing import Literal

import pytest
from local_run import WORKSPACE, local_run
from playwright.sync_api import Browser, expect

IMAGES = WORKSPACE / "docs" / "images"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_picture_shows_a_visit(
    browser: Browser, tmp_path: Path, scheme: Literal["light", "dark"]
) -> None:
    with (
        # Each run has a folder of its own, so both pictures show the same count.
        local_run(tmp_path, START_COUNT="41232") as url,
        browser.new_page(
            color_scheme=scheme,
            device_scale_factor=1.5,
            locale="en-GB",
            reduced_motion="reduce",
            viewport={"width": 960, "height": 640},
        ) as page,
    ):
        page.goto(url)
        expect(page.locator("visitor-count:state(loaded)")).to_have_count(1)
        page.screenshot(path=IMAGES / f"demo-{scheme}.png", full_page=True)
