"""The element and the demo page with the real counter, as `make run` runs it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from local_run import local_run
from playwright.sync_api import Browser, Page, expect
from servers import Api, Site
from visitor import SHIFTS, TWO_FRAMES, Visitor


@pytest.fixture(scope="module")
def allowed() -> Iterator[Site]:
    """Return a site with the real counter."""
    with Api() as unused, Site(unused) as site:
        yield site


@pytest.fixture(scope="module")
def counter(allowed: Site, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the URL of a local run's demo page."""
    folder = tmp_path_factory.mktemp("local-run")
    with local_run(folder, ALLOWED_ORIGINS=allowed.origin, START_COUNT="41232") as page:
        yield page


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Return a page. An error or a warning on it fails the test."""
    complaints: list[str] = []
    with browser.new_page(locale="en-GB") as page:
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda message: complaints.append(message.text))
        yield page
    assert complaints == []


def count(page: Page) -> int:
    """Wait for the number, and return it."""
    number = page.locator("visitor-count:state(loaded) [part=count]").first
    return int(number.inner_text().replace(",", ""))


def count_all(page: Page) -> int:
    """Wait until the demo page has all of its numbers and days, and return the site's."""
    expect(page.locator("visitor-count:state(loaded)")).to_have_count(3)
    expect(page.locator("#chart li")).not_to_have_count(0)
    return count(page)


def open_site(page: Page, site: Site, counter: str) -> None:
    # Its policy names no other API.
    site.put_page(f'<p><visitor-count src="{counter}visitorcount">many</visitor-count> visits</p>')
    headers = site.files["/index.html"].headers
    headers["Content-Security-Policy"] = f"script-src 'self'; connect-src {counter}"
    page.goto(f"{site.origin}/index.html")


def test_a_site_among_the_allowed_origins_counts(page: Page, allowed: Site, counter: str) -> None:
    open_site(page, allowed, counter)
    first = count(page)
    page.reload()
    expect(page.locator("[part=count]")).to_have_text(f"{first + 1:,}")


def test_another_site_is_refused(visitor: Visitor, counter: str) -> None:
    open_site(visitor.page, visitor.site, counter)
    (detail,) = visitor.is_told("error")
    assert detail["status"] == 403
    assert detail["problem"]["title"] == "Forbidden"
    visitor.reads("many visits")


def test_the_demo_page_counts_one_visit_and_shows_the_answer(page: Page, counter: str) -> None:
    page.goto(counter)
    first = count_all(page)
    answer = json.loads(page.locator("#json").inner_text())
    assert answer == {
        "count": first,
        "counted": True,
        "page": {"path": "/", "count": answer["page"]["count"]},
    }
    expect(page.locator("#problem")).to_be_hidden()
    page.get_by_role("link", name="Visit again").press("Enter")
    expect(page.locator("[part=count]").first).to_have_text(f"{first + 1:,}")


def test_the_demo_page_reads_well_on_the_first_visit(page: Page, tmp_path: Path) -> None:
    with local_run(tmp_path) as counter:
        page.goto(counter)
        assert count_all(page) == 1
        expect(page.locator(".large")).to_match_aria_snapshot(
            "- paragraph: 1 visit, yours included"
        )
        texts = ["You are visitor 1", "Its number is 1"]
        for dress, text in zip(page.locator("p.dress").all(), texts, strict=False):
            expect(dress).to_match_aria_snapshot(f"- paragraph: {text}")
        expect(page.locator("#summary")).to_have_text("1 visit, 1 today")
        badge = page.get_by_role("img", name="1 visit")
        assert badge.evaluate("async (image) => (await image.decode(), image.naturalHeight)") == 20


def test_the_demo_page_s_days_are_a_list_that_screen_readers_read(page: Page, counter: str) -> None:
    days = [{"day": f"2026-11-{day:02}", "count": day - 1} for day in range(1, 31)]
    page.route("**/visitorcount/history", lambda route: route.fulfill(json={"days": days}))
    page.goto(counter)
    count_all(page)
    region = page.get_by_role("region", name="The last 30 days")
    items = region.get_by_role("listitem")
    assert items.all_text_contents()[:3] == [
        "November 1: 0 visits",
        "November 2: 1 visit",
        "November 3: 2 visits",
    ]
    expect(region.locator("#summary")).to_have_text("435 visits, 29 today")
    heights: list[float] = items.evaluate_all("all => all.map((bar) => bar.offsetHeight)")
    assert len(heights) == 30
    assert heights == sorted(heights)
    assert min(heights) > 0


@pytest.mark.chromium
def test_the_demo_page_s_lines_are_copied_and_embed_this_counter(
    browser: Browser, allowed: Site, counter: str
) -> None:
    with browser.new_context(permissions=["clipboard-read", "clipboard-write"]) as context:
        page = context.new_page()
        page.goto(counter)
        first = count_all(page)
        page.get_by_role("button", name="Copy").click()
        expect(page.get_by_role("status")).to_have_text("Copied.")
        lines = page.evaluate("navigator.clipboard.readText()")
        allowed.put_page(f"<p>{lines}</p>", scripts="")
        headers = allowed.files["/index.html"].headers
        headers["Content-Security-Policy"] = f"script-src 'self'; connect-src {counter}"
        page.goto(f"{allowed.origin}/index.html")
        assert count(page) == first + 1


def test_the_demo_page_s_lines_are_selected_where_they_cannot_be_copied(
    page: Page, counter: str
) -> None:
    page.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new Error());")
    page.goto(counter)
    count_all(page)
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("status")).to_have_text("Selected: copy it with your keyboard.")
    assert "integrity" in page.evaluate("getSelection().toString()")


def test_the_demo_page_says_what_is_wrong(visitor: Visitor, counter: str) -> None:
    problem = {"title": "Service Unavailable", "detail": "The counter is busy."}
    visitor.page.route("**/visitorcount?*", lambda route: route.fulfill(status=503, json=problem))
    visitor.page.goto(counter)
    expect(visitor.page.locator("#problem")).to_have_text("The counter is busy.")
    assert json.loads(visitor.page.locator("#json").inner_text()) == problem
    visitor.page.unroute_all()
    visitor.page.route("**/visitorcount?*", lambda route: route.abort())
    visitor.page.reload()
    expect(visitor.page.locator("#problem")).to_have_text("The counter does not answer.")
    expect(visitor.page.locator("#json")).to_have_text("no answer")


KEYBOARD: list[tuple[Literal["link", "button"], str]] = [
    ("link", "Visit again"),
    ("button", "Copy"),
    ("link", "problem details"),
]


def test_the_demo_page_is_read_in_order_and_used_by_keyboard(page: Page, counter: str) -> None:
    page.goto(counter)
    count_all(page)
    expect(page.locator("main")).to_match_aria_snapshot(r"""
      - heading "Visitor counter" [level=1]
      - region "Visits":
        - paragraph: /^41,2\d\d visits, yours included$/
        - paragraph:
          - link "Visit again"
      - region "In a sentence":
        - heading "In a sentence" [level=2]
        - paragraph: /^You are visitor 41,2\d\d$/
      - region "For this page":
        - heading "For this page" [level=2]
        - paragraph: /^Its number is \d+$/
      - region "As a badge":
        - heading "As a badge" [level=2]
        - paragraph:
          - img /^41,2\d\d visits$/
      - region "The last 30 days":
        - heading "The last 30 days" [level=2]
        - list
      - region "Put it on your page":
        - heading "Put it on your page" [level=2]
      - region "What the API answered":
        - heading "What the API answered" [level=2]
    """)
    for role, name in KEYBOARD:
        page.keyboard.press("Tab")
        link = page.get_by_role(role, name=name)
        expect(link).to_be_focused()
        expect(link).to_have_css("outline-style", "solid")


LARGEST = 9_007_199_254_740_991


@pytest.mark.chromium
@pytest.mark.parametrize("width", [320, 360, 768, 1280])
@pytest.mark.parametrize("number", [1, 9_876_543, LARGEST])
def test_the_demo_page_moves_neither_sideways_nor_when_the_number_comes(
    page: Page, counter: str, width: int, number: int
) -> None:
    page.add_init_script(SHIFTS)
    page.set_viewport_size({"width": width, "height": 800})
    answer = {"count": number, "counted": True, "page": {"path": "/", "count": number}}
    page.route("**/visitorcount?*", lambda route: route.fulfill(json=answer))
    page.goto(counter)
    assert count_all(page) == number
    page.evaluate(TWO_FRAMES)
    sideways, shifts = page.evaluate("[document.documentElement.scrollWidth, shifts]")
    assert sideways == width
    # A number of 16 digits needs a line more.
    assert shifts == 0 or number == LARGEST


COLOURS = """
() => [document.documentElement, document.querySelector(".dress")].map((element, place) =>
  getComputedStyle(element)[place ? "color" : "backgroundColor"].match(/[\\d.]+/g).map(Number))
"""


@pytest.mark.chromium
def test_the_demo_page_s_days_are_seen_in_forced_colours(page: Page, counter: str) -> None:
    page.emulate_media(forced_colors="active")
    page.goto(counter)
    count_all(page)
    colours = page.evaluate(
        "[document.querySelector('#chart li'), document.body].map("
        "(each) => getComputedStyle(each).backgroundColor)"
    )
    assert colours[0] != colours[1]
    assert colours[0] == "rgb(0, 0, 0)"


def test_the_demo_page_on_paper_has_its_days_and_no_buttons(page: Page, counter: str) -> None:
    page.goto(counter)
    count_all(page)
    page.emulate_media(media="print")
    for name in ("Visit again", "Copy"):
        expect(page.get_by_text(name, exact=True)).to_be_hidden()
    expect(page.locator("#chart li").last).to_have_css("print-color-adjust", "exact")


def test_the_demo_page_from_right_to_left_has_its_oldest_day_right_and_its_code_left(
    page: Page, counter: str
) -> None:
    page.goto(counter)
    count_all(page)
    page.evaluate("document.documentElement.dir = 'rtl'")
    first, last = (page.locator("#chart li").nth(place).bounding_box() for place in (0, -1))
    assert first is not None
    assert last is not None
    assert first["x"] > last["x"]
    expect(page.locator("pre").first).to_have_css("direction", "ltr")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_demo_page_is_light_or_dark_as_the_visitor_likes(
    page: Page, counter: str, scheme: str
) -> None:
    # So that the number's colour has no transition.
    page.emulate_media(
        color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce"
    )
    page.goto(counter)
    count(page)
    paper, ink = (sum(colour) for colour in page.evaluate(COLOURS))
    assert (paper < 150 and ink > 600) if scheme == "dark" else (paper > 600 and ink < 150)


@pytest.mark.parametrize(("motion", "duration"), [("reduce", "0s"), ("no-preference", "0.15s")])
def test_the_demo_page_moves_nothing_for_those_who_ask(
    page: Page, counter: str, motion: str, duration: str
) -> None:
    page.emulate_media(reduced_motion="reduce" if motion == "reduce" else "no-preference")
    page.goto(counter)
    durations = page.locator(".button").first.evaluate(
        "e => getComputedStyle(e).transitionDuration"
    )
    assert set(durations.split(", ")) == {duration}


def test_the_demo_page_says_so_without_javascript(browser: Browser, counter: str) -> None:
    with browser.new_page(java_script_enabled=False) as page:
        page.goto(counter)
        expect(page.locator("visitor-count > span")).to_have_text("\N{EN DASH}")
        hint = page.locator("noscript")
        expect(hint).to_be_visible()
        assert hint.text_content() == "Counting needs JavaScript."


def test_the_demo_page_s_policy_allows_nothing_inline(page: Page, counter: str) -> None:
    response = page.goto(counter)
    assert response is not None
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
