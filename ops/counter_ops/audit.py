"""`counter audit`: check the locked packages for advisories, and for withdrawn versions.

If it can't reach an advisory database, that is an error on GitHub and a warning elsewhere.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from counter_ops.project import PROJECT


def configure(_: argparse.ArgumentParser) -> None:
    """Add no arguments."""


def run(_: argparse.Namespace) -> int:
    """Check all lock files that git tracks."""
    return 0 if all([*_audit_rust(), *_audit_python()]) else 1


def _audit_rust() -> list[bool]:
    if not _succeeds("cargo", "deny", "fetch", "db"):
        return [_unknown("Rust", "RustSec's advisories can't be fetched")]
    results: list[bool] = []
    for lock in _tracked("Cargo.lock"):
        print(f"Rust packages, {lock}:", flush=True)
        manifest = lock.with_name("Cargo.toml")
        command = ["cargo", "deny", "--locked", "--manifest-path", str(manifest)]
        command += ["--config", "deny.toml", "check", "advisories"]
        results.append(_succeeds(*command))
    return results


def _audit_python() -> list[bool]:
    results: list[bool] = []
    for lock in _tracked("requirements*.txt"):
        print(f"Python packages, {lock}:", flush=True)
        # Without --strict, pip-audit skips packages that PyPI doesn't know.
        command = ["pip-audit", "--strict", "--disable-pip", "--progress-spinner", "off"]
        command += ["--requirement", str(lock)]
        audit = subprocess.run(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True, check=False)
        print(audit.stdout, end="")
        # pip-audit prints to stdout only if it finds something.
        failed_to_ask = audit.returncode != 0 and not audit.stdout
        results.append(
            _unknown("Python", "PyPI doesn't answer for them")
            if failed_to_ask
            else audit.returncode == 0
        )
    return results


def _tracked(name: str) -> list[Path]:
    command = ["git", "ls-files", name, f"*/{name}"]
    listed = subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True)
    return [Path(line) for line in listed.stdout.splitlines()]


def _succeeds(*command: str) -> bool:
    return subprocess.run(command, cwd=PROJECT, check=False).returncode == 0


def _unknown(language: str, why: str) -> bool:
    """Report packages that weren't audited, and return whether the command may pass."""
    may_pass = os.environ.get("GITHUB_ACTIONS") != "true"
    level = "warning" if may_pass else "error"
    print(f"{level}: the {language} packages were not audited: {why}, see above.", file=sys.stderr)
    return may_pass
