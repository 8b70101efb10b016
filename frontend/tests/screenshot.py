"""Takes the pictures of the demo page for the docs, with the real page and counter.

Only the days before today are made up: a counter that has just been started has none.

Its name is no test's, so only `make screenshot` runs it.
"""

from datetime import date, timedelta
from pathlib import Path
from typing import Literal

import pytest
from local_run import WORKSPACE, local_run
from playwright.sync_api import Browser, expect

IMAGES = WORKSPACE / "docs" / "images"

# More on weekdays, and more each week.
LAST_DAY = date(2026, 11, 29)
DAYS = [LAST_DAY - timedelta(days=before) for before in reversed(range(30))]
COUNTS = [
    place * 3 + 40 + place * place % 17 - (25 if day.weekday() > 4 else 0)
    for place, day in enumerate(DAYS)
]
HISTORY = {
    "days": [
        {"day": day.isoformat(), "count": count} for day, count in zip(DAYS, COUNTS, strict=True)
    ]
}


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
        page.route("**/visitorcount/history", lambda route: route.fulfill(json=HISTORY))
        page.goto(url)
        expect(page.locator("visitor-count:state(loaded)")).to_have_count(3)
        expect(page.locator("#chart li")).to_have_count(30)
        page.get_by_role("img", name="41,233 visits").evaluate("(image) => image.decode()")
        page.screenshot(path=IMAGES / f"demo-{scheme}.png", full_page=True)
