"""`counter package`: build the function for arm64, and archive it.

The same sources give the same bytes in any folder, so a preview shows a change of the function only
if there is one. cargo-lambda and zig are in the development packages.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

from counter_ops.errors import UserError
from counter_ops.project import ARCHIVE, PROJECT, TARGET

TRIPLE = "aarch64-unknown-linux-gnu"
BOOTSTRAP = ARCHIVE.with_suffix("")

# A smaller binary starts faster. In bytes.
LARGEST = 3_000_000

# The earliest time that a zip can hold.
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)

UNIX = 3
REGULAR_FILE = 0o100000
EXECUTABLE = 0o755


def output(*command: str) -> str:
    """Run a command in the workspace and return what it prints."""
    return subprocess.run(
        command, check=True, cwd=PROJECT, stdout=subprocess.PIPE, text=True
    ).stdout.strip()


def install_target(sysroot: Path) -> None:
    """Install the standard library for arm64 if it is missing."""
    if any(sysroot.glob(f"lib/rustlib/{TRIPLE}/lib/libstd-*.rlib")):
        return
    if shutil.which("rustup") is None:
        message = (
            f"Rust's standard library for {TRIPLE} is missing, and so is rustup, which adds it. "
            "Install rustup: https://rustup.rs"
        )
        raise UserError(message)
    output("rustup", "target", "add", TRIPLE)


def rust_flags(sysroot: Path) -> list[str]:
    """Return the compiler's flags: the target's processor, and no paths of this machine."""
    cargo_home = Path(os.environ.get("CARGO_HOME") or Path.home() / ".cargo")
    output("cargo", "fetch", "--locked")
    # Each registry has a folder of its own. If several mappings match, rustc uses the last.
    registries = sorted((cargo_home / "registry/src").iterdir())
    return [
        # Lambda's arm64 is Graviton2 or later.
        "-Ctarget-cpu=neoverse-n1",
        f"--remap-path-prefix={sysroot}/lib/rustlib/src/rust=/rust",
        f"--remap-path-prefix={cargo_home}=/cargo",
        *(f"--remap-path-prefix={registry}=/cargo/registry" for registry in registries),
    ]


def build(sysroot: Path) -> None:
    """Compile the function with the workspace's release profile."""
    # With cargo-lambda's own optimizations, a panic would abort the process.
    command = ["cargo", "lambda", "build", "--release", "--locked", "--disable-optimizations"]
    command += ["--package", "visitor-counter", "--target", TRIPLE]
    command += ["--lambda-dir", str(BOOTSTRAP.parent.parent)]
    environment = {
        "CARGO_ENCODED_RUSTFLAGS": "\x1f".join(rust_flags(sysroot)),
        "CARGO_TARGET_DIR": str(TARGET),
    }
    BOOTSTRAP.unlink(missing_ok=True)
    subprocess.run(command, check=True, cwd=PROJECT, env=os.environ | environment)


def archive() -> None:
    """Write the zip: the executable alone, with fixed time and mode."""
    entry = zipfile.ZipInfo("bootstrap", ZIP_EPOCH)
    entry.create_system = UNIX
    entry.external_attr = (REGULAR_FILE | EXECUTABLE) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(ARCHIVE, "w") as file:
        file.writestr(entry, BOOTSTRAP.read_bytes(), compresslevel=9)


def configure(_: argparse.ArgumentParser) -> None:
    """Add no arguments."""


def run(_: argparse.Namespace) -> int:
    """Build and archive the function, and print its size and hash."""
    try:
        sysroot = Path(output("rustc", "--print", "sysroot"))
        install_target(sysroot)
        build(sysroot)
    except subprocess.CalledProcessError as error:
        message = f"`{' '.join(error.cmd)}` failed, see above."
        raise UserError(message) from error
    archive()
    digest = hashlib.sha256(ARCHIVE.read_bytes()).hexdigest()
    size = ARCHIVE.stat().st_size
    print(f"{ARCHIVE.relative_to(PROJECT)}  {size / 1e6:.2f} MB  sha256 {digest}")
    if size > LARGEST:
        message = (
            f"the archive has {size / 1e6:.2f} MB; at most {LARGEST / 1e6:.1f} MB are allowed. "
            "Remove a dependency or a feature, or raise LARGEST in ops/counter_ops/package.py."
        )
        raise UserError(message)
    return 0
