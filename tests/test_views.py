"""Requests of one page view are one visit. Other visitors may visit meanwhile."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from client import Counter

# Other visitors may visit in between, but hardly this often in a row.
TIMES = 3

VALID = "0123456789abcdef"
MALFORMED = [
    "view",
    "view=",
    "view=0123456789abcde",
    f"view={VALID * 4}0",
    f"view={VALID}.",
    f"view={VALID}%20",
    f"view={VALID}%0A",
    "view=" + "%C3%A9" * 16,
    f"view={VALID}&view={VALID}",
    f"view={VALID}&view=",
    f"p=2&view={VALID}&x&view=fedcba9876543210",
]


def test_a_view_that_is_sent_again_counts_once_and_gets_its_number(counter: Counter) -> None:
    raised: list[tuple[int, int]] = []
    for _ in range(TIMES):
        view = f"?view={uuid4()}"
        first, again, next_visit = counter.visit(view), counter.visit(view), counter.visit()
        raised.append((again - first, next_visit - first))
    assert (0, 1) in raised, raised


def test_a_view_that_is_sent_several_times_at_once_counts_once(counter: Counter) -> None:
    raised: list[tuple[set[int], int]] = []
    for _ in range(TIMES):
        before = counter.visit()
        with ThreadPoolExecutor(max_workers=8) as visitors:
            counts = set(visitors.map(counter.visit, [f"?view={uuid4()}"] * 8))
        raised.append(({count - before for count in counts}, counter.visit() - before))
    assert ({1}, 2) in raised, raised


@pytest.mark.parametrize("view", ["0123456789abcdef", "AZaz09-_AZaz09-_", VALID * 4])
def test_views_are_names_of_16_to_64_characters(counter: Counter, view: str) -> None:
    assert counter.request("GET", f"?view={view}").status_code == 200


@pytest.mark.parametrize("query", MALFORMED)
def test_a_view_that_is_malformed_empty_or_given_twice_is_a_problem_and_not_counted(
    counter: Counter, query: str
) -> None:
    raised: list[int] = []
    for _ in range(TIMES):
        before = counter.visit()
        response = counter.request("GET", f"?{query}")
        raised.append(counter.visit() - before)
        assert response.status_code == 400
        assert response.headers["Content-Type"] == "application/problem+json"
        assert response.headers["Cache-Control"] == "no-store"
        assert "Retry-After" not in response.headers
        assert response.json()["title"] == "Bad Request"
        assert "view" in response.json()["detail"]
    assert min(raised) == 1, raised


@pytest.mark.parametrize("query", ["label=", "View=1", "view[]=1", "p=2&p=3", "x", "views=&id=%00"])
def test_other_parameters_make_no_difference(counter: Counter, query: str) -> None:
    raised: list[tuple[int, int]] = []
    for _ in range(TIMES):
        view = uuid4()
        first = counter.visit(f"?{query}")
        second, again = counter.visit(f"?{query}&view={view}"), counter.visit(f"?view={view}")
        raised.append((second - first, again - second))
    assert (1, 0) in raised, raised
