"""The way to prod: what is built once goes through every stage, and nothing goes around one."""

import pytest

from workflows.files import (
    ACTION,
    AUDIT,
    CI,
    CODEQL,
    DEPLOY,
    DRIFT,
    FOLDER,
    FUZZ,
    PREVIEW,
    Job,
    Workflow,
    all_steps,
    jobs,
    load,
    steps,
)

FUNCTION = f"{ACTION}function"
UPLOAD = "actions/upload-artifact"


def functions_of(job: Job) -> list[str]:
    """Return the hashes of the functions that a job takes."""
    return [each.inputs["sha256"] for each in job.steps if each.uses == FUNCTION]


def test_only_a_push_to_main_deploys() -> None:
    assert DEPLOY.triggers == {"push": {"branches": ["main"]}}


def test_only_these_jobs_reach_an_environment() -> None:
    environments = {
        name: job.data["environment"] for name, job in jobs() if "environment" in job.data
    }
    assert environments == {"deploy/staging": "staging", "deploy/prod": "prod"}


def test_only_these_steps_deploy() -> None:
    assert {str(step): step.run for step in steps() if step.make == "deploy"} == {
        "deploy/staging: Deploy": "make deploy STACK=staging",
        "deploy/prod: Deploy": "make deploy STACK=prod APPROVED=target/approved/prod",
    }


def test_staging_comes_after_all_checks_and_the_guard() -> None:
    assert DEPLOY.before("staging") == {"ci", "guard"}


def test_prod_comes_after_all_of_that_and_staging_and_a_preview() -> None:
    assert DEPLOY.before("prod") == {"ci", "guard", "staging", "preview"}
    assert DEPLOY.before("preview") == {"ci", "guard", "staging"}


def test_the_checks_are_those_of_pull_requests() -> None:
    assert DEPLOY.jobs["ci"].data["uses"] == "./.github/workflows/ci.yml"
    assert set(CI.jobs) == {"package", "test", "test-package"}
    makes = {
        name: [each.make for each in all_steps(job) if each.make] for name, job in CI.jobs.items()
    }
    assert makes == {
        "package": ["package", "sbom"],
        "test": ["test"],
        "test-package": ["test-package"],
    }
    assert not any("if" in job.data for job in CI.jobs.values())


def test_the_guard_looks_at_how_the_environments_are_protected() -> None:
    guard = DEPLOY.jobs["guard"]
    assert [each.run for each in guard.steps if each.run] == ["make venv", "make reviewers"]


def test_stages_are_skipped_only_where_nothing_is_set_up() -> None:
    conditions = {name: job.data["if"] for name, job in DEPLOY.jobs.items() if "if" in job.data}
    del conditions["attest"]  # nothing needs it
    assert not any("attest" in job.needs for job in DEPLOY.jobs.values())
    assert conditions == {
        "notice": "vars.PREVIEW_ROLE_ARN == ''",
        "guard": "vars.PREVIEW_ROLE_ARN != ''",
    }


def test_the_steps_of_a_stage_are_never_skipped() -> None:
    for job in (*CI.jobs.values(), *DEPLOY.jobs.values()):
        for step in all_steps(job):
            if step not in job.steps or step.make or step.uses:
                assert "if" not in step.data


def test_staging_is_tested_after_its_deployment_and_before_it_is_left() -> None:
    staging = DEPLOY.jobs["staging"]
    assert staging.position("overtaken") < staging.position("deploy")
    assert staging.position("deploy") < staging.position("integration")
    assert staging.steps[staging.position("overtaken")].run == "make overtaken STACK=staging"
    assert staging.steps[staging.position("integration")].run == "make integration STACK=staging"


def test_prod_is_tried_after_its_deployment() -> None:
    prod = DEPLOY.jobs["prod"]
    assert prod.position("overtaken") < prod.position("deploy") < prod.position("smoke")
    assert prod.steps[prod.position("overtaken")].run == "make overtaken STACK=prod"
    assert prod.steps[prod.position("smoke")].run == "make smoke STACK=prod"


def test_what_is_approved_is_a_preview_of_prod_that_the_gate_let_pass() -> None:
    preview, prod = DEPLOY.jobs["preview"], DEPLOY.jobs["prod"]
    position = preview.position("preview")
    assert preview.steps[position].run == "make preview STACK=prod"
    (kept,) = (each for each in preview.steps[position:] if each.name == "Keep it for prod")
    assert "if" not in kept.data
    assert (kept.inputs["name"], kept.inputs["path"]) == ("approved-prod", "target/preview/prod")
    (brought,) = (each for each in prod.steps if each.uses == "actions/download-artifact")
    assert brought.inputs == {"name": "approved-prod", "path": "target/approved/prod"}


def test_an_approver_has_as_long_as_a_run_can_wait() -> None:
    kept = [
        step.inputs["retention-days"]
        for workflow in (CI, DEPLOY)
        for job in workflow.jobs.values()
        for step in job.steps
        if "retention-days" in step.inputs
    ]
    assert len(kept) == 2
    assert all(days > 30 for days in kept)


def builders(workflow: Workflow) -> set[str]:
    return {
        name
        for name, job in workflow.jobs.items()
        for step in all_steps(job)
        if step.make == "package"
    }


def test_the_function_is_built_once_on_the_way_to_prod() -> None:
    assert builders(CI) == {"package"}
    assert not builders(DEPLOY)


def test_every_stage_takes_that_one_function_by_its_hash() -> None:
    assert CI.triggers["workflow_call"]["outputs"]["sha256"]["value"] == (
        "${{ jobs.package.outputs.sha256 }}"
    )
    assert CI.jobs["package"].data["outputs"] == {"sha256": "${{ steps.package.outputs.sha256 }}"}
    outputs = load(FOLDER / "actions/package/action.yml")["outputs"]
    assert outputs["sha256"]["value"] == "${{ steps.hash.outputs.sha256 }}"
    compares = load(FOLDER / "actions/function/action.yml")["runs"]["steps"][-1]
    assert compares["env"] == {"SHA256": "${{ inputs.sha256 }}"}
    assert compares["working-directory"] == "target/lambda/visitor-counter"
    for stage in ("staging", "preview", "prod"):
        assert functions_of(DEPLOY.jobs[stage]) == ["${{ needs.ci.outputs.sha256 }}"]


def test_the_function_that_is_tested_is_the_same() -> None:
    assert functions_of(CI.jobs["test-package"]) == ["${{ needs.package.outputs.sha256 }}"]


def test_the_function_that_is_attested_is_the_same() -> None:
    subject = {
        "subject-name": "bootstrap.zip",
        "subject-digest": "sha256:${{ needs.ci.outputs.sha256 }}",
    }
    origin, brought, contents = DEPLOY.jobs["attest"].steps
    assert origin.inputs == subject
    assert brought.inputs == {"name": "function", "path": "function"}
    assert contents.inputs == subject | {"sbom-path": "function/sbom.cdx.json"}


def test_an_environment_has_one_deployment_at_a_time_and_drops_none() -> None:
    for name in ("staging", "prod"):
        assert DEPLOY.jobs[name].data["concurrency"] == {
            "group": f"deploy-{name}",
            "cancel-in-progress": False,
            "queue": "max",
        }
    assert "concurrency" not in DEPLOY.data


def test_runs_for_main_never_end_each_others_checks() -> None:
    group = "ci-${{ github.event.pull_request.number || github.run_id }}"
    assert CI.data["concurrency"]["group"] == group


@pytest.mark.parametrize("name", ["staging", "prod"])
def test_a_deployment_that_takes_too_long_fails_before_its_job_is_cancelled(name: str) -> None:
    job = DEPLOY.jobs[name]
    limit = job.steps[job.position("deploy")].data["timeout-minutes"]
    assert 30 <= limit <= job.data["timeout-minutes"] - 20


@pytest.mark.parametrize("name", ["staging", "prod"])
def test_what_changed_is_shown_however_a_deployment_ends(name: str) -> None:
    job = DEPLOY.jobs[name]
    shown = job.steps[job.position("deploy") + 1]
    assert shown.name == "Show what changed"
    assert shown.data["if"] == "${{ always() && steps.deploy.outcome != 'skipped' }}"


def test_a_deployment_to_prod_that_failed_or_was_cancelled_says_how_to_go_back() -> None:
    last = DEPLOY.jobs["prod"].steps[-1]
    assert last.name == "Say how to go back"
    assert last.data["if"] == (
        "${{ (failure() || cancelled()) && steps.deploy.outcome != 'skipped' }}"
    )
    assert last.data["env"] == {
        "GUIDE": "${{ github.server_url }}/${{ github.repository }}/blob/${{ github.sha }}"
        "/docs/operations.md#rolling-back"
    }


def test_a_pull_request_is_previewed_or_told_why_not() -> None:
    previewed = PREVIEW.jobs["package"].data["if"].split(" && ")
    told = PREVIEW.jobs["notice"].data["if"].split(" || ")
    assert previewed == [
        "github.event.pull_request.head.repo.full_name == github.repository",
        "github.event.pull_request.user.login != 'dependabot[bot]'",
        "vars.PREVIEW_ROLE_ARN != ''",
    ]
    assert told == [
        each.replace("==", "!=") if "==" in each else each.replace("!=", "==") for each in previewed
    ]


def test_a_preview_of_both_stacks_has_the_function_that_was_built_for_both() -> None:
    assert builders(PREVIEW) == {"package"}
    preview = PREVIEW.jobs["preview"]
    assert preview.needs == {"package"}
    assert functions_of(preview) == ["${{ needs.package.outputs.sha256 }}"]
    assert preview.data["strategy"] == {
        "fail-fast": False,
        "matrix": {"stack": ["staging", "prod"]},
    }


def test_a_refused_preview_is_shown_and_commented_too() -> None:
    preview = PREVIEW.jobs["preview"]
    shown = preview.steps[preview.position("preview") + 1 :]
    assert {each.name: each.data["if"] for each in shown} == {
        "Show it": "${{ !cancelled() && steps.preview.outcome != 'skipped' }}",
        "Comment": "${{ !cancelled() }}",
    }


def test_a_pull_request_hears_of_a_preview_that_could_not_be_made() -> None:
    # Its package may have failed. Where there is no package by intention, there is no preview.
    assert PREVIEW.jobs["preview"].data["if"] == (
        "${{ !cancelled() && needs.package.result != 'skipped' }}"
    )


def test_a_pull_request_leaves_nothing_behind_but_its_function() -> None:
    kept = [
        name for name, job in PREVIEW.jobs.items() for step in all_steps(job) if UPLOAD in step.uses
    ]
    assert kept == ["package"]


def test_only_a_public_repository_is_searched_for_vulnerabilities() -> None:
    analyze = CODEQL.jobs["analyze"]
    assert analyze.data["if"] == "github.event.repository.visibility == 'public'"
    assert analyze.data["strategy"]["matrix"] == {
        "language": ["actions", "javascript-typescript", "python", "rust"]
    }


@pytest.mark.parametrize(("workflow", "job"), [(AUDIT, "audit"), (FUZZ, "fuzz")])
def test_what_needs_no_change_to_come_to_light_is_looked_for_each_week_too(
    workflow: Workflow, job: str
) -> None:
    (schedule,) = workflow.triggers["schedule"]
    assert schedule["cron"].endswith(" * * 1")
    assert workflow.jobs[job].steps[-1].make == job
    assert "if" not in workflow.jobs[job].data


def test_no_start_of_another_branch_ends_a_look_for_drift_on_main() -> None:
    assert DRIFT.data["concurrency"] == {
        "group": "drift-${{ github.ref }}",
        "cancel-in-progress": False,
    }


def test_drift_is_looked_for_on_main_in_both_stacks() -> None:
    drift = DRIFT.jobs["drift"]
    assert drift.data["if"].startswith("github.ref == 'refs/heads/main' && ")
    assert drift.data["strategy"]["matrix"] == {"stack": ["staging", "prod"]}
    assert [each.name for each in drift.steps[drift.position("drift") :]] == [
        "Look for drift",
        "Show it",
        "Keep the issue",
    ]
    assert "if" not in drift.steps[drift.position("drift-issue")].data
