"""Reading the number, which counts nothing. Other visitors may visit meanwhile."""

import html
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from client import Counter

PATHS = ["/current", "/history", "/badge.svg", "/badge.json"]
CACHES = ["public, max-age=10", "public, max-age=60", "no-cache", "public, max-age=300"]


def label_and_title(svg: str) -> tuple[str, str]:
    """Return what a screen reader says of an image, in both ways."""
    label = re.search(r'aria-label="([^"]*)"', svg)
    title = re.search(r"<title>([^<]*)</title>", svg)
    assert label
    assert title
    return html.unescape(label[1]), html.unescape(title[1])


@pytest.mark.smoke
def test_the_number_can_be_read(counter: Counter) -> None:
    before = counter.visit()
    response = counter.request("GET", "/current")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    assert list(response.json()) == ["count"]
    # A read may be a moment old.
    assert response.json()["count"] >= before - 1


@pytest.mark.parametrize("path", PATHS)
def test_reading_counts_nothing(counter: Counter, path: str) -> None:
    raised: list[int] = []
    # Other visitors may visit in between, but hardly this often three times in a row.
    for _ in range(3):
        before = counter.visit()
        for _ in range(20):
            counter.request("GET", path)
        raised.append(counter.visit() - before)
    assert min(raised) <= 20, raised


@pytest.mark.parametrize(("path", "cache"), list(zip(PATHS, CACHES, strict=True)))
def test_what_is_read_may_be_kept_for_a_while_by_pages_of_every_origin(
    counter: Counter, path: str, cache: str
) -> None:
    headers = {"Origin": "https://foreign.example", "Sec-Fetch-Site": "cross-site"}
    response = counter.request("GET", path, headers=headers)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == cache
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert counter.request("OPTIONS", path, headers=headers).status_code == 204


def test_the_history_ends_today_and_leaves_no_day_out(counter: Counter) -> None:
    counter.visit()
    before = datetime.now(UTC).date()
    days = counter.request("GET", "/history").json()["days"]
    after = datetime.now(UTC).date()
    assert len(days) <= 30
    if not days:
        return  # The stack keeps none.
    assert days[-1]["day"] in (before.isoformat(), after.isoformat())
    dates = [date.fromisoformat(day["day"]) for day in days]
    assert dates == [dates[-1] - timedelta(back) for back in reversed(range(len(days)))]
    assert all(day["count"] >= 0 for day in days)


def test_a_badge_is_an_image_that_says_its_number(counter: Counter) -> None:
    response = counter.request("GET", "/badge.svg?label=readers%20%26%20more&color=f0a")
    assert response.headers["Content-Type"] == "image/svg+xml"
    label, title = label_and_title(response.text)
    assert label == title
    assert title.startswith("readers & more: ")
    assert title.removeprefix("readers & more: ").isdigit()


def test_shields_io_gets_the_keys_that_it_knows(counter: Counter) -> None:
    badge = counter.request("GET", "/badge.json?label=readers&color=green").json()
    assert badge.pop("message").isdigit()
    expected = {"schemaVersion": 1, "label": "readers", "color": "97ca00", "style": "flat"}
    assert badge == expected


@pytest.mark.parametrize("query", ["color=none", "style=plastic", "label=", "compact=1"])
def test_a_wrong_badge_is_a_problem_or_an_image_of_one(counter: Counter, query: str) -> None:
    response = counter.request("GET", f"/badge.json?{query}")
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    image = counter.request("GET", f"/badge.svg?{query}")
    assert image.status_code == 400
    assert image.headers["Cache-Control"] == "no-store"
    assert query.partition("=")[0] in label_and_title(image.text)[1]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["HEAD", "POST", "DELETE"])
def test_only_get_reads(counter: Counter, path: str, method: str) -> None:
    assert counter.request(method, path).status_code == 404
