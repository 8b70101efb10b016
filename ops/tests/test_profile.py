"""The package's profile: how it is recorded, kept and compared with the code."""

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from counter_ops.errors import UserError
from counter_ops.package import build, command, profile, record
from counter_ops.package.build import TRIPLE, Function
from counter_ops.package.profile import Fit

# As `llvm-profdata merge --text` writes it. 90 of 100 executions are in `parse`.
PROFILE = """\
# IR level Instrumentation Flag
:ir
parse
# Func Hash:
11
# Num Counters:
2
# Counter Values:
40
50
# Num Value Kinds:
1
# ValueKind = IPVK_IndirectCallTarget:
0
# NumValueSites:
1
1
visit:1000

hyper.4c2faf61c2d5dfd7-cgu.0;write
# Func Hash:
18446744073709551615
# Num Counters:
1
# Counter Values:
6

visit
# Func Hash:
33
# Num Counters:
3
# Counter Values:
4
0
0

"""
PARSE, WRITE, VISIT = Function("parse", 11), Function("write", 2**64 - 1), Function("visit", 33)

FITS = Fit(executed=1.0, functions=10, recorded=10)


def program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the only folder with programs: a compiler that says where it is."""
    folder = tmp_path / "bin"
    program(folder / "rustc", f'[ "$1" = -vV ] && printf "rustc\\nhost: a-b\\n" || echo {tmp_path}')
    monkeypatch.setenv("PATH", str(folder))
    return folder


def test_a_profile_fits_the_code_that_it_was_recorded_on() -> None:
    assert profile.fit(PROFILE, {PARSE, WRITE, VISIT}) == Fit(1.0, 3, 3)


def test_new_functions_make_no_difference() -> None:
    functions = {PARSE, WRITE, VISIT, Function("new", 1)}
    assert profile.fit(PROFILE, functions) == Fit(1.0, 3, 3)


@pytest.mark.parametrize(
    ("changed", "executed"),
    [(PARSE, 0.1), (WRITE, 0.94), (VISIT, 0.96)],
    ids=str,
)
def test_a_function_that_changed_or_went_weighs_what_was_executed_in_it(
    changed: Function, executed: float
) -> None:
    others = {PARSE, WRITE, VISIT} - {changed}
    for now in (set[Function](), {replace(changed, hash=changed.hash - 1)}):
        fit = profile.fit(PROFILE, others | now)
        assert fit.executed == pytest.approx(executed)
        assert (fit.functions, fit.recorded) == (2, 3)


def test_a_profile_of_nothing_fits_nothing() -> None:
    assert profile.fit(":ir\n", {PARSE}).executed == 0


def test_what_fits_is_said_in_percent_and_in_functions() -> None:
    said = "98.7% of what it recorded fits the code (2300 of 2401 functions)"
    assert str(Fit(0.9871, 2300, 2401)) == said


def test_a_profile_is_packed_and_read_again(tmp_path: Path) -> None:
    packed = tmp_path / "new/profile.proftext.xz"
    profile.write(PROFILE * 100, packed)
    assert packed.stat().st_size < len(PROFILE)
    assert profile.read(packed) == PROFILE * 100


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "profile.proftext.xz is missing. Record it: make profile"),
        (b"text", "profile.proftext.xz is damaged: .*. Record it again: make profile"),
    ],
)
def test_a_profile_that_cannot_be_read_is_a_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes | None, message: str
) -> None:
    monkeypatch.setattr(profile, "PROJECT", tmp_path)
    file = tmp_path / "profile.proftext.xz"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UserError, match=message):
        profile.read(file)


def test_the_repository_has_a_profile_of_visits() -> None:
    names = {function.name for function, _ in profile.executed(profile.read(profile.PROFILE))}
    assert any("visitor_counter" in name for name in names)


def test_the_compiler_says_which_functions_it_saw(
    tmp_path: Path,
    tools: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "registry/src").mkdir(parents=True)
    monkeypatch.setenv("CARGO_HOME", str(tmp_path))
    seen = [
        "   Compiling tokio v1.0.0",
        "Funcname=parse, Hash=11 in building tokio.4c2faf61c2d5dfd7-cgu.0",
        "Funcname=write, Hash=18446744073709551615 in building hyper.4c2faf61c2d5dfd7-cgu.0",
    ]
    program(
        tools / "cargo",
        f"[ $1 = fetch ] || printf '%s\\n' {' '.join(map(repr, seen))} >&2\nexit $CODE",
    )
    monkeypatch.setenv("CODE", "0")
    functions = build.build_with(tmp_path / "a.profdata", TRIPLE, ["cargo", "build"])
    assert functions == {PARSE, WRITE}
    assert capsys.readouterr().err == "   Compiling tokio v1.0.0\n"

    monkeypatch.setenv("CODE", "101")
    with pytest.raises(UserError, match="`cargo fetch --locked` failed, see above"):
        build.build_with(tmp_path / "a.profdata", TRIPLE, ["cargo", "build"])


@pytest.mark.parametrize("executed", [0.9, 1.0])
def test_a_profile_of_which_nine_tenths_fit_is_taken(executed: float) -> None:
    command.check(command.LARGEST, replace(FITS, executed=executed))


def test_a_profile_of_which_less_fits_must_be_recorded_again() -> None:
    old = replace(FITS, executed=0.89)
    with pytest.raises(UserError, match=r"too old: only 89.0%.*at least 90%.*: make profile"):
        command.check(0, old)


def test_a_package_that_is_too_large_is_refused() -> None:
    message = r"the archive has 3.01 MB; at most 3.0 MB are allowed. Remove a dependency"
    with pytest.raises(UserError, match=message):
        command.check(3_010_000, FITS)


@pytest.mark.parametrize(
    ("missing", "package"),
    [
        (record.LINKER, "gcc-aarch64-linux-gnu"),
        (record.EMULATOR, "qemu-user-static"),
        ("lib is missing", "libc6-arm64-cross"),
    ],
)
def test_a_tool_that_the_recording_lacks_is_named_with_its_package(
    tmp_path: Path, tools: Path, monkeypatch: pytest.MonkeyPatch, missing: str, package: str
) -> None:
    monkeypatch.setattr("platform.system", lambda: "Linux")
    monkeypatch.setattr(record, "LIBRARIES", tmp_path)
    if "lib" not in missing:
        (tmp_path / "lib").mkdir()
    for tool in {record.LINKER, record.EMULATOR} - {missing}:
        program(tools / tool, "")
    with pytest.raises(UserError, match=rf"{missing}.* Debian: apt install {package}"):
        record.check_tools()


def test_elsewhere_than_on_linux_nothing_is_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.system", lambda: "Darwin")
    with pytest.raises(UserError, match=r"recorded on Linux.* Use a container"):
        record.check_tools()


@pytest.mark.usefixtures("tools")
def test_without_rustup_what_it_would_add_is_named() -> None:
    with pytest.raises(UserError, match=r"llvm-profdata.* is missing.*https://rustup.rs"):
        build.llvm_profdata()
    with pytest.raises(UserError, match=rf"standard library for {TRIPLE} is missing"):
        build.install_target(TRIPLE)


def test_rustup_adds_what_is_missing_and_only_that(tmp_path: Path, tools: Path) -> None:
    calls = tmp_path / "calls"
    calls.touch()
    program(tools / "rustup", f'echo "$@" >>{calls}')
    build.llvm_profdata()
    build.install_target(TRIPLE)
    expected = ["component add llvm-tools", f"target add {TRIPLE}"]
    assert calls.read_text().splitlines() == expected
    program(tmp_path / "lib/rustlib/a-b/bin/llvm-profdata", "")
    (tmp_path / f"lib/rustlib/{TRIPLE}/lib").mkdir(parents=True)
    (tmp_path / f"lib/rustlib/{TRIPLE}/lib/libstd-1.rlib").touch()
    build.llvm_profdata()
    build.install_target(TRIPLE)
    assert calls.read_text().splitlines() == expected


def metadata(name: str, version: str, metadata: str = "0a") -> str:
    """Return what rustc gets instead of Cargo's metadata of a crate."""
    major, minor, patch = version.split(".")
    variables = {
        "CARGO_PKG_NAME": name,
        "CARGO_PKG_VERSION_MAJOR": major,
        "CARGO_PKG_VERSION_MINOR": minor,
        "CARGO_PKG_VERSION_PATCH": patch,
        "PATH": os.environ["PATH"],
    }
    words = ["--cfg", 'feature="a b"', "-C", f"metadata={metadata}", "-C", "extra-filename=-1"]
    done = subprocess.run(
        [build.RUSTC, "printf", "%s\\n", *words], env=variables, check=True, stdout=subprocess.PIPE
    )
    passed = done.stdout.decode().splitlines()
    assert passed[:3] + passed[4:] == words[:3] + words[4:]
    return passed[3]


def test_symbols_stay_when_a_dependency_or_the_crate_itself_has_an_update() -> None:
    assert metadata("hyper", "1.12.0", "0b") == metadata("hyper", "1.13.1")
    assert metadata("ring", "0.17.1") == metadata("ring", "0.17.2")


def test_crates_that_may_be_in_one_program_have_other_symbols() -> None:
    crates = {
        metadata("hyper", "1.12.0"),
        metadata("hyper", "2.0.0"),
        metadata("hyper", "0.14.0"),
        metadata("hyper", "0.15.0"),
        metadata("hyper-util", "1.12.0"),
    }
    assert len(crates) == 5
