"""`counter audit`: check the locked packages for advisories, and for withdrawn versions.

If it can't reach an advisory database, that is an error on GitHub and a warning elsewhere.
"""

import argparse
import os
import subprocess
import sys

from counter_ops.project import PROJECT

CARGO_FOLDERS = (".", "bench/contenders", "fuzz")
PYTHON_LOCKS = (
    "requirements-dev.txt",
    "infra/requirements.txt",
    "ops/requirements.txt",
    "bench/contenders/python/requirements.txt",
)


def configure(_: argparse.ArgumentParser) -> None:
    """Add no arguments."""


def run(_: argparse.Namespace) -> int:
    """Check all existing lock files."""
    return 0 if all([*_audit_rust(), *_audit_python()]) else 1


def _audit_rust() -> list[bool]:
    if not _succeeds("cargo", "deny", "fetch", "db"):
        return [_unknown("Rust", "RustSec's advisories can't be fetched")]
    results: list[bool] = []
    for folder in CARGO_FOLDERS:
        manifest = f"{folder}/Cargo.toml"
        if (PROJECT / manifest).exists():
            print(f"Rust packages, {folder}:", flush=True)
            command = ["cargo", "deny", "--locked", "--manifest-path", manifest]
            command += ["--config", "deny.toml", "check", "advisories"]
            results.append(_succeeds(*command))
    return results


def _audit_python() -> list[bool]:
    results: list[bool] = []
    for lock in PYTHON_LOCKS:
        if not (PROJECT / lock).exists():
            continue
        print(f"Python packages, {lock}:", flush=True)
        # Without --strict, pip-audit skips packages that PyPI doesn't know.
        command = ["pip-audit", "--strict", "--disable-pip", "--progress-spinner", "off"]
        command += ["--requirement", lock]
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


def _succeeds(*command: str) -> bool:
    return subprocess.run(command, cwd=PROJECT, check=False).returncode == 0


def _unknown(language: str, why: str) -> bool:
    """Report packages that weren't audited, and return whether the command may pass."""
    may_pass = os.environ.get("GITHUB_ACTIONS") != "true"
    level = "warning" if may_pass else "error"
    print(f"{level}: the {language} packages were not audited: {why}, see above.", file=sys.stderr)
    return may_pass
