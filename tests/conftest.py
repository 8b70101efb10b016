"""The counter under test: any URL given with --url, or a local run of its own."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

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
    manifest = WORKSPACE / "Cargo.toml"
    command = ["cargo", "run", "--quiet", "--locked", "--package", "visitor-counter-local"]
    with subprocess.Popen(
        [*command, "--manifest-path", str(manifest)],
        cwd=folder,
        env=os.environ | {"PORT": "0"},
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        if server.stdout is None:
            pytest.fail("no standard output")
        for line in server.stdout:
            if line.strip().startswith("counter "):
                yield line.split()[1]
                break
        else:
            pytest.fail("the local run did not start, see above")
        server.terminate()


@pytest.fixture
def counter(url: str) -> Counter:
    """Return a client of the counter."""
    return Counter(url)
