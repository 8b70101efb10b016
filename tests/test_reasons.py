"""Visits that are answered and not counted. Other visitors may visit meanwhile."""

import pytest
from client import Counter

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Sec-Purpose": "prefetch;prerender", "User-Agent": BROWSER}, "prefetch"),
        ({"Purpose": "prefetch", "User-Agent": BROWSER}, "prefetch"),
        ({"User-Agent": GOOGLEBOT}, "crawler"),
    ],
)
def test_a_visit_that_is_not_counted_is_answered_with_the_number_and_the_reason(
    counter: Counter, headers: dict[str, str], reason: str
) -> None:
    before = counter.visit()
    response = counter.request("GET", headers=headers)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    answer = response.json()
    if reason == "crawler" and answer["counted"]:
        return  # The stack counts crawlers.
    assert (answer["counted"], answer["reason"]) == (False, reason)
    assert answer["count"] >= before - 1


def test_a_browser_and_a_program_that_calls_the_api_are_counted(counter: Counter) -> None:
    for agent in (BROWSER, "curl/8.14.1"):
        answer = counter.request("GET", headers={"User-Agent": agent}).json()
        assert answer["counted"] is True
        assert "reason" not in answer
