"""Counting, as a site's pages see it. Other visitors may visit meanwhile."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
from client import Counter

LARGEST_COUNT = 2**53 - 1


@pytest.mark.smoke
def test_a_visit_is_answered_with_the_count_as_a_json_integer(counter: Counter) -> None:
    response = counter.request("GET")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    assert 1 <= response.json()["count"] <= LARGEST_COUNT


def test_each_visit_raises_the_count(counter: Counter) -> None:
    counts = [counter.visit() for _ in range(5)]
    assert all(earlier < later for earlier, later in pairwise(counts)), counts


def test_parallel_visits_get_counts_of_their_own(counter: Counter) -> None:
    with ThreadPoolExecutor(max_workers=8) as visitors:
        counts = list(visitors.map(Counter.visit, [counter] * 16))
    assert len(set(counts)) == len(counts), counts


def test_no_cache_may_keep_an_answer(counter: Counter) -> None:
    assert counter.request("GET").headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("method", ["OPTIONS", "HEAD", "POST", "PUT", "DELETE"])
def test_only_get_counts(counter: Counter, method: str) -> None:
    requests = 20
    raised: list[int] = []
    # Other visitors may visit in between, but hardly this often three times in a row.
    for _ in range(3):
        before = counter.visit()
        for _ in range(requests):
            counter.request(method)
        raised.append(counter.visit() - before)
    assert min(raised) <= requests, f"{requests} times {method} raised the count by {raised}"
