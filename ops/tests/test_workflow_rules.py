"""What holds for every workflow and composite action."""

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from workflows.files import (
    ACTION,
    ACTIONS,
    FOLDER,
    PROJECT,
    TEXTS,
    WORKFLOWS,
    Job,
    Step,
    Workflow,
    action,
    all_steps,
    jobs,
    load,
    steps,
)

# Everything else is a target of make, which a developer can call, too.
OTHER_COMMANDS = {
    "ci/test-package: Install an emulator of arm64": """\
sudo apt-get update --quiet --quiet
sudo apt-get install --quiet --quiet --yes libc6-arm64-cross qemu-user-static unzip
""",
    "deploy/notice: Say why": """\
why="This repository isn't set up for deployments yet. docs/pipeline.md says how."
echo "**Nothing is deployed.** $why" >>"$GITHUB_STEP_SUMMARY"
echo "::notice title=Nothing is deployed::$why"
""",
    "deploy/staging: Show what changed": (
        'cat target/preview/staging/summary.md >>"$GITHUB_STEP_SUMMARY"'
    ),
    "deploy/preview: Show it": 'cat target/preview/prod/summary.md >>"$GITHUB_STEP_SUMMARY"',
    "deploy/prod: Show what changed": 'cat target/preview/prod/summary.md >>"$GITHUB_STEP_SUMMARY"',
    "deploy/prod: Say how to go back": """\
if [[ -e target/preview/prod/started ]]; then
  what="It may be half done. How to roll back: $GUIDE"
else
  what="Nothing was changed: see the verdict."
fi
echo "**The deployment to prod failed.** $what" >>"$GITHUB_STEP_SUMMARY"
echo "::error title=The deployment to prod failed::$what"
""",
    "drift/drift: Show it": 'cat "target/drift/$STACK/report.md" >>"$GITHUB_STEP_SUMMARY"',
    "preview/notice: Say why": """\
if [[ "$FORK" == true ]]; then
  why="It comes from a fork, whose code gets no access to the stacks. \
Once reviewed, someone with write access can push it to a branch of this repository."
elif [[ "$DEPENDABOT" == true ]]; then
  why="Dependabot's runs get no secrets. \
What it would change is shown before prod, after the merge."
else
  why="This repository isn't set up for deployments yet. docs/pipeline.md says how."
fi
echo "**This pull request is not previewed.** $why" >>"$GITHUB_STEP_SUMMARY"
echo "::notice title=Not previewed::$why"
""",
    "preview/preview: Show it": 'cat "target/preview/$STACK/summary.md" >>"$GITHUB_STEP_SUMMARY"',
    "function: Compare its hash": 'echo "$SHA256  bootstrap.zip" | sha256sum --check --strict',
    "package: Hash": """\
sha256sum bootstrap.zip | tee bootstrap.zip.sha256
echo "sha256=$(cut --delimiter ' ' --fields 1 bootstrap.zip.sha256)" >>"$GITHUB_OUTPUT"
""",
    "pulumi: Read the version of Pulumi": """\
version=$(sed --quiet 's/^pulumi==\\([0-9.]*\\).*/\\1/p' infra/requirements.txt)
if [[ -z "$version" ]]; then
  echo "::error::infra/requirements.txt has no version of pulumi. Lock one: make lock"
  exit 1
fi
echo "version=$version" >>"$GITHUB_OUTPUT"
""",
}

# What each target of make does with a stack: nothing but what goes through the gate.
RECIPES = {
    "venv": "",
    "preview STACK=x": "PYTHONPATH=infra python -m release preview x",
    "deploy STACK=x": "PYTHONPATH=infra python -m release deploy x",
    "deploy STACK=x APPROVED=y": "PYTHONPATH=infra python -m release deploy x --approved y",
    "drift STACK=x": "PYTHONPATH=infra python -m release drift x",
    "gate PREVIEW=x PREVIEW_EXIT=0": "PYTHONPATH=infra python -m gate x --exit-code 0",
    "gate PREVIEW=x PREVIEW_EXIT=0 PREVIEW_STDERR=y": (
        "PYTHONPATH=infra python -m gate x --exit-code 0 --stderr y"
    ),
    "reviewers": "PYTHONPATH=infra python -m github reviewers",
    "overtaken STACK=x": "PYTHONPATH=infra python -m github overtaken x",
    "comment STACK=x": "PYTHONPATH=infra python -m github comment x",
    "drift-issue STACK=x": "PYTHONPATH=infra python -m github drift x",
}

# The actions of each job and each composite action, in their order.
CHECKOUT = "actions/checkout"
PYTHON = "actions/setup-python"
FUNCTION, PACKAGE, PULUMI = (f"{ACTION}{name}" for name in ("function", "package", "pulumi"))
UPLOAD, DOWNLOAD = "actions/upload-artifact", "actions/download-artifact"
ACTIONS_OF = {
    "audit/audit": [CHECKOUT, PYTHON],
    "ci/test": [CHECKOUT, PYTHON],
    "ci/package": [CHECKOUT, PACKAGE],
    "ci/test-package": [CHECKOUT, FUNCTION],
    "codeql/analyze": [CHECKOUT, "github/codeql-action/init", "github/codeql-action/analyze"],
    "deploy/ci": ["./.github/workflows/ci.yml"],
    "deploy/notice": [],
    "deploy/guard": [CHECKOUT, PYTHON],
    "deploy/attest": ["actions/attest", DOWNLOAD, "actions/attest"],
    "deploy/staging": [CHECKOUT, FUNCTION, PULUMI],
    "deploy/preview": [CHECKOUT, FUNCTION, PULUMI, UPLOAD],
    "deploy/prod": [CHECKOUT, FUNCTION, DOWNLOAD, PULUMI],
    "drift/drift": [CHECKOUT, PULUMI],
    "fuzz/fuzz": [CHECKOUT, PYTHON],
    "preview/notice": [],
    "preview/package": [CHECKOUT, PACKAGE],
    "preview/preview": [CHECKOUT, FUNCTION, PULUMI],
    "function": [DOWNLOAD],
    "package": [PYTHON, UPLOAD],
    "pulumi": [PYTHON, "pulumi/actions", "aws-actions/configure-aws-credentials"],
}

# What the steps of the composite actions get. A command for Pulumi or another file would do more.
INPUTS = {
    "function: Download the function": {
        "name": "function",
        "path": "target/lambda/visitor-counter",
    },
    "package: Install Python": {"python-version": "3.11"},
    "package: Upload the function": {
        "name": "function",
        "path": (
            "target/lambda/visitor-counter/bootstrap.zip\n"
            "target/lambda/visitor-counter/bootstrap.zip.sha256\n"
            "target/lambda/visitor-counter/sbom.cdx.json\n"
        ),
        "if-no-files-found": "error",
        "retention-days": "${{ inputs.retention-days }}",
    },
    "pulumi: Install Python": {"python-version": "3.11"},
    "pulumi: Install Pulumi": {"pulumi-version": "${{ steps.locked.outputs.version }}"},
    "pulumi: Take the role": {
        "role-to-assume": "${{ inputs.role }}",
        "aws-region": "${{ inputs.region }}",
    },
}

# What each target of make gets of the repository's settings, exactly.
OF_PULUMI = {
    "PULUMI_ACCESS_TOKEN": "${{ secrets.PULUMI_ACCESS_TOKEN }}",
    "PULUMI_BACKEND_URL": "${{ vars.PULUMI_BACKEND_URL }}",
    "PULUMI_CONFIG_PASSPHRASE": "${{ secrets.PULUMI_CONFIG_PASSPHRASE }}",
    "PULUMI_DEFAULT_ORGANIZATION": "${{ vars.PULUMI_ORGANIZATION }}",
}
OF_GITHUB = {"GITHUB_TOKEN": "${{ github.token }}"}
VARIABLES = {
    "preview": OF_PULUMI,
    "deploy": OF_PULUMI,
    "drift": OF_PULUMI,
    "integration": OF_PULUMI,
    "smoke": OF_PULUMI,
    "comment": OF_GITHUB,
    "drift-issue": OF_GITHUB,
    "fuzz": {"MINUTES": "${{ github.event_name == 'schedule' && 20 || 2 }}"},
    "overtaken": OF_GITHUB,
    "reviewers": OF_GITHUB | {"ACCEPT_UNREVIEWED_PROD": "${{ vars.ACCEPT_UNREVIEWED_PROD }}"},
}

SHELL = "bash -euo pipefail {0}"
SECRET = re.compile(r"secrets\.[A-Z]|github\.token")
JOBS = dict(jobs())

each_workflow = pytest.mark.parametrize("workflow", WORKFLOWS.values(), ids=WORKFLOWS)
each_job = pytest.mark.parametrize("job", JOBS.values(), ids=JOBS)
each_step = pytest.mark.parametrize("step", list(steps()), ids=str)
each_text = pytest.mark.parametrize("text", TEXTS.values(), ids=[path.name for path in TEXTS])


def test_only_these_events_start_a_workflow() -> None:
    assert {name: set(each.triggers) for name, each in WORKFLOWS.items()} == {
        "audit": {"pull_request", "schedule"},
        "ci": {"pull_request", "workflow_call"},
        "codeql": {"push", "pull_request", "schedule"},
        "deploy": {"push"},
        "drift": {"schedule", "workflow_dispatch"},
        "fuzz": {"pull_request", "schedule"},
        # Not pull_request_target, which would run a stranger's code with our secrets.
        "preview": {"pull_request"},
    }


@each_workflow
def test_a_workflow_grants_nothing_to_all_its_jobs(workflow: Workflow) -> None:
    assert workflow.data["permissions"] == {}


def test_only_these_jobs_may_write_or_ask_for_identities() -> None:
    granted = {name: dict(job.permissions) for name, job in JOBS.items()}
    read = {"contents": "read"}
    assert {name: each for name, each in granted.items() if each != read} == {
        "codeql/analyze": read | {"security-events": "write"},
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
            "Say how to go back",
            "Show it",
            "Show what changed",
        }


@each_job
def test_a_job_never_runs_after_a_failure_of_what_it_needs(job: Job) -> None:
    assert "continue-on-error" not in job.data
    # But for a comment on the pull request that says so: without the package, no other step runs.
    if job is not JOBS["preview/preview"]:
        assert not re.search(r"always|cancelled|failure", job.data.get("if", ""))


@each_step
def test_a_command_is_a_target_of_make_or_has_its_reason(step: Step) -> None:
    if not step.run:
        return
    targets = re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    if step.make:
        assert step.make in targets
        # There, another Makefile could be.
        assert "working-directory" not in step.data
    else:
        assert step.run == OTHER_COMMANDS[str(step)]


def test_each_other_command_is_in_a_workflow() -> None:
    assert set(OTHER_COMMANDS) == {str(step) for step in steps() if step.run and not step.make}


@pytest.mark.parametrize(("words", "recipe"), RECIPES.items(), ids=RECIPES)
def test_a_target_of_make_does_what_it_says_and_nothing_else(words: str, recipe: str) -> None:
    # As if the packages were there, and without what a make around this one passes on.
    shown = subprocess.run(
        ["make", "--dry-run", "--silent", "--old-file=.venv/.complete", *words.split()],
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"]},
        check=True,
        capture_output=True,
        text=True,
    )
    assert shlex.split(shown.stdout.replace("\\\n", "")) == recipe.split()


def test_only_these_actions_are_used() -> None:
    used = {name: job.uses for name, job in JOBS.items()}
    for path in ACTIONS:
        name = path.parent.name
        used[name] = [step.uses for step in action(name) if step.uses]
    assert used == ACTIONS_OF


def test_the_steps_of_composite_actions_get_nothing_else() -> None:
    names = [path.parent.name for path in ACTIONS]
    found = {str(step): step.inputs for name in names for step in action(name) if step.uses}
    assert found == INPUTS


@each_step
def test_a_target_of_make_gets_what_it_needs_of_the_settings_and_nothing_else(step: Step) -> None:
    if step.make:
        assert step.data.get("env", {}) == VARIABLES.get(step.make, {})


@each_job
def test_the_packages_are_installed_before_a_secret_or_a_role_is_there(job: Job) -> None:
    taken = [each for each in all_steps(job) if SECRET.search(str(each.data))]
    if taken:
        made = [each.make for each in all_steps(job)]
        assert made.index("venv") < list(all_steps(job)).index(taken[0])


def test_the_packages_are_installed_before_the_role_is_taken() -> None:
    names = [step.name for step in action("pulumi")]
    assert names.index("Install the Python packages") < names.index("Take the role")


def test_the_checks_of_a_pull_request_have_names_of_their_own() -> None:
    # A rule that requires one could else be met by the other.
    names = [
        job.data["name"]
        for workflow in WORKFLOWS.values()
        if "pull_request" in workflow.triggers
        for job in workflow.jobs.values()
    ]
    assert sorted(names) == sorted(set(names))


@each_step
def test_no_expression_is_pasted_into_a_command(step: Step) -> None:
    assert "${{" not in step.run


@each_workflow
def test_a_command_that_fails_ends_its_step(workflow: Workflow) -> None:
    commands = [step for job in workflow.jobs.values() for step in job.steps if step.run]
    assert not any("shell" in step.data for step in commands)
    assert not any("defaults" in job.data for job in workflow.jobs.values())
    assert ("defaults" in workflow.data) == bool(commands)
    assert not commands or workflow.data["defaults"] == {"run": {"shell": SHELL}}


def test_a_command_of_an_action_that_fails_ends_its_step_too() -> None:
    for path in ACTIONS:
        for step in load(path)["runs"]["steps"]:
            assert "run" not in step or step["shell"] == SHELL


def test_there_are_two_secrets_and_none_is_a_key_of_aws() -> None:
    text = "\n".join(TEXTS.values())
    secrets = {"PULUMI_ACCESS_TOKEN", "PULUMI_CONFIG_PASSPHRASE"}
    assert set(re.findall(r"secrets\.(\w+)", text)) == secrets
    assert not re.search(r"secrets(\[|: inherit|\))", text)
    assert "access-key" not in text


@each_step
def test_a_secret_goes_to_a_target_of_make_and_to_nobody_else(step: Step) -> None:
    if SECRET.search(str(step.data)):
        assert step.make


@each_job
def test_nothing_is_given_to_a_whole_job_but_its_stack(job: Job) -> None:
    assert "secrets" not in job.data
    assert job.data.get("env", {}) in ({}, {"STACK": "${{ matrix.stack }}"})


@each_workflow
def test_nothing_is_given_to_a_whole_workflow(workflow: Workflow) -> None:
    assert "env" not in workflow.data


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


@pytest.mark.parametrize(
    ("ecosystem", "file"), [("cargo", "Cargo.lock"), ("rust-toolchain", "rust-toolchain.toml")]
)
def test_dependabot_knows_every_lock_and_compiler_of_rust(ecosystem: str, file: str) -> None:
    (update,) = (
        each
        for each in load(FOLDER / "dependabot.yml")["updates"]
        if each["package-ecosystem"] == ecosystem
    )
    command = ["git", "ls-files", file, f"*/{file}"]
    listed = subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, text=True)
    folders = [Path("/", each).parent for each in listed.stdout.split()]
    assert sorted(update["directories"]) == sorted(str(each) for each in folders)


def test_dependabot_takes_nothing_that_is_younger_than_a_week() -> None:
    for update in load(FOLDER / "dependabot.yml")["updates"]:
        assert update["cooldown"] == {"default-days": 7}


def test_the_docs_name_what_is_to_be_set_and_nothing_else() -> None:
    text = "\n".join(TEXTS.values())
    used = set(re.findall(r"(?:secrets|vars)\.(\w+)", text))
    docs = Path(PROJECT / "docs/pipeline.md").read_text()
    assert set(re.findall(r"^\| `([A-Z_]+)`", docs, re.MULTILINE)) == used
