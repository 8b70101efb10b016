"""`counter report`: a table in an emulator of AWS, URLs, and terminals."""

import json
import os
import pty
import subprocess
import sys
import termios
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from counter_ops.cli import main
from counter_ops.report import table
from counter_ops.report.table import StackTable
from counter_ops.report.terminal import printable, show, sparkline
from counter_ops.report.visits import Day, Page, Visits
from emulator.clients import ACCOUNT, Clients
from emulator.server import emulator
from workspace import project_copy

TODAY = date(2026, 11, 29)
TODAYS = "d20786"

TABLE = "visitor-counter-prod"
"""Of the tests' stack prod."""

HISTORY = {"days": [{"day": "2026-11-28", "count": 0}, {"day": "2026-11-29", "count": 1234}]}


class Now(datetime):
    """A clock that stands."""

    @classmethod
    def now(cls, tz: object = None) -> "Now":
        """Return the beginning of today."""
        assert tz is UTC
        return cls(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("no_proxy", "127.0.0.1")
        with emulator() as url:
            yield url


@pytest.fixture(autouse=True)
def shell(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the tests' stacks, a clock that stands, and nothing of the developer's AWS settings."""
    for variable in filter(lambda name: name.startswith("AWS_"), list(os.environ)):
        monkeypatch.delenv(variable)
    for variable in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(variable, os.devnull)
    # With these, colours also go into pipes.
    for variable in ("FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(table, "PROJECT", project_copy())
    monkeypatch.setattr(table, "datetime", Now)


def log_in(monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", ACCOUNT)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")


@pytest.fixture
def aws(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clients]:
    """Make an empty table of prod, and log in."""
    log_in(monkeypatch, endpoint)
    with closing(Clients.of(endpoint)) as clients:
        clients.dynamodb.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        )
        yield clients
        clients.dynamodb.delete_table(TableName=TABLE)


def put(aws: Clients, key: str, **numbers: int) -> None:
    item = {name: {"N": str(number)} for name, number in numbers.items()}
    aws.dynamodb.put_item(TableName=TABLE, Item={"id": {"S": key}, **item})


@contextmanager
def server(answers: dict[str, tuple[int, str]]) -> Generator[str]:
    """Answer each path, or all others as `*`, and yield the base URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, body = answers.get(self.path) or answers["*"]
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        do_POST = do_GET  # noqa: N815 - http.server's name

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        Thread(target=listening.serve_forever, args=[0.01], daemon=True).start()
        try:
            yield f"http://127.0.0.1:{listening.server_port}"
        finally:
            listening.shutdown()


@pytest.fixture
def counter() -> Iterator[str]:
    """Return the URL of a counter."""
    answers = {
        "/visitorcount/current": (200, '{"count": 41233}'),
        "/visitorcount/history": (200, json.dumps(HISTORY)),
        "*": (404, "{}"),
    }
    with server(answers) as url:
        yield f"{url}/visitorcount"


def error_of(source: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["report", source]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    return line


def lines_of(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [line.rstrip() for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize("stack", ["prod", "my-org/prod"])
def test_a_stack_shows_all_visits_todays_a_month_and_its_pages(
    aws: Clients, stack: str, capsys: pytest.CaptureFixture[str]
) -> None:
    put(aws, "site", visits=41_233, d20757=99, **{TODAYS: 1_200, "d20785": 34}, d20756=5, v0=1)
    put(aws, "page:/blog/a", visits=3)
    put(aws, "page:/", visits=9, **{TODAYS: 9})
    assert main(["report", stack]) == 0
    assert lines_of(capsys) == [
        "visitor-counter-prod in us-east-1",
        "",
        "All visits    41,233",
        "Today          1,200",
        "Last 30 days   1,333",
        "",
        "▂" + 27 * "▁" + "▂█",
        "2026-10-31 to 2026-11-29, UTC. The most in a day: 1,200",
        "",
        "Visits  Share  Page",
        "     9  75.0%  /",
        "     3  25.0%  /blog/a",
        "",
        "Shares are of the 12 visits of all 2 pages.",
    ]


def test_shares_are_of_all_pages_however_many_there_are(
    aws: Clients, capsys: pytest.CaptureFixture[str]
) -> None:
    for page in range(250):
        put(aws, f"page:/{page:03}", visits=4)
    assert main(["report", "prod"]) == 0
    lines = lines_of(capsys)
    assert [line.split() for line in lines if "/" in line] == [
        ["4", "0.4%", f"/{page:03}"] for page in range(10)
    ]
    assert lines[-1] == "Shares are of the 1,000 visits of all 250 pages."


def test_before_the_first_visit_the_count_is_the_start_count(aws: Clients) -> None:
    assert aws
    assert StackTable(TABLE, "us-east-1", 41, 2).read() == Visits(
        source="visitor-counter-prod in us-east-1",
        total=41,
        days=[Day(date(2026, 11, 28), 0), Day(TODAY, 0)],
        pages=[],
    )


def test_pages_without_visits_have_no_share(capsys: pytest.CaptureFixture[str]) -> None:
    show(Visits("somewhere", 0, [], [Page("/", 0)]))
    lines = lines_of(capsys)
    assert "     0   0.0%  /" in lines
    assert "No visits of days are kept: historyDays is 0." in lines


@pytest.mark.parametrize("item", [{"visits": {"S": "many"}}, {"visits": {"N": "-1"}}])
@pytest.mark.parametrize("key", ["site", "page:/\x1b[2J"])
def test_a_value_that_is_no_count_is_named(
    aws: Clients, item: dict[str, dict[str, str]], key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.dynamodb.put_item(TableName=TABLE, Item={"id": {"S": key}} | item)  # pyright: ignore[reportArgumentType] - one of each
    error = error_of("prod", capsys)
    assert f"visits of the item {key!a} in the table {TABLE} is no count" in error


def test_a_stack_without_a_table_is_named(
    endpoint: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    log_in(monkeypatch, endpoint)
    assert f"there is no table {TABLE} in us-east-1" in error_of("prod", capsys)


def test_a_stack_without_a_file_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert "there is no Pulumi.nothing.yaml" in error_of("nothing", capsys)


def test_missing_credentials_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert "there are no AWS credentials" in error_of("prod", capsys)


def test_a_missing_profile_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    assert "nobody" in error_of("prod", capsys)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("AccessDeniedException", "They need dynamodb:GetItem and dynamodb:Scan"),
        ("ExpiredTokenException", "ExpiredTokenException"),
    ],
)
def test_a_refusal_of_aws_is_one_line(
    code: str, words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    refusal = json.dumps({"__type": f"com.amazonaws.dynamodb#{code}", "message": "No."})
    with server({"*": (400, refusal)}) as url:
        log_in(monkeypatch, url)
        assert words in error_of("prod", capsys)


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_url_shows_the_same_without_pages(
    counter: str, slash: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", counter + slash]) == 0
    assert lines_of(capsys) == [
        counter,
        "",
        "All visits   41,233",
        "Today         1,234",
        "Last 2 days   1,234",
        "",
        "▁█",
        "2026-11-28 to 2026-11-29, UTC. The most in a day: 1,234",
        "",
        "A URL doesn't list pages. To see them: make report STACK=…",
    ]


@pytest.mark.parametrize(
    "answer",
    [
        (404, "{}"),
        (200, "<html>"),
        (200, '{"days": [{"day": "today", "count": 1}]}'),
        (200, '{"days": [{"day": "2026-11-29", "count": -1}]}'),
    ],
)
def test_a_url_that_is_no_counters_is_named(
    answer: tuple[int, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with server({"*": answer}) as url:
        assert f"{url}/x/history isn't that of a counter" in error_of(f"{url}/x", capsys)


@pytest.mark.parametrize("status", [429, 503])
def test_a_counter_that_cannot_answer_now_is_no_other_site(
    status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with server({"*": (status, "{}")}) as url:
        assert f"can't answer now: its status is {status}" in error_of(url, capsys)


def test_a_url_that_cannot_be_reached_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    # Nothing listens on it.
    assert "http://127.0.0.1:1/history can't be reached" in error_of("http://127.0.0.1:1", capsys)


@pytest.mark.parametrize(
    "text", ["ftp://a.example", "https://", "https://[", "https://a/?b", "a b"]
)
def test_what_is_neither_a_stack_nor_a_url_exits_with_2(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(["report", text])
    assert end.value.code == 2
    assert repr(text) in capsys.readouterr().err


def test_a_day_with_a_visit_is_higher_than_one_without() -> None:
    days = [Day(TODAY, visits) for visits in (0, 1, 500, 1_000)]
    assert sparkline(days) == "▁▂▅█"
    assert sparkline(days[:1]) == "▁"


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/[red]a[/red]", "/[red]a[/red]"),
        ("/:smile:", "/:smile:"),
        ("/größe/שלום", "/größe/שלום"),
        ("/\x1b[31m\x07\r\n\x9b", r"/\x1b[31m\x07\r\n\x9b"),
        ("/a\u202eb\u2066\u200b", r"/a\u202eb\u2066\u200b"),
    ],
)
def test_a_path_of_a_visitor_is_shown_and_not_obeyed(
    path: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert printable(path) == shown
    show(Visits("somewhere", 1, [], [Page(path, 1)]))
    assert f"     1  100.0%  {shown}" in lines_of(capsys)


SHOW = """
from datetime import date
from counter_ops.report.terminal import show
from counter_ops.report.visits import *
days = [Day(date(2026, 11, day), day) for day in range(1, 31)]
show(Visits("https://" + 80 * "a", 41_233, days, [Page("/" + 99 * "b", 1), Page("/größe", 1)]))
"""


def test_a_terminal_of_60_columns_shows_all() -> None:
    screen, terminal = pty.openpty()
    termios.tcsetwinsize(terminal, (24, 60))
    environment = {name: os.environ[name] for name in os.environ.keys() - {"COLUMNS", "NO_COLOR"}}
    subprocess.run(
        [sys.executable, "-c", SHOW],
        env=environment | {"TERM": "xterm-mono", "NO_COLOR": "1", "PYTHONPATH": ":".join(sys.path)},
        stdout=terminal,
        stdin=terminal,
        check=True,
    )
    os.close(terminal)
    shown = b""
    # Linux answers EIO at the end, macOS nothing.
    try:
        while part := os.read(screen, 4096):
            shown += part
    except OSError:
        pass
    os.close(screen)
    lines = shown.decode().replace("\x1b[1m", "").replace("\x1b[0m", "").splitlines()
    assert max(map(len, lines)) <= 60
    text = "".join(line.strip() for line in lines)
    assert 80 * "a" in text
    assert 99 * "b" in text


@pytest.mark.parametrize(("encoding", "last"), [("utf-8", "▂█"), ("ascii", ".#")])
def test_in_a_pipe_no_line_is_broken_or_coloured(encoding: str, last: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", SHOW],
        env=os.environ | {"PYTHONIOENCODING": encoding, "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        check=True,
    )
    text = ended.stdout.decode(encoding)
    assert f"50.0%  /{99 * 'b'}" in text
    assert any(line[:1] == last[0] and line.rstrip()[-1:] == last[1] for line in text.splitlines())
    assert "\x1b" not in text


def test_a_pipe_that_nobody_reads_is_no_traceback() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    ended = subprocess.run(
        [sys.executable, "-c", SHOW],
        env=os.environ | {"PYTHONPATH": ":".join(sys.path)},
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert ended.stderr == b""
