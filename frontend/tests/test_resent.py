"""Browsers resend a GET if its connection breaks: the real counter counts it once."""

from collections.abc import Iterator

import pytest
import requests
from local_run import local_run
from lossy import Loss, LossyProxy
from playwright.sync_api import Page
from servers import PATIENCE_SECONDS, Site
from visitor import SET_SRC, Visitor

pytestmark = pytest.mark.chromium


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the origin of a local run."""
    with local_run(tmp_path_factory.mktemp("local-run")) as page:
        yield page.removesuffix("/")


@pytest.fixture
def proxy(counter: str) -> Iterator[LossyProxy]:
    """Return a proxy of the counter that can lose answers."""
    with LossyProxy(counter) as proxy:
        yield proxy


def count_of_another(counter: str) -> int:
    """Count another visit, and return its number."""
    answer = requests.get(f"{counter}/visitorcount", timeout=PATIENCE_SECONDS)
    count: int = answer.json()["count"]
    return count


def visits_twice(visitor: Visitor, proxy: LossyProxy, losses: list[Loss]) -> tuple[int, int | None]:
    """Visit on a new connection, then with losses on the same one, and return the numbers."""
    open_page(visitor.page, visitor.site, f"{proxy.origin}/visitorcount")
    (first,) = visitor.is_told("loaded")
    proxy.will_lose(losses)
    visitor.page.evaluate(SET_SRC, f"{proxy.origin}/visitorcount?second")
    visitor.waits_until("told.length == 2")
    proxy.wait_for_the_counter()
    second = visitor.page.evaluate("told[1].detail")
    return first["count"], second.get("count")


def open_page(page: Page, site: Site, src: str) -> None:
    site.put_page(f'<p><visitor-count src="{src}">many</visitor-count> visits</p>')
    # Its policy names no other API.
    origin = src.removesuffix("/visitorcount")
    headers = site.files["/index.html"].headers
    headers["Content-Security-Policy"] = f"script-src 'self'; connect-src {origin}"
    page.goto(f"{site.origin}/index.html")


@pytest.mark.parametrize("loss", [Loss.WHILE_IT_COUNTS, Loss.WHEN_IT_HAS_COUNTED])
def test_a_visit_that_the_browser_resends_counts_once_and_gets_its_number(
    visitor: Visitor, proxy: LossyProxy, counter: str, loss: Loss
) -> None:
    first, second = visits_twice(visitor, proxy, [loss])
    _, *views = proxy.views
    assert len(views) > 1, "the browser did not resend"
    assert len(set(views)) == 1
    assert (second, count_of_another(counter)) == (first + 1, first + 2)


@pytest.mark.parametrize("loss", Loss)
def test_a_visit_whose_answers_are_all_lost_counts_once(
    visitor: Visitor, proxy: LossyProxy, counter: str, loss: Loss
) -> None:
    first, second = visits_twice(visitor, proxy, [loss] * 100)
    assert second is None
    assert count_of_another(counter) == first + 2
