"""The shell commands of a deployment's steps work, in a folder like a job's."""

import hashlib
from pathlib import Path

import pytest
from run_step import on_ubuntu, run, write

pytestmark = on_ubuntu

GUIDE = "https://github.com/guide"


def test_the_cli_is_as_old_as_its_python_package(tmp_path: Path) -> None:
    lock = b"pulumi-aws==7.1.0 \\\n    --hash=sha256:a\npulumi==3.20.1 \\\n    --hash=sha256:b\n"
    write(tmp_path / "infra/requirements.txt", lock)
    assert run("pulumi: Read the version of Pulumi", tmp_path).returncode == 0
    assert (tmp_path / "output").read_text() == "version=3.20.1\n"


def test_without_a_version_no_cli_is_installed(tmp_path: Path) -> None:
    write(tmp_path / "infra/requirements.txt", b"pulumi-aws==7.1.0\n")
    outcome = run("pulumi: Read the version of Pulumi", tmp_path)
    assert outcome.returncode == 1
    assert "infra/requirements.txt has no version of pulumi" in outcome.stdout
    assert not (tmp_path / "output").exists()


APPROVED = {"plan.json": b"{}", "preview.json": b'{"steps": []}', "summary.md": b"Nothing changes."}


def approved(folder: Path, files: dict[str, bytes]) -> None:
    """Write the approved preview, as the artifact is downloaded."""
    for name, contents in files.items():
        write(folder / "target/approved" / name, contents)


def approved_hash(folder: Path) -> str:
    """Return the hash that the job of the preview hands on."""
    for name, contents in APPROVED.items():
        write(folder / "target/preview/prod" / name, contents)
    assert run("deploy/preview: Hash it", folder).returncode == 0
    return (folder / "output").read_text().removeprefix("sha256=").strip()


def test_what_was_approved_is_what_is_deployed(tmp_path: Path) -> None:
    sha256 = approved_hash(tmp_path)
    assert len(sha256) == 64
    approved(tmp_path, APPROVED)
    assert run("approved: Compare its hash", tmp_path, SHA256=sha256).returncode == 0


@pytest.mark.parametrize(
    "files",
    [
        APPROVED | {"plan.json": b"another"},
        APPROVED | {"more.json": b""},
        {"plan.json": b"{}"},
        {"plan.json": APPROVED["preview.json"], "preview.json": APPROVED["plan.json"]},
    ],
    ids=["changed", "added", "removed", "swapped"],
)
def test_anything_but_what_was_approved_is_refused(tmp_path: Path, files: dict[str, bytes]) -> None:
    sha256 = approved_hash(tmp_path)
    approved(tmp_path, files)
    for given in (sha256, ""):
        outcome = run("approved: Compare its hash", tmp_path, SHA256=given)
        assert outcome.returncode == 1
        assert "This is not what was approved" in outcome.stdout


@pytest.mark.parametrize(("listed", "fits"), [(b"contents", True), (b"others", False)])
def test_other_contents_are_not_attested(tmp_path: Path, listed: bytes, *, fits: bool) -> None:
    write(tmp_path / "function/sbom.cdx.json", b"contents")
    sha256 = hashlib.sha256(listed).hexdigest()
    outcome = run("deploy/attest: Compare its hash", tmp_path, SHA256=sha256)
    assert (outcome.returncode == 0) == fits


@pytest.mark.parametrize("line", ["  aws:region: eu-west-1", '  aws:region: "eu-west-1"'])
def test_the_region_is_that_of_the_stacks_file(tmp_path: Path, line: str) -> None:
    write(tmp_path / "Pulumi.prod.yaml", f"config:\n  my:region: no\n{line}\n".encode())
    assert run("pulumi: Read the region", tmp_path, STACK="prod").returncode == 0
    assert (tmp_path / "output").read_text() == "region=eu-west-1\n"


def test_a_stack_without_a_region_is_named(tmp_path: Path) -> None:
    write(tmp_path / "Pulumi.prod.yaml", b"config: {}\n")
    outcome = run("pulumi: Read the region", tmp_path, STACK="prod")
    assert outcome.returncode == 1
    assert "Pulumi.prod.yaml has no aws:region" in outcome.stdout


def test_an_environment_without_a_role_is_named_with_the_step_that_is_missing(
    tmp_path: Path,
) -> None:
    outcome = run("pulumi: Say which variable is missing", tmp_path, STACK="prod")
    assert outcome.returncode == 1
    assert "The environment prod has no variable DEPLOY_ROLE_ARN" in outcome.stdout
    assert "docs/pipeline.md#set-it-up, step 4" in outcome.stdout


def test_a_deployment_that_began_and_failed_says_how_to_roll_back(tmp_path: Path) -> None:
    write(tmp_path / "target/preview/prod/started", b"")
    outcome = run("stage/deploy: Say how to roll back", tmp_path, GUIDE=GUIDE, STACK="prod")
    for text in (outcome.stdout, (tmp_path / "summary").read_text()):
        assert f"It may be half done. How to roll back: {GUIDE}" in text


def test_a_deployment_that_never_began_says_that_nothing_was_changed(tmp_path: Path) -> None:
    outcome = run("stage/deploy: Say how to roll back", tmp_path, GUIDE=GUIDE, STACK="prod")
    for text in (outcome.stdout, (tmp_path / "summary").read_text()):
        assert "Nothing was changed" in text
        assert "roll back" not in text
