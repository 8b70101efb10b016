"""`counter profile`: record the package's profile.

The function is built with counters in it, and runs while a test of the handler plays the traffic of
a site (handler/tests/behaviour/traffic.rs). Symbols depend on the target, so only a build for arm64
gives a profile for arm64. qemu runs it where the machine can't.
"""

import argparse
import platform
import shutil
from pathlib import Path

from counter_ops.errors import UserError
from counter_ops.package import build, profile
from counter_ops.package.build import TRIPLE
from counter_ops.project import PROJECT

TRAFFIC = "traffic::a_site_with_its_visits_its_refusals_and_its_failures"
"""The test that is the site."""

# As Debian names them.
LINKER = "aarch64-linux-gnu-gcc"
EMULATOR = "qemu-aarch64-static"
LIBRARIES = Path("/usr/aarch64-linux-gnu")


def configure(_: argparse.ArgumentParser) -> None:
    """Add no arguments."""


def run(_: argparse.Namespace) -> int:
    """Record the profile into the repository, and print its size."""
    if is_foreign(TRIPLE):
        check_tools()
    text = record(instrument(TRIPLE), TRIPLE)
    profile.write(text, profile.PROFILE)
    size = profile.PROFILE.stat().st_size
    functions = sum(1 for _ in profile.executed(text))
    print(f"{profile.PROFILE.relative_to(PROJECT)}  {size / 1e3:.0f} kB  {functions} functions")
    return 0


def instrument(triple: str) -> Path:
    """Build the function with counters, and return it."""
    build.install_target(triple)
    variables = build.variables(triple, f"-Cprofile-generate={_raw(triple)}")
    if is_foreign(triple):
        # zig, which links the package, doesn't link this.
        name = triple.replace("-", "_")
        variables |= {f"CARGO_TARGET_{name.upper()}_LINKER": LINKER, f"CC_{name}": LINKER}
    build.run(["cargo", "build", *build.RELEASE, "--target", triple], variables)
    return build.program(triple)


def record(instrumented: Path, triple: str) -> str:
    """Run an instrumented function with a site's traffic, and return its profile."""
    raw = _raw(triple)
    shutil.rmtree(raw, ignore_errors=True)
    variables = {"BOOTSTRAP": str(instrumented)}
    if is_foreign(triple):
        variables["BOOTSTRAP_RUNNER"] = f"{EMULATOR} -L {LIBRARIES}"
    command = ["cargo", "test", "--locked", "--package", "visitor-counter", "--test", "behaviour"]
    build.run([*command, "--", "--ignored", "--exact", TRAFFIC], variables)
    text = raw.with_name("recorded.proftext")
    merge = ["merge", "--sparse", "--text", f"--output={text}", str(raw)]
    build.run([build.llvm_profdata(), *merge])
    return text.read_text(encoding="utf-8")


def is_foreign(triple: str) -> bool:
    """Return whether this machine can't run the target's programs."""
    return triple != build.host()


def check_tools() -> None:
    """Check what this machine needs to build and run programs for arm64."""
    if platform.system() != "Linux":
        message = (
            "a profile is recorded on Linux: elsewhere, qemu runs no single programs. "
            "Use a container or a virtual machine."
        )
        raise UserError(message)
    for tool, package in {
        LINKER: "gcc-aarch64-linux-gnu",
        EMULATOR: "qemu-user-static",
        str(LIBRARIES / "lib"): "libc6-arm64-cross",
    }.items():
        if shutil.which(tool) is None and not Path(tool).is_dir():
            message = f"{tool} is missing. Debian: apt install {package}"
            raise UserError(message)


def _raw(triple: str) -> Path:
    return profile.FOLDER / triple / "raw"
