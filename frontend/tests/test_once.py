"""With `once`, further views of a browser show the number and aren't counted."""

from datetime import UTC, datetime, timedelta

import pytest
from servers import Answer
from visitor import NO_STORAGE, Visitor

SENTENCE = "<p>COUNTER visits</p>"
DAY = 'once="day"'
SESSION = 'once="session"'
STORED = "[{...localStorage}, {...sessionStorage}]"


@pytest.mark.parametrize("once", [DAY, SESSION])
def test_a_browser_counts_once(visitor: Visitor, once: str) -> None:
    visitor.opens(SENTENCE, attributes=once)
    visitor.reads("41,233 visits")
    visitor.api.count += 1
    visitor.opens(SENTENCE, attributes=once)
    visitor.reads("41,234 visits")
    assert visitor.settles() == ["GET"]
    assert visitor.api.reads == [None]


@pytest.mark.parametrize("once", [DAY, SESSION])
def test_it_keeps_a_date_and_nothing_else(visitor: Visitor, once: str) -> None:
    visitor.page.clock.set_fixed_time(datetime(2026, 11, 29, 23, 59, tzinfo=UTC))
    visitor.opens(SENTENCE, attributes=f'{once} page="/a"')
    visitor.is_told("loaded")
    kept = {f"visitor-count {visitor.api.url}": "2026-11-29"}
    assert visitor.page.evaluate(STORED) == ([kept, {}] if once == DAY else [{}, kept])


def test_without_once_it_keeps_nothing(visitor: Visitor) -> None:
    visitor.opens(SENTENCE)
    visitor.is_told("loaded")
    assert visitor.page.evaluate(STORED) == [{}, {}]


@pytest.mark.parametrize(("once", "number"), [(DAY, "41,234"), (SESSION, "41,233")])
def test_another_day_counts_again_in_the_same_session_too(
    visitor: Visitor, once: str, number: str
) -> None:
    day = datetime(2026, 11, 29, 23, 59, tzinfo=UTC)
    visitor.page.clock.set_fixed_time(day)
    visitor.opens(SENTENCE, attributes=once)
    visitor.reads("41,233 visits")
    visitor.page.clock.set_fixed_time(day + timedelta(minutes=1))
    visitor.opens(SENTENCE, attributes=once)
    visitor.reads(f"{number} visits")


@pytest.mark.parametrize(("once", "number"), [(DAY, "41,233"), (SESSION, "41,234")])
def test_another_tab_is_another_session(visitor: Visitor, once: str, number: str) -> None:
    visitor.opens(SENTENCE, attributes=once)
    visitor.reads("41,233 visits")
    tab = Visitor(visitor.page.context.new_page(), visitor.site, visitor.api)
    tab.goes_to("/index.html")
    tab.reads(f"{number} visits")


def test_a_further_view_shows_its_page_s_number(visitor: Visitor) -> None:
    visitor.api.pages["/b"] = 7
    visitor.opens(SENTENCE, attributes=f'{DAY} page="/a"')
    visitor.reads("1 visits")
    visitor.page.evaluate("document.querySelector('visitor-count').page = '/b'")
    visitor.reads("7 visits")
    assert visitor.settles() == ["GET"]
    assert visitor.api.reads == ["/b"]


def test_elements_of_one_view_share_its_visit(visitor: Visitor) -> None:
    visitor.opens("<p>COUNTER</p><p></p>", attributes=DAY)
    visitor.is_told("loaded")
    visitor.page.evaluate(
        "document.body.append(document.querySelector('visitor-count').cloneNode(true))"
    )
    visitor.is_told("loaded", "loaded")
    assert visitor.settles() == ["GET"]
    assert visitor.api.reads == []


def test_another_counter_counts(visitor: Visitor) -> None:
    visitor.opens(SENTENCE, attributes=DAY)
    visitor.reads("41,233 visits")
    visitor.page.evaluate(
        "(url) => (document.querySelector('visitor-count').src = url + '?b')", visitor.api.url
    )
    visitor.reads("41,234 visits")


@pytest.mark.parametrize(
    "answer",
    [Answer(body='{"count": 7, "counted": false, "reason": "prefetch"}'), Answer(500, "{}")],
    ids=["not counted", "an error"],
)
def test_a_view_that_was_not_counted_leaves_the_next_one_to_count(
    visitor: Visitor, answer: Answer
) -> None:
    visitor.api.will(answer)
    visitor.opens(SENTENCE, attributes=DAY)
    visitor.waits_until("told.length === 1")
    visitor.opens(SENTENCE, attributes=DAY)
    visitor.reads("41,233 visits")


def test_it_counts_each_view_where_storage_is_forbidden(visitor: Visitor) -> None:
    visitor.page.add_init_script(NO_STORAGE)
    for number in ("41,233", "41,234"):
        visitor.opens(SENTENCE, attributes=DAY)
        visitor.reads(f"{number} visits")
