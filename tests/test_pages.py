"""The number of a page, where the counter has such numbers. Other visitors may visit meanwhile."""

from collections.abc import Iterator

import pytest
from client import Counter
from local_run import local_run


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    """Return a counter that counts the pages below /blog."""
    with local_run(tmp_path_factory.mktemp("pages"), PAGES="/blog/*", START_COUNT="100") as page:
        yield Counter(f"{page}visitorcount")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    """Return a counter whose pages have no number."""
    with local_run(tmp_path_factory.mktemp("plain"), PAGES="") as page:
        yield Counter(f"{page}visitorcount")


def test_a_page_has_a_number_of_its_own_that_begins_at_zero(pages: Counter) -> None:
    answers = [pages.request("GET", f"?page=/blog/{page}").json() for page in "aab"]
    assert [answer["count"] for answer in answers] == [101, 102, 103]
    assert [answer["page"] for answer in answers] == [
        {"path": "/blog/a", "count": 1},
        {"path": "/blog/a", "count": 2},
        {"path": "/blog/b", "count": 1},
    ]
    read = [pages.request("GET", f"/current?page=/blog/{page}").json() for page in "abc"]
    assert read == [{"count": 2}, {"count": 1}, {"count": 0}]
    days = pages.request("GET", "/history?page=/blog/a").json()["days"]
    assert sum(day["count"] for day in days) == 2


@pytest.mark.parametrize("page", ["", "/", "/about", "/blog", "blog/a", "/blog/" + "x" * 100])
def test_a_page_that_is_not_counted_is_a_problem(pages: Counter, page: str) -> None:
    before = pages.request("GET", "/current").json()
    for path in ("", "/current", "/badge.json"):
        response = pages.request("GET", f"{path}?page={page}")
        assert response.status_code == 400
        assert "page" in response.json()["detail"]
    assert pages.request("GET", "/current").json() == before


def test_where_pages_have_no_number_the_parameter_makes_no_difference(plain: Counter) -> None:
    answer = plain.request("GET", "?page=&page=anything").json()
    assert answer == {"count": 1, "counted": True}
