"""The element and the demo page with the real counter, as `make run` runs it."""

import json
from collections.abc import Iterator

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
    number = page.locator("visitor-count:state(loaded) [part=count]")
    expect(number).to_have_count(1)
    return int(number.inner_text().replace(",", ""))


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
    first = count(page)
    assert json.loads(page.locator("#json").inner_text()) == {"count": first}
    expect(page.locator("#problem")).to_be_hidden()
    page.get_by_role("link", name="Visit again").press("Enter")
    expect(page.locator("[part=count]")).to_have_text(f"{first + 1:,}")


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


def test_the_demo_page_is_read_in_order_and_used_by_keyboard(page: Page, counter: str) -> None:
    page.goto(counter)
    count(page)
    expect(page.locator("main")).to_match_aria_snapshot(r"""
      - heading "Visitor counter" [level=1]
      - region "Visits":
        - paragraph: /^41,2\d\d visits, yours included$/
        - paragraph:
          - link "Visit again"
      - region "Put it on your page":
        - heading "Put it on your page" [level=2]
      - region "What the API answered":
        - heading "What the API answered" [level=2]
    """)
    for name in ("Visit again", "problem details"):
        page.keyboard.press("Tab")
        link = page.get_by_role("link", name=name)
        expect(link).to_be_focused()
        expect(link).to_have_css("outline-style", "solid")


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_the_demo_page_moves_neither_sideways_nor_when_the_number_comes(
    page: Page, counter: str, width: int
) -> None:
    page.add_init_script(SHIFTS)
    page.set_viewport_size({"width": width, "height": 800})
    page.route("**/visitorcount?*", lambda route: route.fulfill(json={"count": 9_876_543}))
    page.goto(counter)
    assert count(page) == 9_876_543
    page.evaluate(TWO_FRAMES)
    assert page.evaluate("[document.documentElement.scrollWidth, shifts]") == [width, 0]


COLOURS = """
() => [document.documentElement, document.querySelector("visitor-count")].map((element, place) =>
  getComputedStyle(element)[place ? "color" : "backgroundColor"].match(/[\\d.]+/g).map(Number))
"""


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
    durations = page.locator(".button").evaluate("e => getComputedStyle(e).transitionDuration")
    assert set(durations.split(", ")) == {duration}


def test_the_demo_page_says_so_without_javascript(browser: Browser, counter: str) -> None:
    with browser.new_page(java_script_enabled=False) as page:
        page.goto(counter)
        expect(page.locator("visitor-count")).to_have_text("\N{EN DASH}")
        hint = page.locator("noscript")
        expect(hint).to_be_visible()
        assert hint.text_content() == "Counting needs JavaScript."


def test_the_demo_page_s_policy_allows_nothing_inline(page: Page, counter: str) -> None:
    response = page.goto(counter)
    assert response is not None
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
