"""Drift is looked for on main, in both stacks."""

from workflow_files import WORKFLOWS

DRIFT = WORKFLOWS["drift"]


def test_drift_is_looked_for_on_main_in_both_stacks() -> None:
    drift = DRIFT.jobs["drift"]
    assert drift.data["if"].startswith("github.ref == 'refs/heads/main' && ")
    assert drift.data["strategy"]["matrix"] == {"stack": ["staging", "prod"]}
    assert drift.in_order("Look for drift", "Show it", "Keep the issue")
    # A failed comparison says nothing about drift.
    assert "if" not in drift.step("Keep the issue").data


def test_no_start_of_another_branch_ends_a_look_for_drift_on_main() -> None:
    assert DRIFT.data["concurrency"] == {
        "group": "drift-${{ github.ref }}",
        "cancel-in-progress": False,
    }
