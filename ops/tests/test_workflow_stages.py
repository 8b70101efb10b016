"""The way to prod: one build goes through every stage, and no way leads around one."""

import re

import pytest
from counter_ops.project import PROJECT
from workflow_files import (
    ACTION,
    FOLDER,
    TEXTS,
    WORKFLOWS,
    Job,
    Workflow,
    action,
    all_steps,
    jobs,
    load,
    steps,
)

CI, DEPLOY, PREVIEW, STAGE = (WORKFLOWS[name] for name in ("ci", "deploy", "preview", "stage"))

STAGES = {"staging": "deploy-staging", "prod": "deploy-prod"}
"""The jobs that deploy, each named like its stack."""


def functions_of(job: Job) -> list[str]:
    """Return the hashes of the functions that a job takes."""
    return [each.inputs["sha256"] for each in job.steps if each.uses == f"{ACTION}function"]


def builders(workflow: Workflow) -> set[str]:
    """Return the jobs that build the function."""
    return {
        name
        for name, job in workflow.jobs.items()
        for step in all_steps(job)
        if step.run == "make package"
    }


def test_only_a_stage_reaches_an_environment_and_each_its_own() -> None:
    environments = {
        name: job.data["environment"] for name, job in jobs() if "environment" in job.data
    }
    assert environments == {"stage/deploy": "${{ inputs.stack }}"}
    assert {name: DEPLOY.jobs[name].data["with"]["stack"] for name in STAGES} == {
        name: name for name in STAGES
    }


def test_only_one_step_deploys() -> None:
    deploying = [str(step) for step in steps() if re.search(r"\bdeploy\b", step.run)]
    assert deploying == ["stage/deploy: Deploy"]


def test_staging_comes_after_all_checks_and_the_guard() -> None:
    assert DEPLOY.before("staging") == {"ci", "guard"}


def test_prod_comes_after_all_of_that_and_staging_and_a_preview() -> None:
    assert DEPLOY.before("prod") == {"attest", "ci", "guard", "staging", "preview"}
    assert DEPLOY.before("preview") == {"ci", "guard", "staging"}


def test_the_checks_are_those_of_pull_requests() -> None:
    assert DEPLOY.jobs["ci"].uses == ["./.github/workflows/ci.yml"]
    assert "pull_request" in CI.triggers
    assert {name for name, job in CI.jobs.items() if "if" in job.data} == {"all"}
    for target in ("test", "test-package"):
        assert CI.jobs[target].steps[-1].run == f"make {target}"


def test_the_guard_looks_at_how_the_environments_are_protected() -> None:
    assert DEPLOY.jobs["guard"].steps[-1].run == ".venv/bin/counter check-protection"


def test_stages_are_skipped_only_where_nothing_is_set_up() -> None:
    conditions = {name: job.data["if"] for name, job in DEPLOY.jobs.items() if "if" in job.data}
    assert conditions == {
        "notice": "vars.PREVIEW_ROLE_ARN == ''",
        "guard": "vars.PREVIEW_ROLE_ARN != ''",
    }
    assert not any("if" in job.data for job in STAGE.jobs.values())


def test_a_stage_skips_no_step_that_checks_or_deploys() -> None:
    skippable = {
        step.name
        for job in (*CI.jobs.values(), *DEPLOY.jobs.values(), *STAGE.jobs.values())
        for step in all_steps(job)
        if "if" in step.data and not step.name.startswith(("Show", "Say"))
    }
    assert skippable == {
        # Staging needs no approval.
        "Bring what was approved",
        # Not every plan has attestations.
        "Attest where it comes from",
        "Attest what is in it",
    }


def test_a_stage_deploys_what_is_not_older_and_tests_it_where_it_was_deployed() -> None:
    deploy, test = STAGE.jobs["deploy"], STAGE.jobs["test"]
    assert deploy.in_order("Refuse a commit older than the deployed one", "Deploy", "Read the URL")
    assert test.needs == {"deploy"}
    tested = test.step("Test the deployed counter")
    assert tested.data["env"]["URL"] == "${{ needs.deploy.outputs.url }}"
    assert deploy.data["outputs"] == {"url": "${{ steps.url.outputs.url }}"}


def test_staging_is_tested_in_whole_and_prod_with_a_few_visits() -> None:
    tests = {name: DEPLOY.jobs[name].data["with"]["tests"] for name in STAGES}
    assert tests == {"staging": "integration", "prod": "smoke"}


def test_what_is_approved_is_a_preview_of_prod_that_the_gate_let_pass() -> None:
    preview = DEPLOY.jobs["preview"]
    assert preview.step("Preview").run == ".venv/bin/counter preview prod"
    assert preview.in_order("Preview", "Hash it", "Keep it for prod")
    hashed, kept = preview.step("Hash it"), preview.step("Keep it for prod")
    assert "if" not in hashed.data
    assert "if" not in kept.data
    assert kept.inputs["path"] == hashed.data["working-directory"] == "target/preview/prod"
    assert kept.inputs["name"] == DEPLOY.jobs["prod"].data["with"]["approved"]
    deploy = STAGE.jobs["deploy"]
    brought = deploy.step("Bring what was approved")
    assert brought.uses == f"{ACTION}approved"
    assert brought.data["if"] == "inputs.approved != ''"
    assert brought.inputs["name"] == "${{ inputs.approved }}"
    assert deploy.in_order("Bring what was approved", "Deploy")
    approved = deploy.step("Deploy").data["env"]["APPROVED"]
    assert approved == "${{ inputs.approved && 'target/approved' }}"


def test_what_is_deployed_has_the_hash_of_what_was_approved() -> None:
    assert DEPLOY.jobs["preview"].step("Hash it").data["id"] == "hash"
    assert DEPLOY.jobs["preview"].data["outputs"] == {"sha256": "${{ steps.hash.outputs.sha256 }}"}
    given = DEPLOY.jobs["prod"].data["with"]["approved-sha256"]
    assert given == "${{ needs.preview.outputs.sha256 }}"
    brought = STAGE.jobs["deploy"].step("Bring what was approved")
    assert brought.inputs["sha256"] == "${{ inputs.approved-sha256 }}"
    download, compare = action("approved")
    assert download.inputs["path"] == compare.data["working-directory"] == "target/approved"
    assert compare.data["env"] == {"SHA256": "${{ inputs.sha256 }}"}


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


def test_the_function_is_built_twice_on_the_way_to_prod_and_kept_once() -> None:
    assert builders(CI) == {"package", "rebuild"}
    assert not builders(DEPLOY)
    assert not builders(STAGE)
    kept = [
        name
        for name, job in CI.jobs.items()
        for step in all_steps(job)
        if step.uses == "actions/upload-artifact"
    ]
    assert kept == ["package"]


def test_another_machine_builds_the_same_function_with_the_same_contents() -> None:
    assert "strategy" not in CI.jobs["package"].data
    rebuild = CI.jobs["rebuild"]
    made = [step.run for step in all_steps(CI.jobs["package"]) if step.run.startswith("make")]
    assert [step.run for step in rebuild.steps if step.run.startswith("make")] == made
    # Otherwise it would compare the package with itself.
    assert not any(step.uses == "actions/download-artifact" for step in all_steps(rebuild))
    assert rebuild.step("Compare both packages").data["env"] == {
        "SHA256": "${{ needs.package.outputs.sha256 }}",
        "SBOM_SHA256": "${{ needs.package.outputs.sbom-sha256 }}",
    }


def test_every_stage_takes_that_one_function_by_its_hash() -> None:
    assert CI.triggers["workflow_call"]["outputs"]["sha256"]["value"] == (
        "${{ jobs.package.outputs.sha256 }}"
    )
    for name in ("sha256", "sbom-sha256"):
        built = CI.jobs["package"].data["outputs"][name]
        assert built == f"${{{{ steps.package.outputs.{name} }}}}"
        outputs = load(FOLDER / "actions/package/action.yml")["outputs"]
        assert outputs[name]["value"] == f"${{{{ steps.hash.outputs.{name} }}}}"
    compares = load(FOLDER / "actions/function/action.yml")["runs"]["steps"][-1]
    assert compares["env"] == {"SHA256": "${{ inputs.sha256 }}"}
    assert functions_of(STAGE.jobs["deploy"]) == ["${{ inputs.sha256 }}"]
    built = "${{ needs.ci.outputs.sha256 }}"
    assert functions_of(DEPLOY.jobs["preview"]) == [built]
    for name in STAGES:
        assert DEPLOY.jobs[name].data["with"]["sha256"] == built


def test_the_function_that_is_tested_is_the_same() -> None:
    assert functions_of(CI.jobs["test-package"]) == ["${{ needs.package.outputs.sha256 }}"]


def test_the_function_and_the_contents_that_are_attested_are_the_same() -> None:
    attest = DEPLOY.jobs["attest"]
    origin, contents = (step for step in attest.steps if step.uses == "actions/attest")
    for step in (origin, contents):
        assert step.inputs["subject-digest"] == "sha256:${{ needs.ci.outputs.sha256 }}"
    assert attest.in_order("Compare its hash", "Attest what is in it")
    compared = attest.step("Compare its hash").data
    assert compared["env"] == {"SHA256": "${{ needs.ci.outputs.sbom-sha256 }}"}
    assert contents.inputs["sbom-path"] == f"{compared['working-directory']}/sbom.cdx.json"
    outputs = CI.triggers["workflow_call"]["outputs"]
    assert outputs["sbom-sha256"]["value"] == "${{ jobs.package.outputs.sbom-sha256 }}"


def test_prod_waits_for_the_attestation_where_there_is_one() -> None:
    attest = DEPLOY.jobs["attest"]
    assert "attest" in DEPLOY.jobs["prod"].needs
    # A job that is skipped would take prod with it.
    assert "if" not in attest.data
    there = "github.event.repository.visibility == 'public' || vars.ATTESTATIONS == 'true'"
    said = attest.step("Say that nothing is attested").data["if"]
    assert said == there.replace("==", "!=").replace("||", "&&")
    assert {step.data["if"] for step in attest.steps if step.uses == "actions/attest"} == {there}


@pytest.mark.parametrize(("name", "group"), STAGES.items())
def test_a_stage_has_one_deployment_at_a_time_and_drops_none(name: str, group: str) -> None:
    # The caller's group, which it holds until the stage's tests have ended.
    assert DEPLOY.jobs[name].data["concurrency"] == {
        "group": group,
        "cancel-in-progress": False,
        "queue": "max",
    }
    assert "concurrency" not in DEPLOY.data
    assert "concurrency" not in STAGE.data


def test_runs_for_main_never_end_each_others_checks() -> None:
    group = "ci-${{ github.event.pull_request.number || github.run_id }}"
    assert CI.data["concurrency"]["group"] == group


def test_a_deployment_that_takes_too_long_fails_before_its_job_is_cancelled() -> None:
    job = STAGE.jobs["deploy"]
    limit = job.step("Deploy").data["timeout-minutes"]
    assert 30 <= limit <= job.data["timeout-minutes"] - 20


def test_what_changed_is_shown_however_a_deployment_ends() -> None:
    job = STAGE.jobs["deploy"]
    assert job.in_order("Deploy", "Show what changed")
    shown = job.step("Show what changed").data["if"]
    assert shown == "${{ always() && steps.deploy.outcome != 'skipped' }}"


@pytest.mark.parametrize("name", STAGE.jobs)
def test_a_stage_that_failed_or_was_cancelled_says_how_to_roll_back(name: str) -> None:
    last = STAGE.jobs[name].steps[-1]
    assert last.name == "Say how to roll back"
    assert "failure() || cancelled()" in last.data["if"]
    assert last.data["env"]["GUIDE"].endswith("/docs/operations.md#rolling-back")


def test_a_pull_request_is_previewed_or_told_why_not() -> None:
    previewed = PREVIEW.jobs["package"].data["if"].split(" && ")
    told = PREVIEW.jobs["notice"].data["if"].split(" || ")
    assert told == [
        each.replace("==", "!=") if "==" in each else each.replace("!=", "==") for each in previewed
    ]
    # A fork's code never runs beside a role.
    assert "github.event.pull_request.head.repo.full_name == github.repository" in previewed


def test_a_preview_of_both_stacks_has_the_function_that_was_built_for_both() -> None:
    assert builders(PREVIEW) == {"package"}
    preview = PREVIEW.jobs["preview"]
    assert preview.needs == {"package"}
    assert functions_of(preview) == ["${{ needs.package.outputs.sha256 }}"]
    assert preview.data["strategy"]["matrix"] == {"stack": list(STAGES)}
    assert preview.data["strategy"]["fail-fast"] is False


def test_a_refused_preview_is_shown_and_commented_too() -> None:
    preview = PREVIEW.jobs["preview"]
    assert preview.in_order("Preview", "Show it", "Comment")
    for name in ("Show it", "Comment"):
        assert "!cancelled()" in preview.step(name).data["if"]


def test_a_pull_request_hears_of_a_preview_that_could_not_be_made() -> None:
    # The package may have failed. If it was skipped on purpose, there is no preview.
    assert PREVIEW.jobs["preview"].data["if"] == (
        "${{ !cancelled() && needs.package.result != 'skipped' }}"
    )


def test_a_pull_request_leaves_nothing_behind_but_its_function() -> None:
    kept = [
        name
        for name, job in PREVIEW.jobs.items()
        for step in all_steps(job)
        if step.uses == "actions/upload-artifact"
    ]
    assert kept == ["package"]


def test_only_a_deployment_calls_a_stage() -> None:
    callers = [name for name, job in jobs() if "./.github/workflows/stage.yml" in job.uses]
    assert callers == [f"deploy/{name}" for name in ("staging", "prod")]
    assert DEPLOY.triggers == {"push": {"branches": ["main"]}}


def test_the_provider_is_installed_before_the_role_is_taken() -> None:
    names = [step.name for step in action("pulumi")]
    assert names.index("Install the AWS provider") < names.index("Take the role")


def test_the_cli_is_only_installed_by_its_action() -> None:
    # If the action got a command, it would run it.
    (step,) = (each for each in steps() if each.uses == "pulumi/actions")
    assert step.inputs.keys() == {"pulumi-version"}


def test_a_job_works_in_the_region_of_its_stack() -> None:
    stacks = {
        name: step.inputs["stack"]
        for name, job in jobs()
        for step in job.steps
        if step.uses == f"{ACTION}pulumi"
    }
    matrix = "${{ matrix.stack }}"
    assert stacks == {
        "deploy/preview": "prod",
        "drift/drift": matrix,
        "preview/preview": matrix,
        "stage/deploy": "${{ inputs.stack }}",
    }
    (role,) = (step for step in action("pulumi") if step.name == "Take the role")
    assert role.inputs["aws-region"] == "${{ steps.stack.outputs.region }}"


def test_the_docs_verify_what_this_workflow_attested_on_main() -> None:
    docs = (PROJECT / "docs/pipeline.md").read_text().replace("\\\n", " ")
    commands = re.findall(r"^gh attestation verify .*", docs, re.MULTILINE)
    assert len(commands) == 2
    for command in commands:
        assert "--signer-workflow OWNER/REPO/.github/workflows/deploy.yml" in command
        assert "--source-ref refs/heads/main" in command


def test_the_docs_name_what_is_to_be_set_and_nothing_else() -> None:
    text = "\n".join(TEXTS.values())
    used = set(re.findall(r"(?:secrets|vars)\.(\w+)", text))
    docs = (PROJECT / "docs/pipeline.md").read_text()
    assert set(re.findall(r"^\| `([A-Z_]+)`", docs, re.MULTILINE)) == used
