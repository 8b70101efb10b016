"""`make audit` fails for an advisory, and on GitHub also if a database can't be reached."""

import os
import subprocess
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from counter_ops.project import PROJECT

FOUND = "boto3 1.0 PYSEC-1"


@dataclass(frozen=True)
class Audit:
    """An audit with fake tools, which answer as the test says and record their arguments."""

    folder: Path

    def __call__(
        self, *failing: str, table: str = "", github: bool = False
    ) -> subprocess.CompletedProcess[str]:
        """Run it."""
        fetched, checked, asked = (
            int(each in failing) for each in ("fetch", "advisories", "pip-audit")
        )
        self._tool("cargo", f"case $* in *fetch*) exit {fetched};; *) exit {checked};; esac")
        self._tool("pip-audit", f"printf '{table}'; exit {asked}")
        variables = {"PATH": f"{self.folder}:{os.environ['PATH']}"}
        if github:
            variables["GITHUB_ACTIONS"] = "true"
        return subprocess.run(
            [sys.executable, "-m", "counter_ops", "audit"],
            env=variables,
            check=False,
            capture_output=True,
            text=True,
        )

    @property
    def asked(self) -> list[str]:
        """The arguments of all calls."""
        return (self.folder / "asked").read_text().split()

    def _tool(self, name: str, script: str) -> None:
        path = self.folder / name
        path.write_text(f'#!/bin/sh\necho "$@" >>"{self.folder}/asked"\n{script}\n')
        path.chmod(0o755)


@pytest.fixture
def audit(tmp_path: Path) -> Audit:
    return Audit(tmp_path)


def tracked(pattern: str) -> set[str]:
    command = ["git", "ls-files", pattern]
    listed = subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True)
    return set(listed.stdout.split())


def after(words: list[str], option: str) -> set[str]:
    return {value for name, value in pairwise(words) if name == option}


def test_each_lock_is_audited(audit: Audit) -> None:
    assert audit(github=True).returncode == 0
    manifests = {str(Path(each).with_name("Cargo.toml")) for each in tracked("*Cargo.lock")}
    assert {os.path.normpath(each) for each in after(audit.asked, "--manifest-path")} == manifests
    assert after(audit.asked, "--requirement") == tracked("*requirements*.txt")


def test_what_is_known_against_a_rust_package_fails_it(audit: Audit) -> None:
    assert audit("advisories").returncode == 1
    assert "--requirement" in audit.asked


def test_what_is_known_against_a_python_package_fails_it_and_is_shown(audit: Audit) -> None:
    outcome = audit("pip-audit", table=FOUND)
    assert outcome.returncode == 1
    assert FOUND in outcome.stdout


@pytest.mark.parametrize(("unreachable", "language"), [("fetch", "Rust"), ("pip-audit", "Python")])
def test_what_nobody_answers_is_a_warning_but_on_github_an_error(
    audit: Audit, unreachable: str, language: str
) -> None:
    for github, level in ((False, "warning"), (True, "error")):
        outcome = audit(unreachable, github=github)
        assert outcome.returncode == github
        assert f"{level}: the {language} packages were not audited" in outcome.stderr


def test_a_python_package_that_nobody_knows_is_not_passed_over(audit: Audit) -> None:
    assert audit().returncode == 0
    assert "--strict" in audit.asked
