"""One check says whether all others have passed, and main requires that one."""

import re
import subprocess
from pathlib import Path

import pytest
from counter_ops.project import PROJECT
from run_step import on_ubuntu, run
from workflow_files import TEXTS, WORKFLOWS

CI = WORKFLOWS["ci"]
ALL = CI.jobs["all"]

NOT_REQUIRED = {
    # An advisory must not hold up the change that answers it.
    "audit",
    # Its findings are shown on the pull request. Private repositories don't have it.
    "codeql",
    # It may find something that was there before.
    "fuzz",
    # Forks and Dependabot have none. The gate judges again before anything is deployed.
    "preview",
}
"""The other workflows of pull requests. A new one is a decision."""


def test_every_other_job_of_its_workflow_is_needed() -> None:
    assert ALL.needs == CI.jobs.keys() - {"all"}


def test_a_workflow_of_pull_requests_is_required_or_has_a_reason() -> None:
    found = {name for name, each in WORKFLOWS.items() if "pull_request" in each.triggers}
    assert "ci" in found
    assert found - {"ci"} <= NOT_REQUIRED


def test_main_requires_the_check_by_its_name() -> None:
    required = re.findall(
        r'(?m)^REQUIRED_CHECK = "(.*)"$',
        (PROJECT / "account/baseline/github_repository.py").read_text(),
    )
    assert required == [ALL.data["name"]]
    # Another job of this name could report in its place.
    names = re.findall(rf"(?m)^\s*name: {ALL.data['name']}$", "\n".join(TEXTS.values()))
    assert len(names) == 1


def test_it_runs_for_each_pull_request() -> None:
    # With a filter, it would be missing where nothing fits.
    assert CI.triggers["pull_request"] is None


def test_it_is_never_skipped() -> None:
    # GitHub takes a skipped check for a passed one.
    assert ALL.data["if"] == "${{ always() }}"
    (step,) = ALL.steps
    assert "if" not in step.data
    assert step.data["env"] == {"RESULTS": "${{ join(needs.*.result, ' ') }}"}


@on_ubuntu
@pytest.mark.parametrize(
    ("results", "passes"),
    [
        ("success", True),
        ("success success success", True),
        ("success failure success", False),
        ("success cancelled", False),
        ("skipped success", False),
        ("success success failure", False),
        ("failure", False),
        ("", False),
    ],
)
def test_it_passes_if_all_have_passed(tmp_path: Path, results: str, *, passes: bool) -> None:
    outcome = run("ci/all: Refuse what has not passed", tmp_path, RESULTS=results)
    assert (outcome.returncode == 0) is passes
    assert ("Not all checks have passed" in outcome.stdout) is not passes


def test_the_owners_of_what_holds_power_are_asked() -> None:
    lines = (PROJECT / ".github/CODEOWNERS").read_text().splitlines()
    patterns = [line.split()[0] for line in lines if line and not line.startswith("#")]
    for pattern in patterns:
        command = ["git", "ls-files", "--", f":(top,glob){pattern.lstrip('/')}*"]
        listed = subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True)
        folder = ["git", "ls-files", "--", pattern.lstrip("/")]
        inside = subprocess.run(folder, cwd=PROJECT, check=True, capture_output=True, text=True)
        assert listed.stdout or inside.stdout, pattern
    # What runs beside a role or a secret, decides on what may pass, or gives rights.
    assert {
        *("/.ci/", "/.github/", "/Makefile", "/account/", "/infra/", "/ops/", "/pyproject.toml"),
        *("/Pulumi*.yaml", "/allowed-changes.yaml"),
    } <= set(patterns)
