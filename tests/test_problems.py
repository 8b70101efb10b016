"""Errors have one shape, and reveal nothing internal."""

import pytest
import requests
from client import Counter


def assert_not_found(response: requests.Response) -> None:
    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Retry-After" not in response.headers


@pytest.mark.smoke
@pytest.mark.parametrize("path", ["/elsewhere", "s"])
def test_an_unknown_path_is_a_problem(counter: Counter, path: str) -> None:
    response = counter.request("GET", path)
    assert_not_found(response)
    problem = response.json()
    assert problem["type"] == "about:blank"
    assert problem["title"] == "Not Found"
    assert problem["status"] == 404
    assert problem["detail"]
    assert problem["requestId"]


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "PATCH", "DELETE"])
def test_another_method_is_a_problem(counter: Counter, method: str) -> None:
    assert_not_found(counter.request(method))
