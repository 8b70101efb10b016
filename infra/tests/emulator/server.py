"""ministack (https://github.com/ministackorg/ministack) as a process."""

import os
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from signal import SIGTERM
from tempfile import TemporaryDirectory

_LAUNCH = Path(__file__).with_name("launch.py")


@contextmanager
def emulator() -> Generator[str]:
    """Run the emulator on a free port of this machine, and yield its endpoint."""
    with TemporaryDirectory(prefix="emulator-") as folder:
        # The socket is made here: nobody can take the port meanwhile, and the first request
        # simply waits until it is accepted.
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port: int = listener.getsockname()[1]
            endpoint = f"http://127.0.0.1:{port}"
            server = subprocess.Popen(
                [
                    *(sys.executable, "-P", str(_LAUNCH), "ministack.app:app", "--workers", "0"),
                    *("--bind", f"fd://{listener.fileno()}", "--log-level", "ERROR"),
                ],
                cwd=folder,
                env=_environment(folder, endpoint, port),
                pass_fds=[listener.fileno()],
                # With a group of its own, which the functions belong to: it doesn't end them.
                start_new_session=True,
            )
        try:
            yield endpoint
        finally:
            os.killpg(server.pid, SIGTERM)
            server.wait()


def _environment(folder: str, endpoint: str, port: int) -> dict[str, str]:
    """Return all that it and its functions get, and nothing of the developer's own environment."""
    return {
        "HOME": folder,
        "PATH": os.defpath,
        "TMPDIR": folder,
        "GATEWAY_PORT": str(port),
        "AWS_ENDPOINT_URL": endpoint,
        "LOG_LEVEL": "ERROR",
        # What the program's resources belong to. Nothing else is there.
        "SERVICES": "apigateway,cloudwatch,dynamodb,iam,lambda,logs,sns",
        # Functions have the rights of their role, and no more.
        "AUTH": "true",
        # Lambda sets it from the function's logging configuration. The emulator doesn't, and waits
        # 50 ms for a line of each call: at this level there is one.
        "AWS_LAMBDA_LOG_LEVEL": "DEBUG",
        # It would tidy up the developer's containers, and listen on a second port.
        "DOCKER_HOST": f"unix://{folder}/none",
        "IOT_MTLS_ENABLED": "0",
    }
