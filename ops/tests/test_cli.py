"""The command line: its help, its imports and its exit codes."""

import importlib
import subprocess
import sys

import pytest
from counter_ops.cli import COMMANDS, main
from counter_ops.errors import UserError

# Packages that a job with a role doesn't have.
DEVELOPERS_MODULES = {"boto3", "botocore", "cyclonedx", "packageurl", "rich"}


def test_help_lists_each_command_and_says_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--help"])
    assert end.value.code == 0
    words = " ".join(capsys.readouterr().out.split())
    for name, (_, summary) in COMMANDS.items():
        assert f"{name} {summary}" in words


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_a_module_that_takes_arguments_and_runs(name: str) -> None:
    module = importlib.import_module(f"counter_ops.{COMMANDS[name][0]}")
    assert callable(module.configure)
    assert callable(module.run)


@pytest.mark.parametrize("arguments", [[], ["nothing"], ["preview"], ["preview", "staging", "x"]])
def test_arguments_that_cannot_be_used_exit_with_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert "usage: counter" in capsys.readouterr().err


def test_what_a_user_can_mend_is_a_line_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(_: object) -> int:
        message = "the thing is missing: bring it"
        raise UserError(message)

    monkeypatch.setattr("counter_ops.audit.run", fails)
    assert main(["audit"]) == 1
    assert capsys.readouterr().err == "error: the thing is missing: bring it\n"


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - {"report", "sbom"}))
def test_a_command_imports_only_what_it_needs(name: str) -> None:
    program = (
        "import sys\n"
        "from counter_ops.cli import main\n"
        "try: main([sys.argv[1], '--help'])\n"
        "except SystemExit: print('|'.join(sys.modules))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, name], capture_output=True, text=True, check=True
    )
    modules = ended.stdout.splitlines()[-1].split("|")
    assert not DEVELOPERS_MODULES & set(modules)
    # It takes most of a second.
    assert "pulumi_aws" not in modules or name == "cost"
