"""`counter native`: build the function for this machine, optimized as the package is.

The bench measures it. It has a profile of its own, because the package's fits no other target. Both
are in `target/native`.
"""

import argparse
import hashlib
import shutil

from counter_ops.package import build, profile
from counter_ops.package.record import instrument, record
from counter_ops.project import PROJECT, TARGET

NATIVE = TARGET / "native/visitor-counter"
"""The function for this machine."""


def configure(_: argparse.ArgumentParser) -> None:
    """Add no arguments."""


def run(_: argparse.Namespace) -> int:
    """Build it, with a profile that is recorded anew if the function has changed."""
    triple = build.host()
    instrumented = instrument(triple)
    digest = hashlib.sha256(instrumented.read_bytes()).hexdigest()
    recorded = NATIVE.with_name(f"{digest[:16]}.proftext.xz")
    if not recorded.exists():
        profile.write(record(instrumented, triple), recorded)
    text = profile.read(recorded)
    functions = build.build_with(profile.index(text, triple), triple, ["cargo", "build"])
    shutil.copy(build.program(triple), NATIVE)
    print(f"{NATIVE.relative_to(PROJECT)}  {profile.fit(text, functions)}")
    return 0
