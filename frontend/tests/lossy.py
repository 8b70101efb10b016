"""A proxy that lets requests reach the counter, and loses answers."""

from __future__ import annotations

import socket
from contextlib import suppress
from enum import Enum, auto
from http.client import HTTPConnection
from threading import Event, Lock, Thread
from typing import BinaryIO, Self
from urllib.parse import parse_qs, urlsplit

from servers import PATIENCE_SECONDS


class Loss(Enum):
    """When the connection is closed, of which an answer is lost."""

    WHILE_IT_COUNTS = auto()
    """Once the counter has the request."""
    WHEN_IT_HAS_COUNTED = auto()
    """Once the counter has answered."""
    IN_THE_ANSWER = auto()
    """After half of the answer's first line."""


class LossyProxy:
    """A proxy of a counter. Browsers keep its connections, and so resend what is lost on them."""

    def __init__(self, counter: str) -> None:
        """Listen on any free port, on behalf of this origin."""
        self._counter = urlsplit(counter).netloc
        self._server = socket.create_server(("127.0.0.1", 0))
        self._lock = Lock()
        self._losses: list[Loss] = []
        self._counted: list[Event] = []
        self.origin = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        self.views: list[str] = []

    def __enter__(self) -> Self:
        """Serve."""
        Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Refuse connections from now on."""
        self._server.close()

    def will_lose(self, losses: list[Loss]) -> None:
        """Lose the next answers in these ways."""
        with self._lock:
            self._losses = list(losses)

    def wait_for_the_counter(self) -> None:
        """Wait until the counter has answered all requests, also those whose answer is lost."""
        for counted in list(self._counted):
            assert counted.wait(PATIENCE_SECONDS)

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                browser, _ = self._server.accept()
                Thread(target=self._talk, args=[browser], daemon=True).start()

    def _talk(self, browser: socket.socket) -> None:
        with browser, browser.makefile("rb") as requests:
            while (head := read_head(requests)) and self._pass_on(browser, head):
                pass

    def _pass_on(self, browser: socket.socket, head: list[str]) -> bool:
        """Pass a request on, and return whether the connection stays open."""
        method, target, _ = head[0].split(" ")
        headers = dict(line.split(": ", 1) for line in head[1:])
        counted = Event()
        with self._lock:
            loss = self._losses.pop(0) if self._losses else None
            self.views += parse_qs(urlsplit(target).query).get("view", [])
            self._counted.append(counted)
        counter = HTTPConnection(self._counter, timeout=PATIENCE_SECONDS)
        counter.request(method, target, headers=headers)
        if loss is Loss.WHILE_IT_COUNTS:
            hang_up(browser)
        answer = counter.getresponse()
        body = answer.read()
        counter.close()
        counted.set()
        status = f"HTTP/1.1 {answer.status} {answer.reason}\r\n"
        lines = [f"{name}: {value}\r\n" for name, value in answer.getheaders()]
        if loss is Loss.IN_THE_ANSWER:
            browser.sendall(status[: len(status) // 2].encode())
        if loss:
            hang_up(browser)
        else:
            browser.sendall("".join([status, *lines, "\r\n"]).encode() + body)
        return not loss


def read_head(requests: BinaryIO) -> list[str]:
    """Return the lines of the next request, or none if the browser has closed the connection."""
    lines: list[str] = []
    for line in requests:
        if line == b"\r\n":
            return lines
        lines.append(line.decode().strip())
    return []


def hang_up(browser: socket.socket) -> None:
    """Close a connection for both sides, unless it is."""
    with suppress(OSError):
        browser.shutdown(socket.SHUT_RDWR)
