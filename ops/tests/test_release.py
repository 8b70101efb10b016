"""`make preview` and `make deploy`, with a fake Pulumi CLI."""

import json
import shutil
from pathlib import Path

import pytest
from fake_pulumi import Workspace
from previews import DASHBOARD, FUNCTION, TABLE, output, state, step

CHANGE = step("update", FUNCTION, "function", new=state({"memorySize": 512}))
ANOTHER = step("create", DASHBOARD, new=state({"dashboardName": "x"}))
SOMETHING_ELSE = step("update", FUNCTION, "function", new=state({"memorySize": 1024}))


@pytest.fixture
def workspace(workspace: Workspace) -> Workspace:
    workspace.answers("preview", output(CHANGE))
    workspace.answers("up")
    return workspace


def test_a_preview_keeps_all_that_reviewers_and_a_deployment_need(workspace: Workspace) -> None:
    result = workspace.run("preview", "prod")
    assert result.returncode == 0, result.stderr
    assert "`prod` may be deployed" in result.stdout
    assert (workspace.preview / "preview.json").read_text() == output(CHANGE)
    assert (workspace.preview / "plan.json").read_text() == "null"
    for name in ("summary.md", "comment.md"):
        assert "memorySize: 512" in (workspace.preview / name).read_text()
    assert workspace.updates == []


def test_a_preview_asks_for_json_without_an_address_of_the_state(workspace: Workspace) -> None:
    workspace.run("preview", "prod")
    ((command, *options),) = workspace.calls
    assert command == "preview"
    assert options[:2] == ["--stack", "prod"]
    # Without a value, the option means the opposite.
    expected = {"--json", "--show-sames", "--non-interactive", "--suppress-permalink=true"}
    assert expected <= set(options)


def test_a_refused_preview_fails_and_keeps_the_reasons(workspace: Workspace) -> None:
    workspace.answers("preview", output(step("delete", TABLE)))
    assert workspace.run("preview", "prod").returncode == 1
    for name in ("summary.md", "comment.md"):
        assert "is blocked" in (workspace.preview / name).read_text()


def test_a_failed_preview_fails_and_keeps_the_reasons(workspace: Workspace) -> None:
    workspace.answers("preview", output(CHANGE))
    workspace.run("preview", "prod")
    workspace.answers("preview", stderr="error: no stack named 'prod' found", exit_code=6)
    assert workspace.run("preview", "prod").returncode == 1
    summary = (workspace.preview / "summary.md").read_text()
    assert "no stack named 'prod' found" in summary
    assert "memorySize" not in summary


def test_a_preview_of_another_stack_than_asked_for_fails(workspace: Workspace) -> None:
    assert workspace.run("preview", "staging").returncode == 1


def test_a_deployment_applies_the_plan_of_its_preview(workspace: Workspace) -> None:
    result = workspace.run("deploy", "prod")
    assert result.returncode == 0, result.stderr
    ((command, *options),) = workspace.updates
    assert command == "up"
    plan = Path(options[options.index("--plan") + 1])
    assert plan == workspace.preview / "plan.json"
    assert {"--yes", "--non-interactive", "--suppress-permalink=true"} <= set(options)
    assert (workspace.preview / "started").exists()


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((output(step("delete", TABLE)), "", 0), "the gate blocks it"),
        ((output(CHANGE), "error: boom", 1), "its preview failed"),
        (("", "error: no stack named 'prod' found", 6), "its preview failed"),
    ],
)
def test_what_the_gate_refuses_is_not_deployed(
    workspace: Workspace, answer: tuple[str, str, int], why: str
) -> None:
    workspace.answers("preview", *answer)
    result = workspace.run("deploy", "prod")
    assert result.returncode == 1
    assert f"prod was not deployed: {why}" in result.stderr
    assert workspace.updates == []
    assert not (workspace.preview / "started").exists()


def test_a_provider_that_no_preview_lists_is_found_in_the_plan(workspace: Workspace) -> None:
    urn = "urn:pulumi:prod::visitor-counter::pulumi:providers:aws::default_7_51_1"
    goal = {"inputDiff": {"adds": {"assumeRoles": "[]"}}}
    plan = json.dumps({"resourcePlans": {urn: {"goal": goal}}})
    workspace.answers("preview", output(CHANGE), plan=plan)
    assert workspace.run("deploy", "prod").returncode == 1
    assert "assumeRoles is set of the provider" in (workspace.preview / "summary.md").read_text()
    assert workspace.updates == []


def test_a_deployment_that_fails_says_so(workspace: Workspace) -> None:
    workspace.answers("up", exit_code=255)
    result = workspace.run("deploy", "prod")
    assert result.returncode == 1
    assert "the deployment of prod failed" in result.stderr
    assert "#rolling-back" in result.stderr
    assert (workspace.preview / "started").exists()
    assert "Traceback" not in result.stderr


@pytest.fixture
def approved(workspace: Workspace) -> Path:
    """Return a copy of a preview's folder, as the approver saw it."""
    workspace.run("preview", "prod")
    return shutil.copytree(workspace.preview, workspace.folder / "approved")


def test_what_was_approved_and_still_fits_is_applied(workspace: Workspace, approved: Path) -> None:
    result = workspace.run("deploy", "prod", "--approved", str(approved))
    assert result.returncode == 0, result.stderr
    assert "This is what was approved." in result.stdout
    (options,) = workspace.updates
    assert options[options.index("--plan") + 1] == str(approved / "plan.json")


@pytest.mark.parametrize(
    "now",
    [[SOMETHING_ELSE], [CHANGE, ANOTHER], [ANOTHER], []],
)
def test_what_was_approved_and_no_longer_fits_is_judged_anew(
    workspace: Workspace, approved: Path, now: list[dict[str, object]]
) -> None:
    workspace.answers("preview", output(*now))
    result = workspace.run("deploy", "prod", "--approved", str(approved))
    assert result.returncode == 0, result.stderr
    (options,) = workspace.updates
    assert options[options.index("--plan") + 1] == str(workspace.preview / "plan.json")
    assert (
        "The stack has changed since the approval" in (workspace.preview / "summary.md").read_text()
    )


def test_what_was_approved_and_has_become_dangerous_is_refused(
    workspace: Workspace, approved: Path
) -> None:
    workspace.answers("preview", output(CHANGE, step("delete", TABLE)))
    assert workspace.run("deploy", "prod", "--approved", str(approved)).returncode == 1
    assert workspace.updates == []


@pytest.mark.parametrize("text", [None, "", "{}"])
def test_an_approval_that_cant_be_read_deploys_nothing(
    workspace: Workspace, approved: Path, text: str | None
) -> None:
    path = approved / "preview.json"
    path.unlink()
    if text is not None:
        path.write_text(text)
    result = workspace.run("deploy", "prod", "--approved", str(approved))
    assert result.returncode == 1
    assert "error: the approved preview " in result.stderr
    assert workspace.updates == []


def test_a_list_of_allowed_changes_that_cant_be_read_stops_everything(workspace: Workspace) -> None:
    (workspace.folder / "allowed-changes.yaml").write_text("- x")
    assert workspace.run("deploy", "prod").returncode == 1
    assert workspace.updates == []
    for name in ("summary.md", "comment.md"):
        assert "allowed-changes.yaml: entry 1" in (workspace.preview / name).read_text()


def test_a_stack_of_an_organization_has_a_folder_too(workspace: Workspace) -> None:
    assert workspace.run("preview", "me/visitor-counter/prod").returncode == 0
