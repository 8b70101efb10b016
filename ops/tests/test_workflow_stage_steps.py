"""The shell commands of a deployment's steps work, in a folder like a job's."""

from pathlib import Path

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
