"""A fake GitHub on this machine, with the part of the REST API that workflows use.

Its lists have pages of two, so that tests can put anything on a later page.
"""

import json
import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, cast
from urllib.parse import parse_qs, urlencode, urlsplit

Item = dict[str, Any]

REPOSITORY = "octo-org/octo-repo"
TOKEN = "ghs_very-secret"  # noqa: S105 - opens nothing
BOT = "github-actions[bot]"
LARGEST = 65_536
PAGE = 2


class NoSuchThing(Exception):  # noqa: N818 - an answer, 404
    """Nothing exists at a path."""


@dataclass
class FakeGithub:
    """The repository's contents, and the requests so far."""

    url: str = ""
    comments: dict[int, list[Item]] = field(default_factory=dict[int, list[Item]])
    """By the number of an issue or a pull request."""
    issues: list[Item] = field(default_factory=list[Item])
    environments: dict[str, Item] = field(default_factory=dict[str, Item])
    branch_rules: dict[str, list[Item]] = field(default_factory=dict[str, list[Item]])
    """By environment."""
    deployments: list[Item] = field(default_factory=list[Item])
    """The newest first."""
    history: str = ""
    """The commits of main, one letter each, oldest first. All others are on branches."""
    failures: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    """The statuses of the next answers, by method. After these, it works again."""
    writes: list[str] = field(default_factory=list[str])
    requests: int = 0
    _last_id: int = 1000

    def add_comment(self, number: int, body: str | None, author: str | None = BOT) -> Item:
        """Write a comment."""
        comment = {"id": self._new_id(), "user": author and {"login": author}, "body": body}
        comment["html_url"] = f"https://github.com/comments/{comment['id']}"
        self.comments.setdefault(number, []).append(comment)
        return comment

    def add_issue(self, body: str, author: str = BOT, **more: object) -> Item:
        """Open an issue."""
        issue: Item = {"number": self._new_id(), "user": {"login": author}, "body": body}
        issue |= {"state": "open", "html_url": f"https://github.com/issues/{issue['number']}"}
        self.issues.append(issue | more)
        return self.issues[-1]

    def add_deployment(self, commit: str, *states: str, environment: str = "prod") -> None:
        """Deploy a commit; the last of its states comes first."""
        deployment = {"id": self._new_id(), "sha": commit, "environment": environment}
        self.deployments.insert(0, deployment | {"states": states})

    def _new_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def answer(self, method: str, path: str, query: dict[str, str], values: Item) -> object:
        """Answer a request.

        Raises:
            NoSuchThing: GitHub would answer 404.

        """
        routes: dict[str, Callable[..., object]] = {
            r"GET /issues/(\d+)/comments": self._comments_of,
            r"POST /issues/(\d+)/comments": partial(self._post_comment, values),
            r"PATCH /issues/comments/(\d+)": partial(self._change_comment, values),
            r"DELETE /issues/comments/(\d+)": self._delete_comment,
            r"GET /issues": partial(self._issues, query),
            r"POST /issues": partial(self.add_issue, **values),
            r"PATCH /issues/(\d+)": partial(self._change_issue, values),
            r"GET /environments/(\w+)": self._environment,
            r"GET /environments/(\w+)/deployment-branch-policies": self._branch_rules,
            r"GET /deployments": partial(self._deployments, query),
            r"GET /deployments/(\d+)/statuses": self._statuses,
            r"GET /compare/(\w)\.\.\.(\w)": self._compare,
        }
        for route, reply in routes.items():
            if match := re.fullmatch(route, f"{method} {path}"):
                return reply(*match.groups())
        raise NoSuchThing

    def _comments_of(self, number: str) -> list[Item]:
        return self.comments.get(int(number), [])

    def _post_comment(self, values: Item, number: str) -> Item:
        return self.add_comment(int(number), values["body"])

    def _change_comment(self, values: Item, wanted: str) -> Item:
        _, comment = self._comment(wanted)
        comment.update(values)
        return comment

    def _delete_comment(self, wanted: str) -> None:
        comments, comment = self._comment(wanted)
        comments.remove(comment)

    def _comment(self, wanted: str) -> tuple[list[Item], Item]:
        return next(
            (comments, each)
            for comments in self.comments.values()
            for each in comments
            if each["id"] == int(wanted)
        )

    def _issues(self, query: dict[str, str]) -> list[Item]:
        return [
            each
            for each in self.issues
            if each["state"] == query["state"] and each["user"]["login"] == query["creator"]
        ]

    def _change_issue(self, values: Item, number: str) -> Item:
        issue = next(each for each in self.issues if each["number"] == int(number))
        issue.update(values)
        return issue

    def _environment(self, name: str) -> Item:
        if name not in self.environments:
            raise NoSuchThing
        return self.environments[name]

    def _branch_rules(self, name: str) -> list[Item]:
        return self.branch_rules[name]

    def _deployments(self, query: dict[str, str]) -> list[Item]:
        return [each for each in self.deployments if each["environment"] == query["environment"]]

    def _statuses(self, wanted: str) -> list[Item]:
        deployment = next(each for each in self.deployments if each["id"] == int(wanted))
        return [{"state": state} for state in deployment["states"]]

    def _compare(self, base: str, head: str) -> Item:
        if base not in self.history:
            return {"status": "diverged"}
        ahead = self.history.index(head) - self.history.index(base)
        return {"status": "identical" if not ahead else "ahead" if ahead > 0 else "behind"}


class _Handler(BaseHTTPRequestHandler):
    github: FakeGithub

    def do_GET(self) -> None:
        self._reply()

    do_POST = do_PATCH = do_DELETE = do_GET  # noqa: N815 - http.server's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""

    def _reply(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        values = cast("Item", json.loads(body or b"{}"))
        target = urlsplit(self.path)
        path = target.path.removeprefix(f"/repos/{REPOSITORY}")
        query = {key: found[0] for key, found in parse_qs(target.query).items()}
        self.github.requests += 1
        if self.command != "GET":
            self.github.writes.append(f"{self.command} {path}")
        if failures := self.github.failures.get(self.command):
            self._send(failures.pop(0), {"message": "no"}, {})
        elif self.headers["Authorization"] != f"Bearer {TOKEN}":
            self._send(401, {"message": "Bad credentials"}, {})
        elif len(values.get("body", "")) > LARGEST:
            self._send(422, {"message": "body is too long"}, {})
        else:
            try:
                answer = self.github.answer(self.command, path, query, values)
            except NoSuchThing:
                self._send(404, {"message": "Not Found"}, {})
                return
            self._send(200, *self._page(target.path, query, answer))

    def _page(
        self, path: str, query: dict[str, str], answer: object
    ) -> tuple[object, dict[str, str]]:
        if not isinstance(answer, list):
            return answer, {}
        items = cast("list[object]", answer)
        number = int(query.get("page", 1))
        links: dict[str, str] = {}
        if number * PAGE < len(items):
            following = urlencode(query | {"page": number + 1})
            links = {"Link": f'<{self.github.url}{path}?{following}>; rel="next"'}
        page = items[(number - 1) * PAGE : number * PAGE]
        named = {"branch_policies": page} if path.endswith("branch-policies") else page
        return named, links

    def _send(self, status: int, answer: object, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status == 403:
            self.send_header("X-Accepted-GitHub-Permissions", "issues=write")
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())


@contextmanager
def fake_github() -> Generator[FakeGithub]:
    """Run one."""
    github = FakeGithub()
    handler = type("Handler", (_Handler,), {"github": github})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        github.url = f"http://127.0.0.1:{server.server_port}"
        # How often it checks whether to stop.
        Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        try:
            yield github
        finally:
            server.shutdown()
