"""Rules for every workflow: its rights, its code, and its secrets."""

import re
import subprocess
from pathlib import Path

import pytest
from counter_ops.cli import COMMANDS
from counter_ops.project import PROJECT
from workflow_files import (
    ACTION,
    ACTIONS,
    FOLDER,
    TEXTS,
    WORKFLOWS,
    Job,
    Step,
    Workflow,
    all_steps,
    jobs,
    load,
    steps,
)

SHELL = "bash -euo pipefail {0}"
COUNTER = ".venv/bin/counter"
OPS = f"{ACTION}ops"
ROLE = "aws-actions/configure-aws-credentials"
JOBS = dict(jobs())

# Third-party actions, each read at its pinned commit. A new one is a decision.
TRUSTED_ACTIONS = {
    "actions/attest",
    "actions/checkout",
    "actions/download-artifact",
    "actions/setup-python",
    "actions/upload-artifact",
    "aws-actions/configure-aws-credentials",
    "github/codeql-action/analyze",
    "github/codeql-action/init",
    "pulumi/actions",
}

# Shell that a step may use beside `make` and `counter`: it reads, hashes, prints and installs
# Debian's packages. Anything else, and above all the Pulumi CLI, goes through the command line.
SHELL_WORDS = {
    *("[[", "apt-get", "cat", "cut", "echo", "else", "elif", "exit", "fi", "if", "sed"),
    *("sha256sum", "sudo", "tee", "then"),
}

each_workflow = pytest.mark.parametrize("workflow", WORKFLOWS.values(), ids=WORKFLOWS)
each_job = pytest.mark.parametrize("job", JOBS.values(), ids=JOBS)
each_step = pytest.mark.parametrize("step", list(steps()), ids=str)
each_text = pytest.mark.parametrize("text", TEXTS.values(), ids=[path.name for path in TEXTS])


def holds_role_or_secret(job: Job) -> bool:
    """Return whether a step of a job takes a role or gets a secret."""
    return any(step.uses == ROLE or step.secrets for step in all_steps(job))


each_job_with_power = pytest.mark.parametrize(
    "job",
    [job for job in JOBS.values() if holds_role_or_secret(job)],
    ids=[name for name, job in JOBS.items() if holds_role_or_secret(job)],
)


def commands(text: str) -> list[str]:
    """Return the first word of each command in a piece of shell."""
    text = re.sub(r"\\\n", " ", text)
    text = re.sub(r"[^\s=]+=(?=\$\()", "", text)
    parts = re.split(r"\n|\|\||&&|\||;|\$\(", text)
    words = [part.split()[0] for part in parts if part.split()]
    # Assignments, and what follows a substitution.
    return [word for word in words if not re.match(r"\w+=|[\")]|-", word)]


# A job's commands and packages.


@each_job_with_power
def test_a_job_with_a_role_or_a_secret_has_the_packages_of_a_deployment_alone(job: Job) -> None:
    targets = {
        target for step in all_steps(job) for target in re.findall(r"(?m)^\s*make (\S+)", step.run)
    }
    assert targets <= {"install-ops"}
    assert not {"pip", "pip3", "uv", "npm", "cargo", "python"} & {
        word for step in all_steps(job) for word in commands(step.run)
    }


@each_job_with_power
def test_all_code_is_installed_before_a_role_or_a_secret_is_there(job: Job) -> None:
    found = list(all_steps(job))
    powerful = [i for i, step in enumerate(found) if step.uses == ROLE or step.secrets]
    installing = [
        i
        for i, step in enumerate(found)
        if step.uses in {OPS, "actions/setup-python", "pulumi/actions"}
        or re.search(r"\binstall\b|install-", step.run)
    ]
    assert not installing or max(installing) < min(powerful)


@each_job
def test_the_command_line_is_installed_before_it_is_called(job: Job) -> None:
    found = list(all_steps(job))
    calls = [i for i, step in enumerate(found) if COUNTER in step.run]
    installed = [i for i, step in enumerate(found) if step.uses == OPS]
    assert not calls or min(installed, default=len(found)) < min(calls)


@each_job
def test_a_deployed_counter_is_tested_without_a_role_or_a_secret(job: Job) -> None:
    if re.search(r"integration|smoke|TESTS", str([step.data for step in job.steps])):
        assert not holds_role_or_secret(job)
        assert "id-token" not in job.permissions


def test_the_packages_of_a_deployment_are_those_of_its_lock() -> None:
    command = ["make", "--dry-run", "--silent", "install-ops"]
    recipe = subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True).stdout
    install, link = recipe.replace("\\\n", " ").splitlines()
    assert install == ".ci/venv ops/requirements.txt"
    assert "--require-hashes" in (PROJECT / ".ci/venv").read_text()
    # The project itself, and nothing that would be downloaded.
    assert {"--no-index", "--no-deps", "--no-build-isolation"} <= set(link.split())


@each_step
def test_a_step_runs_make_or_the_command_line_or_says_something(step: Step) -> None:
    targets = re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    for word in commands(step.run):
        assert word in SHELL_WORDS | {"make", COUNTER}, word
    for target in re.findall(r"\bmake ([a-z-]+)", step.run):
        assert target in targets
    for command in re.findall(r"\bcounter ([a-z-]+)", step.run):
        assert command in COMMANDS


@each_step
def test_another_shell_or_folder_could_have_other_commands(step: Step) -> None:
    if "counter" in step.run or "make" in step.run:
        assert "working-directory" not in step.data


def test_only_actions_that_were_read_are_used() -> None:
    used = {step.uses for step in steps() if step.uses and not step.uses.startswith("./")}
    assert used == TRUSTED_ACTIONS


@each_text
def test_an_action_of_others_is_pinned_to_a_commit_and_says_its_version(text: str) -> None:
    for uses in re.findall(r"uses: *(.*)", text):
        assert re.fullmatch(
            r"\./\.github/[\w./-]+|[\w-]+/[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", uses
        )


def test_an_action_is_the_same_version_everywhere() -> None:
    found = set(re.findall(r"uses: *([\w-]+/.*)", "\n".join(TEXTS.values())))
    assert len({each.partition("@")[0] for each in found}) == len(found)


# Events, rights and machines.


def test_only_these_events_start_a_workflow() -> None:
    started = {event for each in WORKFLOWS.values() for event in each.triggers}
    # Not pull_request_target, which would run a stranger's code with our secrets.
    assert started <= {"pull_request", "push", "schedule", "workflow_call", "workflow_dispatch"}


@each_workflow
def test_a_push_starts_a_workflow_on_main_alone(workflow: Workflow) -> None:
    assert workflow.triggers.get("push", {"branches": ["main"]}) == {"branches": ["main"]}


@each_workflow
def test_a_workflow_grants_nothing_to_all_its_jobs(workflow: Workflow) -> None:
    assert workflow.data["permissions"] == {}


def test_only_these_jobs_may_write_or_ask_for_identities() -> None:
    granted = {
        name: {scope for scope, right in job.permissions.items() if right == "write"}
        for name, job in JOBS.items()
    }
    expected = {
        "codeql/analyze": {"security-events"},
        "deploy/attest": {"attestations", "id-token"},
        "deploy/preview": {"id-token"},
        "deploy/prod": {"id-token"},
        "deploy/staging": {"id-token"},
        "drift/drift": {"id-token", "issues"},
        "preview/preview": {"id-token", "pull-requests"},
        "stage/deploy": {"id-token"},
    }
    assert granted == {name: expected.get(name, set()) for name in JOBS}


@each_job
def test_a_job_has_an_identity_only_to_take_a_role_or_to_attest(job: Job) -> None:
    asks = job.permissions.get("id-token") == "write"
    uses = {step.uses for step in all_steps(job)} | set(job.uses)
    assert asks == bool(uses & {ROLE, "actions/attest", "./.github/workflows/stage.yml"})


@each_job
def test_a_job_takes_the_role_that_trusts_it(job: Job) -> None:
    roles = [each.inputs["role"] for each in job.steps if each.uses == f"{ACTION}pulumi"]
    if "environment" in job.data:
        assert roles == ["${{ vars.DEPLOY_ROLE_ARN }}"]
    else:
        assert set(roles) <= {"${{ vars.PREVIEW_ROLE_ARN }}", "${{ vars.DRIFT_ROLE_ARN }}"}


@each_job
def test_a_job_runs_on_a_known_machine_and_ends_within_an_hour(job: Job) -> None:
    if "uses" not in job.data:
        assert job.data["runs-on"] == "ubuntu-24.04"
        assert 0 < job.data["timeout-minutes"] <= 60


@each_step
def test_a_checkout_keeps_no_credentials(step: Step) -> None:
    if step.uses == "actions/checkout":
        assert step.inputs == {"persist-credentials": False}


def test_the_checks_of_a_pull_request_have_names_of_their_own() -> None:
    # Otherwise one check could meet a rule that requires the other.
    names = [
        job.data["name"]
        for workflow in WORKFLOWS.values()
        if "pull_request" in workflow.triggers
        for job in workflow.jobs.values()
    ]
    assert sorted(names) == sorted(set(names))


def test_nothing_is_cached() -> None:
    for step in steps():
        assert "cache" not in step.uses
        assert not any("cache" in name for name in step.inputs)


# Failures.


@each_step
def test_a_failure_is_never_passed_over(step: Step) -> None:
    assert "continue-on-error" not in step.data
    # Status functions let a step run after a failure: only steps that report it may use them.
    if re.search(r"always|cancelled|failure", step.data.get("if", "")):
        assert step.name.startswith(("Show", "Say")) or step.run.startswith(f"{COUNTER} comment")


@each_job
def test_a_job_never_runs_after_a_failure_of_what_it_needs(job: Job) -> None:
    assert "continue-on-error" not in job.data
    # Except to comment on the pull request: without the package, no other step runs. And except to
    # say whether all checks have passed: test_workflow_checks.py.
    if job not in (JOBS.get("preview/preview"), JOBS["ci/all"]):
        assert not re.search(r"always|cancelled|failure", job.data.get("if", ""))


@each_workflow
def test_a_command_that_fails_ends_its_step(workflow: Workflow) -> None:
    own = [step for job in workflow.jobs.values() for step in job.steps if step.run]
    assert not any("shell" in step.data for step in own)
    assert not any("defaults" in job.data for job in workflow.jobs.values())
    assert not own or workflow.data["defaults"] == {"run": {"shell": SHELL}}


def test_a_command_of_an_action_that_fails_ends_its_step_too() -> None:
    for path in ACTIONS:
        for step in load(path)["runs"]["steps"]:
            assert "run" not in step or step["shell"] == SHELL


# Secrets and expressions.


@each_step
def test_no_expression_is_pasted_into_a_command(step: Step) -> None:
    assert "${{" not in step.run


def test_pulumis_two_secrets_are_the_only_ones_and_none_is_a_key_of_aws() -> None:
    text = "\n".join(TEXTS.values())
    secrets = {"PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE"}
    assert set(re.findall(r"secrets\.(\w+)", text)) <= secrets
    assert not re.search(r"secrets(\[|: inherit|\))", text)
    assert "access-key" not in text


@each_step
def test_a_secret_goes_to_the_command_line_and_to_nothing_else(step: Step) -> None:
    if step.secrets:
        assert set(commands(step.run)) <= {COUNTER, "echo"}
        # As variables: logs and other processes could see an argument.
        assert not re.search(
            r"secrets\.|github\.token",
            str({key: each for key, each in step.data.items() if key != "env"}),
        )


@each_step
def test_githubs_token_and_pulumis_secrets_never_meet(step: Step) -> None:
    assert not {"github.token"} & step.secrets or step.secrets == {"github.token"}


@each_job
def test_nothing_is_given_to_a_whole_job_but_its_stack(job: Job) -> None:
    assert job.data.get("env", {}).keys() <= {"STACK"}
    # A job that calls a workflow hands each secret over by name.
    assert "secrets" not in job.data or job.uses == ["./.github/workflows/stage.yml"]


@each_workflow
def test_nothing_is_given_to_a_whole_workflow(workflow: Workflow) -> None:
    assert "env" not in workflow.data


# Dependabot.


def test_dependabot_knows_every_folder_with_pinned_actions() -> None:
    folders = [f"/{path.parent.relative_to(PROJECT)}" for path in ACTIONS]
    assert updates("github-actions") == {"/", *folders}


@pytest.mark.parametrize(
    ("ecosystem", "file"),
    [
        ("cargo", "Cargo.lock"),
        ("pip", "requirements*.txt"),
        ("rust-toolchain", "rust-toolchain.toml"),
    ],
)
def test_dependabot_knows_every_lock_and_compiler(ecosystem: str, file: str) -> None:
    command = ["git", "ls-files", file, f"*/{file}"]
    listed = subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True)
    assert updates(ecosystem) == {str(Path("/", each).parent) for each in listed.stdout.split()}


def updates(ecosystem: str) -> set[str]:
    (update,) = (
        each
        for each in load(FOLDER / "dependabot.yml")["updates"]
        if each["package-ecosystem"] == ecosystem
    )
    return set(update["directories"])


def test_dependabot_takes_nothing_that_is_younger_than_a_week() -> None:
    for update in load(FOLDER / "dependabot.yml")["updates"]:
        assert update["cooldown"] == {"default-days": 7}
