"""The element counts each page view once."""

from threading import Event

import pytest
from playwright.sync_api import expect
from servers import Answer
from visitor import SET_SRC, Visitor

SENTENCE = "<p>COUNTER visits</p>"


def test_a_visit_is_counted_and_its_number_shown(visitor: Visitor) -> None:
    visitor.opens(SENTENCE)
    visitor.reads("41,233 visits")
    assert visitor.is_told("loaded") == [{"count": 41233, "counted": True}]
    assert visitor.settles() == ["GET"]


def test_the_request_is_simple_and_says_no_more_than_the_origin(visitor: Visitor) -> None:
    visitor.page.context.add_cookies([{"name": "who", "value": "me", "url": visitor.api.url}])
    visitor.opens(SENTENCE)
    visitor.reads("41,233 visits")
    (request,) = visitor.api.requests
    assert request.method == "GET"
    assert request.headers["origin"] == visitor.site.origin
    assert request.headers["referer"] == f"{visitor.site.origin}/"
    assert "cookie" not in request.headers


def test_the_page_is_told_all_that_the_api_answered(visitor: Visitor) -> None:
    visitor.api.will(Answer(body='{"count": 7, "since": 1999}'))
    visitor.opens(SENTENCE)
    assert visitor.is_told("loaded") == [{"count": 7, "since": 1999}]


def test_the_largest_count_is_shown_exactly(visitor: Visitor) -> None:
    visitor.api.will(Answer(body='{"count": 9007199254740991}'))
    visitor.opens(SENTENCE)
    visitor.reads("9,007,199,254,740,991 visits")


@pytest.mark.parametrize("spelling", ["{origin}/x/../visitorcount", "{url}#part", " {url}"])
def test_elements_with_one_counter_share_a_visit(visitor: Visitor, spelling: str) -> None:
    src = spelling.format(origin=visitor.api.origin, url=visitor.api.url)
    visitor.opens(f'<p>COUNTER and <visitor-count src="{src}"></visitor-count></p>')
    visitor.reads("41,233 and 41,233")
    visitor.is_told("loaded", "loaded")
    assert visitor.settles() == ["GET"]


def test_an_element_that_comes_later_shares_the_visit_too(visitor: Visitor) -> None:
    visitor.opens(SENTENCE)
    visitor.is_told("loaded")
    visitor.page.evaluate(
        "document.querySelector('p').append(document.querySelector('visitor-count').cloneNode(true))"
    )
    visitor.reads("41,233 visits41,233")
    assert visitor.settles() == ["GET"]


def test_another_src_is_another_counter(visitor: Visitor) -> None:
    other = f'<visitor-count src="{visitor.api.url}?other"></visitor-count>'
    visitor.opens(f"<p>COUNTER {other}</p>")
    visitor.is_told("loaded", "loaded")
    assert visitor.settles() == ["GET", "GET"]


def test_a_relative_src_is_resolved_against_the_page(visitor: Visitor) -> None:
    visitor.site.put("/counter.json", '{"count": 5}')
    visitor.opens('<p><visitor-count src="counter.json"></visitor-count></p>')
    visitor.reads('"5"')


def test_a_src_that_changes_counts_the_other_counter(visitor: Visitor) -> None:
    answered = Event()
    visitor.opens(SENTENCE)
    visitor.reads("41,233 visits")
    visitor.api.will(Answer(body='{"count": 8}', after=answered))
    visitor.page.evaluate(SET_SRC, f"{visitor.api.url}?other")
    visitor.reads("many visits")
    answered.set()
    visitor.reads("8 visits")
    visitor.is_told("loaded", "loaded")
    visitor.page.evaluate(SET_SRC, visitor.api.url)
    visitor.reads("41,233 visits")
    assert visitor.settles() == ["GET", "GET"]


def test_a_late_answer_of_the_former_src_is_not_shown(visitor: Visitor) -> None:
    answered = Event()
    visitor.api.will(Answer(body='{"count": 7}', after=answered), Answer(body='{"count": 8}'))
    visitor.opens(SENTENCE)
    visitor.api.wait_for("/visitorcount")
    visitor.page.evaluate(SET_SRC, f"{visitor.api.url}?other")
    visitor.reads("8 visits")
    answered.set()
    visitor.settles()
    visitor.reads("8 visits")
    assert visitor.is_told("loaded") == [{"count": 8}]


def test_an_element_that_is_moved_counts_once(visitor: Visitor) -> None:
    visitor.opens(f"{SENTENCE}<div></div>")
    visitor.is_told("loaded")
    visitor.page.evaluate(
        "document.querySelector('div').append(document.querySelector('visitor-count'))"
    )
    expect(visitor.page.locator("div")).to_match_aria_snapshot("- text: 41,233")
    assert visitor.settles() == ["GET"]
    visitor.is_told("loaded")


def test_an_element_that_is_moved_while_it_waits_counts_once(visitor: Visitor) -> None:
    answered = Event()
    visitor.api.will(Answer(body='{"count": 7}', after=answered))
    visitor.opens(SENTENCE)
    visitor.api.wait_for("/visitorcount")
    visitor.page.evaluate(
        "document.querySelector('p').append(document.querySelector('visitor-count'))"
    )
    answered.set()
    visitor.reads("visits7")
    visitor.is_told("loaded")
    assert visitor.settles() == ["GET"]


def test_an_element_that_is_removed_while_it_waits_shows_the_number_once_it_is_back(
    visitor: Visitor,
) -> None:
    answered = Event()
    visitor.api.will(Answer(body='{"count": 7}', after=answered))
    visitor.opens(SENTENCE)
    visitor.api.wait_for("/visitorcount")
    visitor.page.evaluate("(window.removed = document.querySelector('visitor-count')).remove()")
    answered.set()
    visitor.settles()
    assert visitor.page.evaluate("told") == []
    visitor.page.evaluate("document.querySelector('p').append(removed)")
    visitor.reads("visits7")
    visitor.is_told("loaded")
    assert visitor.settles() == ["GET"]


@pytest.mark.parametrize(
    "script", ["p.append(element); setSrc()", "setSrc(); p.append(element)"], ids=["last", "first"]
)
def test_a_script_can_set_src_before_or_after_it_puts_it_in(visitor: Visitor, script: str) -> None:
    visitor.opens("<p>Visits: </p>")
    visitor.page.evaluate(
        f"""(url) => {{
          const p = document.querySelector("p");
          const element = document.createElement("visitor-count");
          const setSrc = () => element.setAttribute("src", url);
          {script};
        }}""",
        visitor.api.url,
    )
    visitor.reads('"Visits: 41,233"')
    visitor.is_told("loaded")
    assert visitor.settles() == ["GET"]


def test_an_element_outside_of_the_page_counts_nothing(visitor: Visitor) -> None:
    visitor.opens("<p>Nothing</p>")
    visitor.page.evaluate(
        "url => document.createElement('visitor-count').setAttribute('src', url)", visitor.api.url
    )
    assert visitor.settles() == []


def test_a_module_that_is_there_twice_counts_once(visitor: Visitor) -> None:
    visitor.opens(SENTENCE)
    visitor.is_told("loaded")
    visitor.page.evaluate("import('/visitor-count.js?again')")
    assert visitor.settles() == ["GET"]


def test_a_reload_counts_again(visitor: Visitor) -> None:
    visitor.opens(SENTENCE)
    visitor.reads("41,233 visits")
    visitor.page.reload()
    visitor.reads("41,234 visits")


def test_a_visit_is_never_answered_from_a_cache(visitor: Visitor) -> None:
    cacheable = {"Cache-Control": "public, max-age=600"}
    visitor.api.will(Answer(body='{"count": 7}', headers=cacheable))
    visitor.opens(SENTENCE)
    visitor.reads("7 visits")
    visitor.opens(SENTENCE)
    visitor.reads("41,233 visits")
    assert visitor.settles() == ["GET", "GET"]


@pytest.mark.chromium
def test_the_way_back_in_the_history_counts_nothing(visitor: Visitor) -> None:
    visitor.opens(SENTENCE)
    visitor.is_told("loaded")
    visitor.page.evaluate(
        "addEventListener('pageshow', (event) => (window.back = event.persisted))"
    )
    visitor.page.goto(f"{visitor.site.origin}/empty.html")
    visitor.page.go_back(wait_until="commit")
    visitor.waits_until("window.back !== undefined")
    assert visitor.page.evaluate("back") is True
    visitor.reads("41,233 visits")
    assert visitor.settles() == ["GET"]


def test_an_older_browser_shows_the_number_as_well(visitor: Visitor) -> None:
    visitor.page.add_init_script(
        "CustomStateSet.prototype.add = () => { throw new SyntaxError('no dashes'); }"
    )
    visitor.opens(SENTENCE)
    visitor.reads("41,233 visits")
    visitor.is_told("loaded")
