"""CORS: the requests and answers of pages of other origins."""

import pytest
from client import Counter

FOREIGN = "https://foreign.example"


@pytest.mark.smoke
def test_a_preflight_allows_get(counter: Counter) -> None:
    response = counter.request("OPTIONS", headers={"Access-Control-Request-Method": "GET"})
    assert response.status_code == 204
    assert response.content == b""
    assert "GET" in response.headers["Access-Control-Allow-Methods"]
    assert response.headers["Access-Control-Allow-Origin"]


def test_a_foreign_origin_counts_where_all_may_and_is_refused_elsewhere(counter: Counter) -> None:
    for method, success in (("GET", 200), ("OPTIONS", 204)):
        response = counter.request(method, headers={"Origin": FOREIGN})
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert response.status_code in (success, 403)


def test_pages_can_read_when_to_try_again(counter: Counter) -> None:
    for path in ("", "/elsewhere"):
        response = counter.request("GET", path)
        assert response.headers["Access-Control-Expose-Headers"] == "Retry-After"


def test_an_answer_depends_on_the_origin(counter: Counter) -> None:
    assert "Origin" in counter.request("GET").headers["Vary"]
