"""A site and an API on two origins of this machine, with answers that a test sets."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Condition, Event, Thread
from typing import Self
from urllib.parse import unquote

FRONTEND = Path(__file__).resolve().parent.parent

# Longer than any wait in a test.
PATIENCE_SECONDS = 10

KINDS = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
}


VIEW = re.compile(r"[?&]view=([^&]*)$")
PAGE = re.compile(r"[?&]page=([^&]*)")


@dataclass(frozen=True)
class Request:
    """A request that a server got."""

    method: str
    target: str
    headers: dict[str, str]

    @property
    def path(self) -> str:
        """Its path and query, without the view at the end."""
        return VIEW.sub("", self.target)

    @property
    def view(self) -> str | None:
        """The id of its page view."""
        found = VIEW.search(self.target)
        return found and found[1]

    @property
    def page(self) -> str | None:
        """The page that it names."""
        found = PAGE.search(self.target)
        return found and unquote(found[1])


@dataclass(frozen=True)
class Answer:
    """A server's answer, sent immediately or after an event."""

    status: int = 200
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict[str, str])
    after: Event | None = None


class Server:
    """A server on any free port, which records its requests."""

    def __init__(self) -> None:
        """Listen."""
        self.requests: list[Request] = []
        self._arrived = Condition()
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                request = Request(self.command, self.path, headers)
                answer = server.answer(request)
                server.note(request)
                if answer.after:
                    answer.after.wait(PATIENCE_SECONDS)
                body = answer.body.encode()
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_OPTIONS = do_POST = handle_any  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Say nothing."""

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True
            # A closed page closes its connections.
            handle_error = staticmethod(lambda *_: None)  # pyright: ignore[reportAssignmentType]

        self._server = Quiet(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        """Serve."""
        Thread(target=self._server.serve_forever, args=[0.01], daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.stop()

    def stop(self) -> None:
        """Refuse connections from now on."""
        self._server.shutdown()
        self._server.server_close()

    def answer(self, request: Request) -> Answer:
        """Return the answer to a request."""
        raise NotImplementedError

    def note(self, request: Request) -> None:
        """Record a request."""
        with self._arrived:
            self.requests.append(request)
            self._arrived.notify_all()

    def wait_for(self, path: str, times: int = 1) -> None:
        """Wait for a number of requests to a path."""
        with self._arrived:
            assert self._arrived.wait_for(
                lambda: self.paths.count(path) >= times, PATIENCE_SECONDS
            ), f"{path} was asked for {self.paths.count(path)} times"

    @property
    def paths(self) -> list[str]:
        """The paths of the requests."""
        return [request.path for request in self.requests]


class Api(Server):
    """The counter's API: it gives the answers that a test sets, and then counts or reads."""

    PATH = "/visitorcount"
    CURRENT = f"{PATH}/current"

    def __init__(self) -> None:
        """Begin with a count of five digits."""
        super().__init__()
        self.url = self.origin + self.PATH
        self.count = 41232
        self.pages: Counter[str] = Counter()
        self._counted: set[tuple[str | None, str | None]] = set()
        self.script: list[Answer] = []

    def will(self, *answers: Answer) -> None:
        """Give these answers first."""
        self.script = list(answers)

    def answer(self, request: Request) -> Answer:
        """Answer as the contract says, including paths that aren't in it."""
        if not request.path.startswith(self.PATH):
            answer = Answer(status=204)
        elif self.script:
            answer = self.script.pop(0)
        elif request.path.startswith(self.CURRENT):
            answer = self._read(request.page)
        else:
            answer = self._visit(request.page, request.view)
        cors = {
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Expose-Headers": "Retry-After",
            "Cache-Control": "no-store",
            "Content-Type": "application/json",
            "Vary": "Origin",
        }
        return Answer(answer.status, answer.body, cors | answer.headers, answer.after)

    def _read(self, page: str | None) -> Answer:
        count = self.count if page is None else self.pages[page]
        cache = {"Cache-Control": "public, max-age=10"}
        return Answer(body=json.dumps({"count": count}), headers=cache)

    def _visit(self, page: str | None, view: str | None) -> Answer:
        """Count a view once for the site, and once for its page."""
        if view is None or (view, None) not in self._counted:
            self.count += 1
        body: dict[str, object] = {"count": self.count, "counted": True}
        if page is not None:
            if (view, page) not in self._counted:
                self.pages[page] += 1
            body["page"] = {"path": page, "count": self.pages[page]}
        self._counted |= {(view, None), (view, page)}
        return Answer(body=json.dumps(body))

    @property
    def visits(self) -> list[str]:
        """The methods of the requests that count."""
        return [request.method for request in self._visiting]

    @property
    def views(self) -> list[str | None]:
        """The views of the requests that count."""
        return [request.view for request in self._visiting]

    @property
    def _visiting(self) -> list[Request]:
        paths = [path.split("?")[0] for path in self.paths]
        requests = zip(self.requests, paths, strict=True)
        return [request for request, path in requests if path in {self.PATH, f"{self.PATH}/"}]

    @property
    def reads(self) -> list[str | None]:
        """The pages that requests read, or none for the site."""
        return [request.page for request in self.requests if request.path.startswith(self.CURRENT)]


class Site(Server):
    """A site with the element, and the strictest policy under which it works."""

    def __init__(self, api: Api) -> None:
        """Begin with the element and an empty page."""
        super().__init__()
        self._policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; "
            f"connect-src 'self' {api.origin}; "
            "require-trusted-types-for 'script'; trusted-types 'none'"
        )
        self.files: dict[str, Answer] = {}
        self.put("/visitor-count.js", (FRONTEND / "visitor-count.js").read_text())
        self.put("/empty.html", "<!doctype html><title>Empty</title>")

    def put(self, path: str, text: str, after: Event | None = None, *, policy: bool = True) -> None:
        """Add a file."""
        headers = {"Content-Type": KINDS[Path(path).suffix]}
        if policy:
            headers["Content-Security-Policy"] = self._policy
        self.files[path] = Answer(200, text, headers, after)

    def put_page(
        self,
        body: str,
        path: str = "/index.html",
        lang: str = ' lang="en"',
        scripts: str = '<script type="module" src="/visitor-count.js"></script>',
    ) -> None:
        """Add a page with the element."""
        html = f'<!doctype html><html{lang}><meta charset="utf-8"><title>A site</title>'
        html += f'<link rel="icon" href="data:,">{scripts}<body>{body}'
        self.put(path, html)

    def answer(self, request: Request) -> Answer:
        """Return the file."""
        return self.files.get(request.path.split("?")[0], Answer(status=404))
