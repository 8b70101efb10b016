"""Runs the counter on this machine."""

import os
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

WORKSPACE = Path(__file__).resolve().parent.parent


@contextmanager
def local_run(folder: Path, **settings: str) -> Generator[str]:
    """Run the counter as `make run` does, with its data in a folder, and yield its page's URL.

    Args:
        folder: where the data will be.
        settings: variables of the function, such as `START_COUNT`.

    """
    command = ["cargo", "run", "--quiet", "--locked", "--package", "visitor-counter-local"]
    command += ["--manifest-path", str(WORKSPACE / "Cargo.toml")]
    settings["PORT"] = "0"
    # The developer's proxy can't reach this server.
    for variable in ("NO_PROXY", "no_proxy"):
        os.environ[variable] = ",".join(filter(None, [os.environ.get(variable), "127.0.0.1"]))
    with subprocess.Popen(
        command, cwd=folder, env=os.environ | settings, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        try:
            lines = (line.split() for line in server.stdout)
            page = next((line[1] for line in lines if line[:1] == ["page"]), None)
            if page is None:
                message = "the local run did not start, see its standard error"
                raise RuntimeError(message)
            # Its log must be read, or it would block once the pipe is full.
            Thread(target=server.stdout.read, daemon=True).start()
            yield page
        finally:
            server.terminate()
