"""`counter plugin`: the AWS provider must match its checksum, if one is recorded."""

import hashlib
import os
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from counter_ops import plugin
from counter_ops.cli import main

VERSION = "7.1.0"
ARCHIVE = plugin.archive_name(VERSION, plugin.this_platform())
CHECKSUM = hashlib.sha256(b"a plugin").hexdigest()
OTHERS = hashlib.sha256(b"another").hexdigest()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a project with a locked version, and a fake CLI that records its calls."""
    (tmp_path / "infra").mkdir()
    lock = tmp_path / "infra/requirements.txt"
    lock.write_text(f"pulumi==3.1.0 \\\npulumi-aws=={VERSION} \\\n    --hash=sha256:a\n")
    monkeypatch.setattr(plugin, "PROJECT", tmp_path)
    monkeypatch.setattr(plugin, "LOCK", lock)
    monkeypatch.setattr(plugin, "CHECKSUMS", tmp_path / "infra/plugin-checksums.txt")
    cli = tmp_path / "bin/pulumi"
    cli.parent.mkdir()
    cli.write_text(f'#!/bin/sh\necho "$@" >>"{tmp_path}/calls"\nexit ${{EXIT:-0}}\n')
    cli.chmod(0o755)
    monkeypatch.setenv("PATH", f"{cli.parent}:{os.environ['PATH']}")
    return tmp_path


@pytest.fixture
def source(folder: Path) -> Iterator[str]:
    """Return the archives' base URL."""
    files = folder / "archives"
    files.mkdir()
    (files / ARCHIVE).write_bytes(b"a plugin")
    handler = partial(SimpleHTTPRequestHandler, directory=str(files))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def calls(folder: Path) -> list[str]:
    return (folder / "calls").read_text().splitlines()


def record(folder: Path, *lines: str) -> None:
    (folder / "infra/plugin-checksums.txt").write_text("".join(f"{line}\n" for line in lines))


def test_the_locked_version_is_installed_and_compared(folder: Path) -> None:
    record(folder, f"{OTHERS}  pulumi-resource-aws-v7.0.0-x.tar.gz", f"{CHECKSUM}  {ARCHIVE}")
    assert main(["plugin", "install"]) == 0
    assert calls(folder) == [f"plugin install resource aws {VERSION} --checksum {CHECKSUM}"]


def test_without_a_checksum_it_is_installed_and_that_is_said(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for lines in ([], [f"{OTHERS}  pulumi-resource-aws-v7.0.0-linux-amd64.tar.gz"]):
        record(folder, *lines)
        assert main(["plugin", "install"]) == 0
        printed = capsys.readouterr().out
        assert f"infra/plugin-checksums.txt has no checksum of {ARCHIVE}" in printed
        assert f"counter plugin record --platform {plugin.this_platform()}" in printed
    assert calls(folder) == [f"plugin install resource aws {VERSION}"] * 2


def test_a_plugin_that_is_refused_fails_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EXIT", "1")
    assert main(["plugin", "install"]) == 1
    assert f"the plugin {ARCHIVE} was not installed" in capsys.readouterr().err


def test_a_line_that_is_no_checksum_is_shown(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record(folder, f"{CHECKSUM[1:]}  {ARCHIVE}")
    assert main(["plugin", "install"]) == 1
    assert "plugin-checksums.txt has an invalid line" in capsys.readouterr().err
    assert not (folder / "calls").exists()


def test_a_lock_without_the_provider_is_a_message(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "infra/requirements.txt").write_text("pulumi==3.1.0\n")
    assert main(["plugin", "install"]) == 1
    assert "infra/requirements.txt has no version of pulumi-aws" in capsys.readouterr().err


def test_a_checksum_that_is_recorded_is_the_archives(folder: Path, source: str) -> None:
    record(
        folder,
        f"{OTHERS}  {ARCHIVE}",
        f"{OTHERS}  pulumi-resource-aws-v{VERSION}-plan9-mips.tar.gz",
        f"{OTHERS}  pulumi-resource-aws-v7.0.0-linux-amd64.tar.gz",
    )
    assert main(["plugin", "record", "--source", source]) == 0
    # Of the others, those of this version stay.
    assert sorted((folder / "infra/plugin-checksums.txt").read_text().splitlines()) == sorted(
        [f"{CHECKSUM}  {ARCHIVE}", f"{OTHERS}  pulumi-resource-aws-v{VERSION}-plan9-mips.tar.gz"]
    )


def test_an_archive_that_cannot_be_had_leaves_the_file_as_it_is(
    folder: Path, source: str, capsys: pytest.CaptureFixture[str]
) -> None:
    record(folder, f"{OTHERS}  {ARCHIVE}")
    assert main(["plugin", "record", "--platform", "plan9-mips", "--source", source]) == 1
    assert "can't be downloaded" in capsys.readouterr().err
    text = (folder / "infra/plugin-checksums.txt").read_text()
    assert text == f"{OTHERS}  {ARCHIVE}\n"
