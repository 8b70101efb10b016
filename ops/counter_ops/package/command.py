"""`counter package`: build the function for arm64 with its profile, and archive it.

The same sources give the same bytes in any folder, so a preview shows a change of the function only
if there is one. cargo-lambda and zig are in the development packages.
"""

import argparse
import hashlib
import zipfile

from counter_ops.errors import UserError
from counter_ops.package import profile
from counter_ops.package.build import TRIPLE, build_with, install_target
from counter_ops.project import ARCHIVE, PROJECT

BOOTSTRAP = ARCHIVE.with_suffix("")

# A smaller binary starts faster. In bytes.
LARGEST = 3_000_000

# What doesn't fit is built as without a profile. As a share of what was executed.
LEAST_FIT = 0.9

# The earliest time that a zip can hold.
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)

UNIX = 3
REGULAR_FILE = 0o100000
EXECUTABLE = 0o755


def build() -> profile.Fit:
    """Compile the function with its profile, and return how much of that fits."""
    install_target(TRIPLE)
    recorded = profile.read(profile.PROFILE)
    # With cargo-lambda's own optimizations, a panic would abort the process.
    command = ["cargo", "lambda", "build", "--disable-optimizations"]
    command += ["--lambda-dir", str(BOOTSTRAP.parent.parent)]
    BOOTSTRAP.unlink(missing_ok=True)
    functions = build_with(profile.index(recorded, TRIPLE), TRIPLE, command)
    return profile.fit(recorded, functions)


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
    """Build and archive the function, and print its size, its hash and how its profile fits."""
    fit = build()
    archive()
    digest = hashlib.sha256(ARCHIVE.read_bytes()).hexdigest()
    size = ARCHIVE.stat().st_size
    print(f"{ARCHIVE.relative_to(PROJECT)}  {size / 1e6:.2f} MB  sha256 {digest}")
    print(f"{profile.PROFILE.relative_to(PROJECT)}  {fit}")
    check(size, fit)
    return 0


def check(size: int, fit: profile.Fit) -> None:
    """Refuse an archive that is too large, or whose profile is too old."""
    if size > LARGEST:
        message = (
            f"the archive has {size / 1e6:.2f} MB; at most {LARGEST / 1e6:.1f} MB are allowed. "
            "Remove a dependency or a feature, or raise LARGEST in "
            "ops/counter_ops/package/command.py."
        )
        raise UserError(message)
    if fit.executed < LEAST_FIT:
        message = (
            f"the profile is too old: only {fit}; at least {LEAST_FIT:.0%} must. Record it "
            "again on Linux, and commit it: make profile"
        )
        raise UserError(message)
