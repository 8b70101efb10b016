"""Build the function, with or for a profile.

The same sources give the same bytes in any folder.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from counter_ops.errors import UserError
from counter_ops.project import PROJECT, TARGET

TRIPLE = "aarch64-unknown-linux-gnu"
"""What Lambda runs."""

# Lambda's arm64 is Graviton2 or later.
PROCESSORS = {TRIPLE: "neoverse-n1"}

RUSTC = Path(__file__).with_name("rustc")
"""The wrapper of the compiler, whose names of symbols stay with updates and on other machines."""

RELEASE = ("--release", "--locked", "--package", "visitor-counter")

# A line of `-pgo-trace-func-hash`.
_FUNCTION = re.compile(r"Funcname=(\S+), Hash=(\d+) in building \S*\n?")


@dataclass(frozen=True)
class Function:
    """A function of the program, as LLVM knows it: another body has another hash."""

    name: str
    hash: int


def output(*command: str) -> str:
    """Run a command in the workspace and return what it prints."""
    done = subprocess.run(command, check=False, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    _check(done.returncode, command)
    return done.stdout.strip()


def run(command: Sequence[str], variables: Mapping[str, str] | None = None) -> None:
    """Run a command in the workspace, with more variables."""
    environment = {**os.environ, **(variables or {})}
    done = subprocess.run(command, check=False, cwd=PROJECT, env=environment)
    _check(done.returncode, command)


def host() -> str:
    """Return this machine's triple."""
    lines = dict(line.split(": ", 1) for line in output("rustc", "-vV").splitlines()[1:])
    return lines["host"]


def sysroot() -> Path:
    """Return the folder of the Rust toolchain."""
    return Path(output("rustc", "--print", "sysroot"))


def install_target(triple: str) -> None:
    """Install the standard library for a target if it is missing."""
    if not any(sysroot().glob(f"lib/rustlib/{triple}/lib/libstd-*.rlib")):
        _rustup(f"Rust's standard library for {triple}", "target", "add", triple)


def llvm_profdata() -> str:
    """Return the path of LLVM's tool for profiles. Install it if it is missing."""
    tool = sysroot() / f"lib/rustlib/{host()}/bin/llvm-profdata"
    if not tool.exists():
        # The compiler's own version: others can't read its profiles.
        _rustup("llvm-profdata, of Rust's component llvm-tools,", "component", "add", "llvm-tools")
    return str(tool)


def variables(triple: str, *flags: str) -> dict[str, str]:
    """Return Cargo's variables for a target, with more flags of the compiler."""
    processor = [f"-Ctarget-cpu={PROCESSORS[triple]}"] if triple in PROCESSORS else []
    return {
        "CARGO_ENCODED_RUSTFLAGS": "\x1f".join([*processor, *flags]),
        "CARGO_TARGET_DIR": str(TARGET),
        "RUSTC_WRAPPER": str(RUSTC),
    }


def program(triple: str) -> Path:
    """Return where Cargo leaves the function."""
    return TARGET / triple / "release/visitor-counter"


def build_with(profile: Path, triple: str, command: Sequence[str]) -> set[Function]:
    """Build with a profile, by this command of Cargo, and return the functions that were compiled.

    Cargo keeps the compiler's output with what it has built, so they are all there even if there
    is nothing to do.
    """
    flags = [
        *_without_paths(),
        f"-Cprofile-use={profile}",
        "-Cllvm-args=-pgo-trace-func-hash=",
        # We sum them up.
        "-Cllvm-args=-no-pgo-warn-mismatch",
    ]
    command = [*command, *RELEASE, "--target", triple]
    with subprocess.Popen(
        command,
        cwd=PROJECT,
        env={**os.environ, **variables(triple, *flags)},
        stderr=subprocess.PIPE,
        text=True,
    ) as cargo:
        functions = set(_functions(cargo.stderr or ()))
    _check(cargo.returncode, command)
    return functions


def _without_paths() -> list[str]:
    """Return flags that leave no paths of this machine in a program."""
    cargo_home = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")
    output("cargo", "fetch", "--locked")
    # Each registry has a folder of its own. If several mappings match, rustc uses the last.
    registries = sorted((cargo_home / "registry/src").iterdir())
    return [
        f"--remap-path-prefix={sysroot()}/lib/rustlib/src/rust=/rust",
        f"--remap-path-prefix={cargo_home}=/cargo",
        *(f"--remap-path-prefix={registry}=/cargo/registry" for registry in registries),
    ]


def _functions(lines: Iterable[str]) -> Iterator[Function]:
    """Pick the functions from the compiler's output, and pass the rest on."""
    for line in lines:
        for name, number in _FUNCTION.findall(line):
            yield Function(name, int(number))
        if rest := _FUNCTION.sub("", line):
            sys.stderr.write(rest)
            sys.stderr.flush()


def _rustup(missing: str, *arguments: str) -> None:
    if shutil.which("rustup") is None:
        message = (
            f"{missing} is missing, and so is rustup, which adds it. "
            "Install rustup: https://rustup.rs"
        )
        raise UserError(message)
    output("rustup", *arguments)


def _check(code: int, command: Sequence[str]) -> None:
    if code != 0:
        message = f"`{' '.join(command)}` failed, see above."
        raise UserError(message)
