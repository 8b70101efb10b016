"""A small client of GitHub's REST API: https://docs.github.com/en/rest."""

from collections.abc import Iterator, Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from counter_ops.errors import UserError

Json = dict[str, Any]

# The timeout of a connection, and between two bytes.
_SECONDS = 30


class GithubError(UserError):
    """GitHub answered a request with an error."""

    def __init__(self, status: int, message: str) -> None:
        """Keep the status: callers expect some errors."""
        super().__init__(message)
        self.status = status


class GithubApi:
    """A repository on GitHub."""

    def __init__(self, api_url: str, repository: str, token: str) -> None:
        """Prepare a session, without sending anything."""
        self._base = f"{api_url}/repos/{repository}"
        self._session = requests.Session()
        self._session.headers.update(
            {
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {token}",
                "X-GitHub-Api-Version": "2022-11-28",
            }
        )
        # Only idempotent methods: a second POST would make a second comment or issue.
        retries = Retry(
            total=4,
            backoff_factor=1,
            status_forcelist=(429, 500, 502, 503, 504),
            allowed_methods=("DELETE", "GET", "PATCH"),
            raise_on_status=False,
        )
        self._session.mount(api_url, HTTPAdapter(max_retries=retries))

    def get(self, path: str) -> Json:
        """Return a resource."""
        return self._send("GET", f"{self._base}/{path}").json()

    def pages(self, path: str, **parameters: str) -> Iterator[Any]:
        """Return a list's pages, requesting each when it is needed."""
        url: str | None = f"{self._base}/{path}"
        query: Mapping[str, str] | None = {"per_page": "100", **parameters}
        while url:
            response = self._send("GET", url, query=query)
            yield response.json()
            # The next page's URL has the whole query.
            url, query = response.links.get("next", {}).get("url"), None

    def post(self, path: str, values: Json) -> Json:
        """Create a resource."""
        return self._send("POST", f"{self._base}/{path}", values=values).json()

    def patch(self, path: str, values: Json) -> Json:
        """Change a resource."""
        return self._send("PATCH", f"{self._base}/{path}", values=values).json()

    def delete(self, path: str) -> None:
        """Delete a resource."""
        self._send("DELETE", f"{self._base}/{path}")

    def _send(
        self,
        method: str,
        url: str,
        *,
        query: Mapping[str, str] | None = None,
        values: Json | None = None,
    ) -> requests.Response:
        try:
            response = self._session.request(
                method, url, params=query, json=values, timeout=_SECONDS
            )
        except requests.RequestException as error:
            # Only its type: some messages hold the headers, and so the token.
            message = f"{method} {url} failed: {type(error).__name__}. Run the job again later."
            raise UserError(message) from None
        if not response.ok:
            raise GithubError(response.status_code, _refusal(method, url, response))
        return response


def _refusal(method: str, url: str, response: requests.Response) -> str:
    message = f"GitHub refused {method} {url} with {response.status_code} {response.reason}."
    if response.status_code in {401, 403}:
        needed = response.headers.get("X-Accepted-GitHub-Permissions")
        wanted = f"It needs {needed}: check" if needed else "Check"
        message += f" {wanted} the job's permissions, and whether GitHub limits its rate."
    return message
