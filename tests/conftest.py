"""The counter under test: any URL given with --url, or a local run of its own."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from client import Counter

WORKSPACE = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --url."""
    parser.addoption(
        "--url",
        help="the counter's URL, such as https://example.com/prod/visitorcount "
        "(default: start a local one)",
    )


@pytest.fixture(scope="session")
def url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the URL that counts visits."""
    given: str | None = request.config.getoption("--url")
    if given:
        yield given
    else:
        yield from local_run(tmp_path_factory.mktemp("local-run"))


def local_run(folder: Path) -> Iterator[str]:
    """Run the counter as `make run` does, with its data in a folder of its own."""
    command = ["cargo", "run", "--quiet", "--locked", "--package", "visitor-counter-local"]
    command += ["--manifest-path", str(WORKSPACE / "Cargo.toml")]
    settings = {"PORT": "0", "ALLOWED_ORIGINS": "*", "START_COUNT": "0"}
    # The developer's own proxy doesn't know this server.
    for variable in ("NO_PROXY", "no_proxy"):
        os.environ[variable] = ",".join(filter(None, [os.environ.get(variable), "127.0.0.1"]))
    with subprocess.Popen(
        command, cwd=folder, env=os.environ | settings, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        try:
            lines = (line.split() for line in server.stdout)
            url = next((line[1] for line in lines if line[:1] == ["counter"]), None)
            if url is None:
                pytest.fail("the local run did not start, see its standard error")
            # What it logs must go somewhere, or it waits for its reader.
            Thread(target=server.stdout.read, daemon=True).start()
            yield url
        finally:
            server.terminate()


@pytest.fixture
def counter(url: str) -> Counter:
    """Return a client of the counter."""
    return Counter(url)
