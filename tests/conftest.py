"""The counter under test: the URL given with --url, or else a local run."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from client import TIMEOUT_SECONDS, Counter
from local_run import local_run
from requests.adapters import HTTPAdapter
from urllib3 import Retry

# These need settings of their own, or are too many requests for a stack.
LOCAL = ["test_crawlers.py", "test_pages.py"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --url."""
    parser.addoption(
        "--url",
        help="the counter's URL, such as https://example.com/prod/visitorcount "
        "(default: start a local one)",
    )


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out the tests that start counters of their own where one is given by its URL."""
    given: str | None = config.getoption("--url")
    return True if given and collection_path.name in LOCAL else None


@pytest.fixture(scope="session")
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the URL that counts visits."""
    given: str | None = request.config.getoption("--url")
    if given:
        wait_for(given)
        yield given
    else:
        with local_run(tmp_path_factory.mktemp("local-run")) as page:
            yield f"{page}visitorcount"


def wait_for(url: str) -> None:
    """Wait until the gateway serves a new stage, which takes some seconds.

    It sends preflights, which the function answers without counting.
    """
    patience = Retry(
        total=6,
        connect=1,
        backoff_factor=0.5,
        status_forcelist=range(400, 600),
        allowed_methods=["OPTIONS"],
    )
    with requests.Session() as session:
        session.mount(url, HTTPAdapter(max_retries=patience))
        try:
            session.options(url, timeout=TIMEOUT_SECONDS)
        except requests.RequestException as error:
            pytest.exit(f"{url} is not a counter that answers: {error}", returncode=1)


@pytest.fixture
def counter(url: str) -> Counter:
    """Return a client of the counter."""
    return Counter(url)
