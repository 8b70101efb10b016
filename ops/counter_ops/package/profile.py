"""What the function spends its time on: LLVM's profile, and how much of it fits a program.

In the repository it is LLVM's text, packed. `xzcat` shows it.
"""

import hashlib
import lzma
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from counter_ops.errors import UserError
from counter_ops.package import build
from counter_ops.package.build import Function
from counter_ops.project import PROJECT, TARGET

PROFILE = PROJECT / "handler/profile.proftext.xz"
"""The package's profile."""

FOLDER = TARGET / "profile"
"""What is recorded and unpacked, by target."""


@dataclass(frozen=True)
class Fit:
    """How much of a profile fits a program."""

    executed: float
    """The share of what was executed whose functions are the same in the program, from 0 to 1."""

    functions: int
    """How many functions those are."""

    recorded: int
    """How many functions were executed."""

    def __str__(self) -> str:
        """Say it in a line."""
        return (
            f"{self.executed:.1%} of what it recorded fits the code "
            f"({self.functions} of {self.recorded} functions)"
        )


def executed(profile: str) -> Iterator[tuple[Function, int]]:
    """Return the functions of a profile, with how often their blocks ran.

    The format: https://llvm.org/docs/CommandGuide/llvm-profdata.html
    """
    for record in profile.split("\n\n"):
        # Comments, and the properties of the whole file.
        lines = [line for line in record.splitlines() if line and line[0] not in "#:"]
        if lines:
            name, number, counters, *values = lines
            # If other modules don't see the function, the name begins with its module.
            function = Function(name.rpartition(";")[2], int(number))
            yield function, sum(map(int, values[: int(counters)]))


def fit(profile: str, functions: AbstractSet[Function]) -> Fit:
    """Compare a profile with the functions of a program."""
    recorded = list(executed(profile))
    found = [count for function, count in recorded if function in functions]
    total = sum(count for _, count in recorded)
    return Fit(sum(found) / total if total else 0.0, len(found), len(recorded))


def write(profile: str, file: Path) -> None:
    """Pack a profile into a file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(lzma.compress(profile.encode(), preset=9 | lzma.PRESET_EXTREME))


def read(file: Path) -> str:
    """Read a packed profile."""
    try:
        return lzma.decompress(file.read_bytes()).decode()
    except FileNotFoundError as error:
        message = f"{file.relative_to(PROJECT)} is missing. Record it: make profile"
        raise UserError(message) from error
    except (lzma.LZMAError, UnicodeDecodeError) as error:
        name = file.relative_to(PROJECT)
        message = f"{name} is damaged: {error}. Record it again: make profile"
        raise UserError(message) from error


def index(profile: str, triple: str) -> Path:
    """Write a profile for the compiler, and return the file.

    Its name has a hash of the profile, so that Cargo builds anew if and only if that changes.
    """
    digest = hashlib.sha256(profile.encode()).hexdigest()
    text = FOLDER / triple / f"{digest[:16]}.proftext"
    indexed = text.with_suffix(".profdata")
    if not indexed.exists():
        text.parent.mkdir(parents=True, exist_ok=True)
        text.write_text(profile, encoding="utf-8")
        build.run([build.llvm_profdata(), "merge", f"--output={indexed}", str(text)])
    return indexed
