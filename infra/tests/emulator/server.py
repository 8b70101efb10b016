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
        # Bound here, so that no other process takes the port, and the first request waits until
        # the emulator accepts it.
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
                # A group of its own, to end also the functions, which the emulator leaves running.
                start_new_session=True,
            )
        try:
            yield endpoint
        finally:
            os.killpg(server.pid, SIGTERM)
            server.wait()


def _environment(folder: str, endpoint: str, port: int) -> dict[str, str]:
    """Return the environment of it and its functions, with nothing of the developer's own."""
    return {
        "HOME": folder,
        "PATH": os.defpath,
        "TMPDIR": folder,
        "GATEWAY_PORT": str(port),
        "AWS_ENDPOINT_URL": endpoint,
        "LOG_LEVEL": "ERROR",
        # Only the services of the program's resources.
        "SERVICES": "apigateway,cloudwatch,dynamodb,iam,lambda,logs,sns,wafv2",
        # Functions have only the rights of their role.
        "AUTH": "true",
        # Otherwise it removes the developer's containers and listens on a second port.
        "DOCKER_HOST": f"unix://{folder}/none",
        "IOT_MTLS_ENABLED": "0",
    }
