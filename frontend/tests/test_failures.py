"""If the number doesn't arrive, the fallback stays, and no visit counts twice."""

import json
from dataclasses import replace
from threading import Event

import pytest
from playwright.sync_api import expect
from servers import Answer
from visitor import SET_SRC, TWO_FRAMES, Visitor

SENTENCE = "<p>COUNTER visits</p>"
MINUTES = 60_000
COUNTED = '{"count": 41233}'
PROBLEM = json.dumps({"type": "about:blank", "title": "No", "detail": "Not now.", "requestId": "1"})
UNREACHABLE = {"status": None, "problem": {"title": "TypeError: Failed to fetch"}}


def busy(retry_after: str | None = "0", status: int = 503) -> Answer:
    """Return a refusal, which may have a time to retry."""
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return Answer(status, PROBLEM, headers)


def tries(visitor: Visitor, answers: list[Answer]) -> None:
    """Get invalid answers from as many counters. The element must not repeat any request."""
    visitor.page.clock.install()
    visitor.opens(SENTENCE)
    visitor.is_told("loaded")
    visitor.page.evaluate("told = []")
    visitor.api.requests.clear()
    for number, answer in enumerate(answers, 1):
        visitor.api.will(answer)
        visitor.page.evaluate(SET_SRC, f"{visitor.api.url}?{number}")
        *_, told = visitor.is_told(*["error"] * number)
        assert told["status"] == answer.status
        visitor.reads("many visits")
        visitor.page.clock.run_for(2 * MINUTES)
        assert visitor.settles() == ["GET"] * number, answer


def test_an_error_leaves_the_fallback_and_is_told(visitor: Visitor) -> None:
    statuses = [403, 404, 500, 502, 504]
    for body in (PROBLEM, COUNTED):
        tries(visitor, [Answer(status, body) for status in statuses])
        assert visitor.is_told(*["error"] * len(statuses)) == [
            {"status": status, "problem": json.loads(body)} for status in statuses
        ]


@pytest.mark.chromium
def test_an_api_that_is_down_leaves_the_fallback(visitor: Visitor) -> None:
    visitor.api.stop()
    visitor.opens(SENTENCE)
    assert visitor.is_told("error") == [UNREACHABLE]
    visitor.reads("many visits")


@pytest.mark.parametrize("status", [429, 503])
def test_a_visit_turned_away_is_sent_again_when_the_api_says_so(
    visitor: Visitor, status: int
) -> None:
    visitor.api.will(busy(status=status))
    visitor.opens(SENTENCE)
    visitor.reads("41,233 visits")
    visitor.is_told("loaded")
    assert visitor.settles() == ["GET", "GET"]


def test_a_visit_is_not_sent_again_before_the_time_and_waits_up_to_a_second_longer(
    visitor: Visitor,
) -> None:
    answered = Event()
    visitor.page.clock.install(time=0)
    visitor.page.clock.pause_at(1000)
    visitor.api.will(replace(busy("60"), after=answered))
    visitor.opens(SENTENCE)
    visitor.page.evaluate("Math.random = () => 0.5")
    with visitor.page.expect_response(f"{visitor.api.url}?*"):
        answered.set()
    assert visitor.settles() == ["GET"]
    visitor.page.clock.run_for(60_499)
    assert visitor.settles() == ["GET"]
    visitor.page.clock.run_for(1)
    visitor.reads("41,233 visits")
    assert visitor.settles() == ["GET", "GET"]


def test_a_visit_is_sent_again_only_once(visitor: Visitor) -> None:
    visitor.page.clock.install()
    visitor.api.will(busy(), busy(), busy())
    visitor.opens(SENTENCE)
    (detail,) = visitor.is_told("error")
    assert detail == {"status": 503, "problem": json.loads(PROBLEM)}
    visitor.page.clock.run_for(2 * MINUTES)
    visitor.reads("many visits")
    assert visitor.settles() == ["GET", "GET"]


def test_nothing_else_is_ever_sent_again(visitor: Visitor) -> None:
    tries(
        visitor,
        [
            busy(None),
            busy(None, 429),
            busy("61"),
            busy("soon"),
            busy("-5"),
            busy(""),
            busy("Fri, 31 Dec 2100 23:59:59 GMT"),
            busy(None, 500),
            busy(None, 502),
            busy(None, 403),
        ],
    )


def test_elements_with_one_counter_share_the_second_attempt_too(visitor: Visitor) -> None:
    visitor.api.will(busy())
    visitor.opens("<p>COUNTER COUNTER</p>")
    visitor.reads("41,233 41,233")
    assert visitor.settles() == ["GET", "GET"]


def test_an_element_removed_until_the_second_attempt_sends_no_third(visitor: Visitor) -> None:
    visitor.page.clock.install()
    visitor.api.will(busy("5"))
    visitor.opens(SENTENCE)
    visitor.settles()
    visitor.page.evaluate("(window.removed = document.querySelector('visitor-count')).remove()")
    visitor.page.clock.run_for(6_000)
    visitor.api.wait_for("/visitorcount", times=2)
    visitor.page.evaluate("document.querySelector('p').prepend(removed)")
    visitor.reads("41,233 visits")
    assert visitor.settles() == ["GET", "GET"]


def test_an_answer_that_is_no_count_leaves_the_fallback(visitor: Visitor) -> None:
    bodies = [
        '{"count": "42"}',
        '{"count": 42, "counted": true, "page": null}',
        '{"count": 42, "counted": true, "page": {"path": "/"}}',
        '{"count": -1}',
        '{"count": 1.5}',
        '{"count": 9007199254740992}',
        '{"count": null}',
        "{}",
        "null",
        "42",
        "<!doctype html><p>Hello</p>",
        "",
    ]
    tries(visitor, [Answer(body=body) for body in bodies])


@pytest.mark.chromium
def test_an_answer_that_the_site_may_not_read_leaves_the_fallback(visitor: Visitor) -> None:
    headers = {"Access-Control-Allow-Origin": "https://elsewhere.example"}
    visitor.api.will(Answer(body=COUNTED, headers=headers))
    visitor.opens(SENTENCE)
    (detail,) = visitor.is_told("error")
    assert detail == UNREACHABLE
    visitor.reads("many visits")
    assert visitor.settles() == ["GET"]


def test_a_slow_api_does_not_hold_up_the_page(visitor: Visitor) -> None:
    answered = Event()
    visitor.api.will(Answer(body=COUNTED, after=answered))
    # Returns after the load event.
    visitor.opens(f"{SENTENCE}<button>Press</button>")
    visitor.api.wait_for("/visitorcount")
    assert visitor.page.evaluate("document.readyState") == "complete"
    visitor.page.get_by_role("button").click()
    visitor.reads("many visits")
    assert visitor.page.evaluate("told") == []
    answered.set()
    visitor.reads("41,233 visits")


@pytest.mark.chromium
def test_it_gives_up_later_than_the_gateway_and_for_good(visitor: Visitor) -> None:
    visitor.page.clock.install(time=0)
    visitor.page.clock.pause_at(1000)
    visitor.api.will(Answer(body=COUNTED, after=Event()))
    visitor.opens(SENTENCE)
    visitor.api.wait_for("/visitorcount")
    visitor.page.clock.run_for(30_000)
    assert visitor.page.evaluate("told") == []
    visitor.page.clock.run_for(30_000)
    assert visitor.is_told("error") == [
        {"status": None, "problem": {"title": "TimeoutError: signal timed out"}}
    ]
    visitor.page.clock.run_for(2 * MINUTES)
    visitor.reads("many visits")
    assert visitor.settles() == ["GET"]


@pytest.mark.parametrize("src", ["", 'src=""', 'src="http://["', 'src="https://me:pw@[::1]:9/"'])
def test_a_src_that_is_missing_or_no_url_is_told(visitor: Visitor, src: str) -> None:
    visitor.opens(f"<p><visitor-count {src}>many</visitor-count> visits</p>")
    visitor.waits_until("document.querySelector(':state(error)') !== null")
    visitor.reads("many visits")
    assert visitor.settles() == []


def test_a_src_that_is_put_right_counts(visitor: Visitor) -> None:
    visitor.opens("<p><visitor-count>many</visitor-count> visits</p>")
    visitor.page.evaluate(SET_SRC, visitor.api.url)
    visitor.reads("41,233 visits")
    (problem, answer) = visitor.is_told("error", "loaded")
    assert problem == {"problem": {"title": "TypeError: src is no URL"}}
    assert answer == {"count": 41233, "counted": True}
    expect(visitor.page.locator("visitor-count:state(error)")).to_have_count(0)


# WebKit aborts a request before its page is left, and keeps the page. Chromium goes on with it.
# The first listener is this one, and the element hears of the abort before its own listener runs.
ABORTED_ON_LEAVING = """
const send = fetch;
const aborted = new Promise((_, abort) => {
  addEventListener("pagehide", () => abort(new TypeError("Load failed")), { once: true });
});
aborted.catch(() => {});
window.fetch = (...request) =>
  isLeft ? send(...request) : Promise.race([send(...request), aborted]);
let isLeft = false;
addEventListener("pagehide", () => (isLeft = true));
"""


@pytest.mark.parametrize("script", [ABORTED_ON_LEAVING, ""], ids=["aborted", "going on"])
def test_a_page_that_was_left_meanwhile_counts_once_it_is_back(
    visitor: Visitor, script: str
) -> None:
    answered = Event()
    visitor.page.add_init_script(script)
    visitor.api.will(Answer(body=COUNTED, after=answered), Answer(body=COUNTED))
    visitor.opens(SENTENCE)
    visitor.api.wait_for("/visitorcount")
    visitor.page.evaluate("addEventListener('pageshow', () => (window.back = true))")
    visitor.goes_to("/empty.html")
    visitor.page.go_back(wait_until="commit")
    visitor.waits_until("window.back")
    answered.set()
    visitor.reads("41,233 visits")
    visitor.is_told("loaded")
    assert len(set(visitor.api.views)) == 1


def test_a_browser_that_is_offline_counts_once_it_is_online(visitor: Visitor) -> None:
    visitor.opens("<p>Nothing</p>")
    visitor.page.context.set_offline(offline=True)
    with visitor.page.expect_event("requestfailed"):
        visitor.page.evaluate(
            """(url) => {
              const counter = document.createElement("visitor-count");
              counter.src = url;
              document.querySelector("p").replaceChildren(counter);
            }""",
            visitor.api.url,
        )
    visitor.page.evaluate(TWO_FRAMES)
    assert visitor.page.evaluate("told") == []
    visitor.page.context.set_offline(offline=False)
    visitor.reads("41,233")
    visitor.is_told("loaded")
    assert visitor.settles() == ["GET"]
