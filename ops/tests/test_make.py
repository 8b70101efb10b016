"""The Makefile, run with fake tools that only record their calls."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]

WORKSPACES = ("bench/contenders", "fuzz")

TOOLS = (
    "actionlint",
    "basedpyright",
    "cargo",
    "cc",
    "counter",
    "openssl",
    "perl",
    "pytest",
    "python",
    "ruff",
    "rumdl",
    "typos",
    "uv",
    "zizmor",
)

TOOL = """\
#!/bin/sh
call="${0##*/} $*"
echo "$call" >>"$CALLS"
[ "$call" != "$FAILING" ]
"""


def write_program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


@dataclass(frozen=True)
class Folder:
    """A copy of the Makefile, in which all packages are installed."""

    path: Path

    def make(
        self, *arguments: str, failing: str = "", path: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run make as 3.81 does, which ignores .SHELLFLAGS. One call of a tool fails."""
        self.log.write_text("")
        tools = self.path / ".venv/bin"
        return subprocess.run(
            ["make", ".SHELLFLAGS=-c", *arguments],
            cwd=self.path,
            env={
                "CALLS": str(self.log),
                "FAILING": failing,
                "PATH": path or f"{tools}:/usr/bin:/bin",
            },
            check=False,
            capture_output=True,
            text=True,
        )

    @property
    def log(self) -> Path:
        """The file with the calls."""
        return self.path / "calls"

    @property
    def calls(self) -> list[str]:
        """The calls of the tools."""
        return self.log.read_text().splitlines()


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    shutil.copy(PROJECT / "Makefile", tmp_path)
    for workspace in WORKSPACES:
        (tmp_path / workspace).mkdir(parents=True)
        (tmp_path / workspace / "Cargo.lock").touch()
    for file in ("pyproject.toml", "requirements-dev.txt"):
        (tmp_path / file).touch()
    for tool in TOOLS:
        write_program(tmp_path / ".venv/bin" / tool, TOOL)
    (tmp_path / ".venv/.complete").touch()
    return Folder(tmp_path)


@pytest.mark.parametrize(
    "words",
    [
        "lint",
        "fmt",
        "lock",
        "fuzz",
        "element-hash",
        "integration STACK=x",
        "smoke STACK=x",
    ],
)
def test_a_target_fails_with_the_first_of_its_commands_that_does(
    folder: Folder, words: str
) -> None:
    assert folder.make(*words.split()).returncode == 0
    calls = folder.calls
    assert len(calls) > 1
    for call in calls:
        outcome = folder.make(*words.split(), failing=call)
        assert outcome.returncode != 0, f"make {words} passes although this fails: {call}"


@pytest.mark.parametrize("words", ["lint", "fmt"])
def test_all_rust_workspaces_are_checked_and_formatted(folder: Folder, words: str) -> None:
    folder.make(words)
    for workspace in WORKSPACES:
        assert any(f"--manifest-path {workspace}/Cargo.toml" in call for call in folder.calls)


def test_lock_upgrades_nothing(folder: Folder) -> None:
    folder.make("lock")
    assert not any("--upgrade" in call for call in folder.calls)


@pytest.mark.parametrize(
    ("words", "option"),
    [("upgrade", "--upgrade "), ("upgrade PACKAGE=boto3", "--upgrade-package boto3 ")],
)
def test_upgrade_upgrades_all_packages_or_one(folder: Folder, words: str, option: str) -> None:
    folder.make(*words.split())
    assert folder.calls
    assert all(option in call for call in folder.calls)


@pytest.mark.parametrize(
    ("words", "source"),
    [
        ("STACK=prod", "prod"),
        ("URL=https://a.example/visitorcount", "https://a.example/visitorcount"),
    ],
)
def test_a_report_is_of_a_stack_or_of_a_url(folder: Folder, words: str, source: str) -> None:
    assert folder.make("report", words).returncode == 0
    assert folder.calls == [f"counter report {source}"]


def test_a_report_of_nothing_says_how_to_name_a_stack(folder: Folder) -> None:
    outcome = folder.make("report")
    assert outcome.returncode != 0
    assert "say which stack, such as: make report STACK=staging" in outcome.stderr
    assert folder.calls == []


def test_help_lists_each_command_in_a_group(folder: Folder) -> None:
    lines = folder.make().stdout.splitlines()
    groups = [line for line in lines if line and not line.startswith("  make ")]
    assert groups[:2] == ["Try it", "Check"]
    assert lines[: lines.index("Check")] == [
        "",
        "Try it",
        "  make run             Run the counter on this machine (PORT=3000).",
        "",
    ]


CARGO_IS_MISSING = "error: cargo is missing. Install Rust: https://rustup.rs"
CC_IS_MISSING = (
    "error: a C compiler, cc, is missing. "
    "Debian: apt install build-essential. macOS: xcode-select --install"
)


@pytest.mark.parametrize(("tool", "message"), [("cargo", CARGO_IS_MISSING), ("cc", CC_IS_MISSING)])
def test_a_compiler_that_is_missing_is_named_before_anything_is_compiled(
    folder: Folder, tool: str, message: str
) -> None:
    tools = folder.path / "tools"
    for name in {"cargo", "cc"} - {tool}:
        write_program(tools / name, TOOL)
    for name in ("bash", "make", "sh", "tr", "uname"):
        (tools / name).symlink_to(shutil.which(name) or name)
    shutil.rmtree(folder.path / ".venv")
    outcome = folder.make("run", path=str(tools))
    assert outcome.returncode != 0
    assert outcome.stderr.splitlines()[0] == message
    assert not any("run" in call for call in folder.calls)
