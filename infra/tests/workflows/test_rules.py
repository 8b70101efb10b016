"""What holds for every workflow and composite action."""

import re
from pathlib import Path

import pytest

from workflows.files import (
    ACTIONS,
    FOLDER,
    PROJECT,
    TEXTS,
    WORKFLOWS,
    Job,
    Step,
    Workflow,
    jobs,
    load,
    steps,
)

# Everything else is a target of make, which a developer can call, too.
OTHER_COMMANDS = {
    "Compare its hash": "compares with what another job has built",
    "Hash": "hands the hash over to other jobs",
    "Install an emulator of arm64": "prepares the machine",
    "Read the version of Pulumi": "hands it over to the action that installs it",
    "Say how to go back": "writes a message on the run",
    "Say why": "writes a message on the run",
    "Show it": "puts a file on the run's page",
    "Show what changed": "puts a file on the run's page",
}

each_workflow = pytest.mark.parametrize("workflow", WORKFLOWS.values(), ids=WORKFLOWS)
each_job = pytest.mark.parametrize(
    "job", [job for _, job in jobs()], ids=[name for name, _ in jobs()]
)
each_step = pytest.mark.parametrize("step", list(steps()), ids=str)
each_text = pytest.mark.parametrize("text", TEXTS.values(), ids=[path.name for path in TEXTS])


def test_only_these_events_start_a_workflow() -> None:
    assert {name: set(each.triggers) for name, each in WORKFLOWS.items()} == {
        "ci": {"pull_request", "workflow_call"},
        "deploy": {"push"},
        "drift": {"schedule", "workflow_dispatch"},
        # Not pull_request_target, which would run a stranger's code with our secrets.
        "preview": {"pull_request"},
    }


@each_workflow
def test_a_workflow_grants_nothing_to_all_its_jobs(workflow: Workflow) -> None:
    assert workflow.data["permissions"] == {}


def test_only_these_jobs_may_write_or_ask_for_identities() -> None:
    granted = {name: dict(job.permissions) for name, job in jobs()}
    read = {"contents": "read"}
    assert {name: each for name, each in granted.items() if each != read} == {
        "deploy/attest": {"attestations": "write", "id-token": "write"},
        "deploy/guard": read | {"actions": "read"},
        "deploy/notice": {},
        "deploy/preview": read | {"id-token": "write"},
        "deploy/prod": read | {"deployments": "read", "id-token": "write"},
        "deploy/staging": read | {"deployments": "read", "id-token": "write"},
        "drift/drift": read | {"id-token": "write", "issues": "write"},
        "preview/notice": {},
        "preview/preview": read | {"id-token": "write", "pull-requests": "write"},
    }


@each_job
def test_a_job_has_an_identity_only_to_take_a_role_or_to_attest(job: Job) -> None:
    asks = job.permissions.get("id-token") == "write"
    uses = {step.uses for step in job.steps}
    assert asks == bool(uses & {"./.github/actions/pulumi", "actions/attest"})


@each_job
def test_a_job_takes_the_role_that_trusts_it(job: Job) -> None:
    roles = [each.inputs["role"] for each in job.steps if each.uses == "./.github/actions/pulumi"]
    if "environment" in job.data:
        assert roles == ["${{ vars.DEPLOY_ROLE_ARN }}"]
    else:
        assert set(roles) <= {"${{ vars.PREVIEW_ROLE_ARN }}", "${{ vars.DRIFT_ROLE_ARN }}"}


@each_job
def test_a_job_runs_on_a_known_machine_and_ends_within_an_hour(job: Job) -> None:
    if "uses" not in job.data:
        assert job.data["runs-on"] == "ubuntu-24.04"
        assert 0 < job.data["timeout-minutes"] <= 60


@each_text
def test_an_action_of_others_is_pinned_to_a_commit_and_says_its_version(text: str) -> None:
    for uses in re.findall(r"uses: *(.*)", text):
        assert re.fullmatch(
            r"\./\.github/[\w./-]+|[\w-]+/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", uses
        )


def test_an_action_is_the_same_version_everywhere() -> None:
    found = set(re.findall(r"uses: *([\w-]+/.*)", "\n".join(TEXTS.values())))
    assert len({each.partition("@")[0] for each in found}) == len(found)


@each_step
def test_a_checkout_keeps_no_credentials(step: Step) -> None:
    if step.uses == "actions/checkout":
        assert step.inputs == {"persist-credentials": False}


@each_step
def test_a_failure_is_never_passed_over(step: Step) -> None:
    assert "continue-on-error" not in step.data
    # Status functions let a step run after a failure: only those that tell of it.
    condition = step.data.get("if", "")
    if re.search(r"always|cancelled|failure", condition):
        assert step.make == "comment" or step.name in {
            "Keep it",
            "Say how to go back",
            "Show it",
            "Show what changed",
        }


@each_job
def test_a_job_never_runs_after_a_failure_of_what_it_needs(job: Job) -> None:
    assert "continue-on-error" not in job.data
    assert not re.search(r"always|cancelled|failure", job.data.get("if", ""))


@each_step
def test_a_command_is_a_target_of_make_or_has_its_reason(step: Step) -> None:
    if not step.run:
        return
    targets = re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    if step.make:
        assert step.make in targets
    else:
        assert step.name in OTHER_COMMANDS
        assert not re.search(r"\b(make|pulumi|aws|pip|curl|wget)\s", step.run)


def test_each_reason_is_for_a_command() -> None:
    assert set(OTHER_COMMANDS) == {step.name for step in steps() if step.run and not step.make}


@each_step
def test_no_expression_is_pasted_into_a_command(step: Step) -> None:
    assert "${{" not in step.run


@each_workflow
def test_a_command_that_fails_ends_its_step(workflow: Workflow) -> None:
    commands = any(step.run for job in workflow.jobs.values() for step in job.steps)
    assert commands
    assert workflow.data["defaults"] == {"run": {"shell": "bash -euo pipefail {0}"}}


def test_a_command_of_an_action_that_fails_ends_its_step_too() -> None:
    for path in ACTIONS:
        for step in load(path)["runs"]["steps"]:
            assert "run" not in step or step["shell"] == "bash -euo pipefail {0}"


def test_there_are_two_secrets_and_none_is_a_key_of_aws() -> None:
    text = "\n".join(TEXTS.values())
    secrets = {"PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE"}
    assert set(re.findall(r"secrets\.(\w+)", text)) == secrets
    assert not re.search(r"secrets(\[|: inherit|\))", text)
    assert "access-key" not in text


@each_step
def test_a_secret_goes_to_a_target_of_make_and_to_nobody_else(step: Step) -> None:
    if re.search(r"secrets\.[A-Z]|github\.token", str(step.data)):
        assert step.make


@each_job
def test_a_secret_is_never_given_to_a_whole_job(job: Job) -> None:
    assert "secrets" not in job.data
    assert "secrets" not in str(job.data.get("env", {}))


def test_nothing_is_cached() -> None:
    for step in steps():
        assert "cache" not in step.uses
        assert not any("cache" in name for name in step.inputs)


def test_dependabot_knows_every_folder_with_pinned_actions() -> None:
    (update,) = (
        each
        for each in load(FOLDER / "dependabot.yml")["updates"]
        if each["package-ecosystem"] == "github-actions"
    )
    folders = [f"/{path.parent.relative_to(PROJECT)}" for path in ACTIONS]
    assert update["directories"] == ["/", *folders]


def test_the_docs_name_what_is_to_be_set_and_nothing_else() -> None:
    text = "\n".join(TEXTS.values())
    used = set(re.findall(r"(?:secrets|vars)\.(\w+)", text))
    docs = Path(PROJECT / "docs/pipeline.md").read_text()
    assert set(re.findall(r"^\| `([A-Z_]+)`", docs, re.MULTILINE)) == used
