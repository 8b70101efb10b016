"""`make drift`, with a fake Pulumi CLI."""

import pytest
from fake_pulumi import Workspace


@pytest.mark.parametrize(
    ("exit_code", "verdict", "succeeds"),
    [(0, "none", True), (7, "drift", True), (1, "failed", False), (255, "failed", False)],
)
def test_drift_is_told_from_a_failure_to_find_it(
    workspace: Workspace, exit_code: int, verdict: str, *, succeeds: bool
) -> None:
    said = "~ memorySize: 256 => 128\nhttps://bucket.example/state?X-Amz-Signature=abc"
    workspace.answers("refresh", said, "warning: slow", exit_code)
    result = workspace.run("drift", "prod")
    assert (result.returncode == 0) == succeeds
    folder = workspace.folder / "target/drift/prod"
    assert (folder / "verdict").read_text() == f"{verdict}\n"
    report = (folder / "report.md").read_text()
    assert "~ memorySize: 256 => 128" in report
    assert "warning: slow" in report
    # It becomes part of an issue, which others can read.
    assert "X-Amz" not in report
    assert report.count("```") == 2


def test_drift_is_looked_for_without_changing_anything(workspace: Workspace) -> None:
    workspace.answers("refresh")
    workspace.run("drift", "prod")
    ((command, *options),) = workspace.calls
    assert command == "refresh"
    assert {"--preview-only", "--expect-no-changes", "--suppress-permalink=true"} <= set(options)
