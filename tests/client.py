"""A client of the counter, which stands for a frontend."""

from dataclasses import dataclass

import requests

# Longer than API Gateway's own timeout.
TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class Counter:
    """The counter at a URL."""

    url: str

    def request(
        self, method: str, path: str = "", headers: dict[str, str] | None = None
    ) -> requests.Response:
        """Send one request to the counter, or to a path that its URL continues with."""
        return requests.request(
            method, self.url + path, headers=headers, timeout=TIMEOUT_SECONDS, allow_redirects=False
        )

    def visit(self, query: str = "") -> int:
        """Count one visit and return its number."""
        response = self.request("GET", query)
        assert response.status_code == requests.codes.ok, response.text
        count = response.json()["count"]
        assert type(count) is int
        return count
