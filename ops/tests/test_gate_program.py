"""`counter gate`: the files that it reads, and its exit codes."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from counter_ops.cli import main
from previews import FUNCTION, TABLE, deployed, edited, output, step


@dataclass(frozen=True)
class Ended:
    """How the command ended, and what it printed."""

    returncode: object
    stdout: str
    stderr: str


Gate = Callable[..., Ended]


@pytest.fixture
def gate(capsys: pytest.CaptureFixture[str]) -> Gate:
    """Return the command."""

    def run(*arguments: str) -> Ended:
        try:
            code: object = main(["gate", *arguments])
        except SystemExit as end:
            code = end.code
        printed = capsys.readouterr()
        return Ended(code, printed.out, printed.err)

    return run


@pytest.fixture
def preview(tmp_path: Path) -> Path:
    path = tmp_path / "preview.json"
    path.write_text(output(*edited(deployed(), FUNCTION, "memorySize", 512)))
    return path


def test_what_may_go_on_exits_with_0(gate: Gate, preview: Path) -> None:
    result = gate(str(preview), "--exit-code", "0")
    assert result.returncode == 0
    assert result.stdout.startswith("## ✅ `prod` may be deployed")
    assert result.stderr == ""


def test_what_may_not_exits_with_1(gate: Gate, preview: Path) -> None:
    preview.write_text(output(step("delete", TABLE)))
    result = gate(str(preview), "--exit-code", "0")
    assert result.returncode == 1
    assert result.stdout.startswith("## ❌ `prod` is blocked")


def test_a_failed_preview_is_explained_by_its_standard_error(gate: Gate, preview: Path) -> None:
    stderr = preview.with_name("stderr.txt")
    stderr.write_text("error: no stack named 'prod' found")
    preview.write_text("")
    result = gate(str(preview), "--exit-code", "6", "--stderr", str(stderr))
    assert result.returncode == 1
    assert "exit code 6" in result.stdout
    assert "no stack named 'prod' found" in result.stdout


def test_bytes_that_are_no_text_are_refused(gate: Gate, preview: Path) -> None:
    preview.write_bytes(b"\xff\xfe{}")
    result = gate(str(preview), "--exit-code", "0")
    assert result.returncode == 1
    assert result.stderr.startswith(f"error: {preview} can't be read: ")


@pytest.mark.parametrize(
    ("file", "stderr"), [("missing.json", "preview.json"), ("preview.json", "missing.err")]
)
def test_a_missing_file_is_named(gate: Gate, preview: Path, file: str, stderr: str) -> None:
    folder = preview.parent
    result = gate(str(folder / file), "--exit-code", "0", "--stderr", str(folder / stderr))
    assert result.returncode == 1
    missing = next(each for each in (file, stderr) if "missing" in each)
    assert result.stderr.startswith(f"error: {folder / missing} can't be read: ")
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("arguments", [[], ["--exit-code", ""], ["--exit-code", "fine"]])
def test_the_exit_code_of_the_preview_must_be_told(
    gate: Gate, preview: Path, arguments: list[str]
) -> None:
    result = gate(str(preview), *arguments)
    assert result.returncode != 0
    assert "--exit-code" in result.stderr


def test_a_reader_that_goes_away_ends_it_without_a_traceback(preview: Path) -> None:
    """As in `make preview STACK=prod | head`."""
    command = [sys.executable, "-m", "counter_ops", "gate", str(preview), "--exit-code", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as ended:
        assert ended.stdout
        assert ended.stderr
        ended.stdout.close()
        assert ended.stderr.read() == b""
    assert ended.returncode == 1
