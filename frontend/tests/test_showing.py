"""Some elements only show the number, and never count."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from chromium import PLAIN_HOST
from playwright.sync_api import Route
from servers import Answer
from visitor import NO_STORAGE, Visitor

SENTENCE = "<p>COUNTER visits</p>"


def elsewhere(visitor: Visitor) -> str:
    """Return the URL of the counter on a host that isn't this machine, by its name."""
    return visitor.api.url.replace("127.0.0.1", PLAIN_HOST)


def put_page(visitor: Visitor, src: str) -> None:
    visitor.site.put_page(f'<p><visitor-count src="{src}">many</visitor-count> visits</p>')
    headers = visitor.site.files["/index.html"].headers
    headers["Content-Security-Policy"] = f"script-src 'self'; connect-src {src}/current {src}"


def test_a_display_shows_the_number_and_counts_nothing(visitor: Visitor) -> None:
    visitor.opens(SENTENCE, attributes="display")
    visitor.reads("41,232 visits")
    assert visitor.is_told("loaded") == [{"count": 41232}]
    assert visitor.settles() == []
    assert visitor.api.views == []
    assert visitor.api.reads == [None]


def test_a_display_shows_the_number_of_another_page(visitor: Visitor) -> None:
    visitor.api.pages["/blog/ä b"] = 7
    visitor.opens(SENTENCE, attributes='display page="/blog/ä b"')
    visitor.reads("7 visits")
    assert visitor.api.reads == ["/blog/ä b"]
    assert visitor.settles() == []


def test_a_number_before_the_first_visit_is_0(visitor: Visitor) -> None:
    visitor.api.count = 0
    visitor.opens(SENTENCE, attributes="display")
    visitor.reads("0 visits")


@pytest.mark.parametrize(
    ("src", "read"), [("/", "/current"), ("?a=b", "/current?a=b"), ("/?a=/", "/current?a=/")]
)
def test_a_display_reads_the_path_below_the_src(visitor: Visitor, src: str, read: str) -> None:
    visitor.opens(f'<p><visitor-count display src="{visitor.api.url}{src}"></visitor-count></p>')
    visitor.is_told("loaded")
    assert visitor.api.paths == [f"/visitorcount{read}"]


def test_a_display_beside_an_element_that_counts_counts_nothing_more(visitor: Visitor) -> None:
    visitor.opens(f'{SENTENCE}<visitor-count display src="{visitor.api.url}"></visitor-count>')
    visitor.is_told("loaded", "loaded")
    visitor.reads("41,233 visits")
    assert visitor.settles() == ["GET"]


def test_a_visit_that_was_not_counted_shows_the_number_that_stands(visitor: Visitor) -> None:
    answer = '{"count": 0, "counted": false, "reason": "crawler"}'
    visitor.api.will(Answer(body=answer))
    visitor.opens(SENTENCE)
    visitor.reads("0 visits")
    assert visitor.is_told("loaded") == [{"count": 0, "counted": False, "reason": "crawler"}]


# This machine.


@pytest.mark.chromium
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "app.localhost", "mac.local"])
def test_a_page_on_this_machine_shows_a_counter_that_is_elsewhere(
    visitor: Visitor, host: str
) -> None:
    put_page(visitor, elsewhere(visitor))
    visitor.page.goto(f"{visitor.site.origin.replace('127.0.0.1', host)}/index.html")
    visitor.reads("41,232 visits")
    assert visitor.api.visits == []


def test_ipv6_is_this_machine_too(visitor: Visitor) -> None:
    asked: list[str] = []

    def answer(route: Route) -> None:
        url = urlsplit(route.request.url)
        if url.hostname == "::1":
            file = visitor.site.files[url.path]
            route.fulfill(body=file.body, headers=file.headers)
        else:
            asked.append(url.path)
            route.fulfill(json={"count": 7}, headers={"Access-Control-Allow-Origin": "*"})

    put_page(visitor, "http://counter.example/visitorcount")
    visitor.page.route("**/*", answer)
    visitor.page.goto("http://[::1]/index.html")
    visitor.reads("7 visits")
    assert asked == ["/visitorcount/current"]


@pytest.mark.chromium
def test_a_page_in_a_file_shows_a_counter_that_is_elsewhere(
    visitor: Visitor, tmp_path: Path
) -> None:
    put_page(visitor, elsewhere(visitor))
    visitor.site.files["/visitor-count.js"].headers["Access-Control-Allow-Origin"] = "*"
    file = tmp_path / "index.html"
    html = visitor.site.files["/index.html"].body
    file.write_text(html.replace("/visitor-count.js", f"{visitor.site.origin}/visitor-count.js"))
    visitor.page.goto(file.as_uri())
    visitor.reads("41,232 visits")
    assert visitor.api.visits == []


def test_a_page_on_this_machine_counts_with_a_counter_that_is_there_too(visitor: Visitor) -> None:
    put_page(visitor, visitor.api.url)
    visitor.page.goto(f"{visitor.site.origin.replace('127.0.0.1', 'localhost')}/index.html")
    visitor.reads("41,233 visits")


@pytest.mark.chromium
@pytest.mark.parametrize("host", [PLAIN_HOST, f"local.{PLAIN_HOST}"])
def test_a_page_elsewhere_counts(visitor: Visitor, host: str) -> None:
    put_page(visitor, visitor.api.url)
    visitor.page.goto(f"{visitor.site.origin.replace('127.0.0.1', host)}/index.html")
    visitor.reads("41,233 visits")


# The owner's own visits.


def test_the_owner_s_browser_shows_and_never_counts_until_it_is_on_again(visitor: Visitor) -> None:
    said: list[str] = []
    visitor.page.on("console", lambda message: said.append(message.text))
    visitor.opens(SENTENCE)
    visitor.reads("41,233 visits")
    assert said == []

    visitor.goes_to("/empty.html")
    visitor.goes_to("/index.html#visitor-count=off")
    visitor.reads("41,233 visits")
    assert said == ["visitor-count is off in this browser: #visitor-count=on"]
    visitor.opens("<p>COUNTER COUNTER</p>")
    visitor.reads("41,233 41,233")
    assert said == 2 * said[:1]
    assert visitor.settles() == ["GET"]

    visitor.goes_to("/empty.html")
    visitor.goes_to("/index.html#visitor-count=on")
    visitor.reads("41,234 41,234")
    assert said[2:] == ["visitor-count is on in this browser"]
    visitor.opens(SENTENCE)
    visitor.reads("41,235 visits")
    assert len(said) == 3


def test_the_owner_can_say_so_on_a_page_that_is_open(visitor: Visitor) -> None:
    visitor.opens(SENTENCE)
    visitor.reads("41,233 visits")
    visitor.page.evaluate("location.hash = 'visitor-count=off'")
    visitor.waits_until("localStorage['visitor-count'] === 'off'")
    visitor.opens(SENTENCE)
    visitor.reads("41,233 visits")
    assert visitor.settles() == ["GET"]


def test_the_owner_s_page_does_not_count_where_storage_is_forbidden(visitor: Visitor) -> None:
    visitor.page.add_init_script(NO_STORAGE)
    visitor.opens(SENTENCE)
    visitor.reads("41,233 visits")
    visitor.goes_to("/empty.html")
    visitor.goes_to("/index.html#visitor-count=off")
    visitor.reads("41,233 visits")
    assert visitor.settles() == ["GET"]


def test_another_hash_means_nothing(visitor: Visitor) -> None:
    visitor.opens(SENTENCE)
    visitor.reads("41,233 visits")
    visitor.goes_to("/empty.html")
    visitor.goes_to("/index.html#off")
    visitor.reads("41,234 visits")
    assert visitor.page.evaluate("localStorage.length") == 0
