"""The commands that call the Pulumi CLI, with a fake one."""

import pytest
from counter_ops.cli import COMMANDS
from fake_pulumi import Workspace

each_command = pytest.mark.parametrize(
    "command", [name for name, (module, _) in COMMANDS.items() if module.startswith("release.")]
)


@each_command
def test_without_the_cli_there_is_a_hint_where_to_get_it(
    workspace: Workspace, command: str
) -> None:
    (workspace.folder / "bin/pulumi").unlink()
    result = workspace.run(command, "prod")
    assert result.returncode == 1
    assert result.stderr.startswith("error: pulumi is missing. Install it: https://www.pulumi.com")


@each_command
@pytest.mark.parametrize("stack", ["..", "../..", "a/..", "/usr", "", ".", "a b", "-x"])
def test_what_is_no_name_of_a_stack_never_becomes_a_folder(
    workspace: Workspace, command: str, stack: str
) -> None:
    result = workspace.run(command, stack)
    assert result.returncode != 0
    assert not (workspace.folder / "bin/calls").exists()
    assert (workspace.folder / "ops").exists()
