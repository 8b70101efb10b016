"""Each page view has an id, so that its visit counts once, however often it is sent."""

import re

import pytest
from chromium import PLAIN_HOST
from documents import without_element
from playwright.sync_api import expect
from servers import Answer
from visitor import SET_SRC, Visitor

SENTENCE = "<p>COUNTER visits</p>"
BUSY = Answer(503, "{}", {"Retry-After": "0"})

# The contract's.
ID = re.compile(r"[A-Za-z0-9_-]{16,64}")


def ids(visitor: Visitor) -> list[str]:
    """Return the ids of all requests to the API, each valid."""
    visitor.settles()
    ids = [view or "" for view in visitor.api.views]
    assert all(map(ID.fullmatch, ids)), ids
    return ids


def test_a_page_view_has_an_id_that_its_elements_share(visitor: Visitor) -> None:
    visitor.opens("<p>COUNTER COUNTER</p>")
    visitor.reads("41,233 41,233")
    assert len(ids(visitor)) == 1


def test_a_second_try_has_the_id_of_the_first(visitor: Visitor) -> None:
    visitor.api.will(BUSY)
    visitor.opens(SENTENCE)
    visitor.reads("41,233 visits")
    first, second = ids(visitor)
    assert first == second


def test_another_page_view_has_another_id(visitor: Visitor) -> None:
    visitor.opens(SENTENCE)
    visitor.reads("41,233 visits")
    visitor.page.reload()
    visitor.reads("41,234 visits")
    visitor.opens(SENTENCE)
    visitor.reads("41,235 visits")
    assert len(set(ids(visitor))) == 3


def test_another_src_has_another_id(visitor: Visitor) -> None:
    visitor.opens(SENTENCE)
    visitor.reads("41,233 visits")
    visitor.page.evaluate(SET_SRC, f"{visitor.api.url}?other")
    visitor.reads("41,234 visits")
    first, second = ids(visitor)
    assert first != second


def test_an_element_that_is_put_back_keeps_its_view(visitor: Visitor) -> None:
    visitor.opens(SENTENCE)
    visitor.is_told("loaded")
    visitor.page.evaluate(
        """() => {
          const element = document.querySelector("visitor-count");
          element.remove();
          document.querySelector("p").prepend(element);
        }"""
    )
    visitor.reads("41,233 visits")
    assert len(ids(visitor)) == 1


@pytest.mark.parametrize(
    ("src", "sent"),
    [
        ("", "?"),
        ("?", "?"),
        ("?q=%2Fa+b%20c&x", "?q=%2Fa+b%20c&x&"),
        ("#part?", "?"),
        ("?other#part", "?other&"),
    ],
)
def test_a_query_of_the_src_stays_as_it_is(visitor: Visitor, src: str, sent: str) -> None:
    visitor.opens(f'<p><visitor-count src="{visitor.api.url}{src}"></visitor-count></p>')
    visitor.is_told("loaded")
    (view,) = ids(visitor)
    (request,) = (each for each in visitor.api.requests if each.view)
    assert request.target == f"{visitor.api.PATH}{sent}view={view}"


@pytest.mark.chromium
def test_a_page_without_https_has_ids_too(visitor: Visitor) -> None:
    plain = visitor.site.origin.replace("127.0.0.1", PLAIN_HOST)
    counter = f'<visitor-count src="{visitor.api.url}">many</visitor-count>'
    visitor.site.put_page(f"<p>{counter} visits</p>")
    visitor.page.goto(f"{plain}/index.html")
    assert visitor.page.evaluate("[isSecureContext, typeof crypto.randomUUID]") == [
        False,
        "undefined",
    ]
    visitor.reads("41,233 visits")
    assert len(ids(visitor)) == 1


def test_ids_are_never_too_short_or_too_long(visitor: Visitor) -> None:
    for byte in (0, 255):
        visitor.page.add_init_script(
            f"crypto.getRandomValues = (bytes) => bytes.fill({byte})",
        )
        visitor.opens(SENTENCE)
        visitor.is_told("loaded")
    short, long = ids(visitor)
    assert (len(short), len(long)) == (31, 63)


def test_the_ten_lines_send_a_new_id_each_time(visitor: Visitor) -> None:
    visitor.site.put("/visits.js", without_element(visitor.api.url))
    script = '<script type="module" src="/visits.js"></script>'
    visitor.site.put_page('<span id="visits">many</span>', scripts=script)
    for _ in range(2):
        visitor.page.goto(f"{visitor.site.origin}/index.html")
        expect(visitor.page.locator("#visits")).not_to_have_text("many")
    assert len(set(ids(visitor))) == 2
