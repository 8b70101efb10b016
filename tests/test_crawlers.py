"""Who is taken for a crawler, tried on lists of user agents that others keep.

On a local run alone: thousands of requests are too many for a stack.
"""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files

import pytest
from client import Counter
from local_run import local_run

# HTTP clients and command lines, which the list of crawlers names too. They are this API's users.
CLIENTS = (
    *("Apache-HttpClient/", "axios/", "curl/", "Go-http-client/", "HTTPie/", "okhttp/", "Wget/"),
    *("python-requests/", "Python-urllib/", "Python/", "python-httpx/"),
)


@pytest.fixture(scope="module")
def crawlers() -> list[str]:
    """Return the user agents of crawler-user-agents."""
    text = files("crawleruseragents").joinpath("crawler-user-agents.json").read_text()
    agents = {agent for crawler in json.loads(text) for agent in crawler["instances"]}
    assert len(agents) > 2_000
    return sorted(agents)


@pytest.fixture(scope="module")
def browsers() -> list[str]:
    """Return user agents of fake-useragent, which are of real browsers."""
    lines = files("fake_useragent.data").joinpath("browsers.jsonl").read_text().splitlines()
    agents = sorted({json.loads(line)["useragent"] for line in lines})
    assert len(agents) > 500
    return agents


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    """Return a counter on this machine."""
    with local_run(tmp_path_factory.mktemp("crawlers")) as page:
        yield Counter(f"{page}visitorcount")


def counted(counter: Counter, agents: list[str]) -> list[str]:
    """Visit once by each user agent, and return those that are counted."""

    def is_counted(agent: str) -> bool:
        headers = {"User-Agent": agent.encode("latin-1", "replace").decode("latin-1").strip()}
        return counter.request("GET", headers=headers).json()["counted"]

    with ThreadPoolExecutor(max_workers=8) as visitors:
        answers = list(visitors.map(is_counted, agents))
    return [agent for agent, answer in zip(agents, answers, strict=True) if answer]


def test_at_least_93_of_100_known_crawlers_are_found(local: Counter, crawlers: list[str]) -> None:
    missed = counted(local, crawlers)
    assert len(missed) <= 0.07 * len(crawlers), missed


def test_http_clients_of_that_list_are_counted(local: Counter, crawlers: list[str]) -> None:
    clients = [agent for agent in crawlers if agent.startswith(CLIENTS) and "://" not in agent]
    assert len(clients) > 20
    assert counted(local, clients) == clients


def test_at_most_1_of_100_browsers_is_taken_for_a_crawler(
    local: Counter, browsers: list[str]
) -> None:
    taken = set(browsers) - set(counted(local, browsers))
    assert len(taken) <= 0.01 * len(browsers), sorted(taken)
