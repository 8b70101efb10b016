"""The owner's own stack files. No other test depends on them: test_forked_programs.py."""

import pytest
from stack.config import ConfigReader
from stack.settings import Settings
from stack.stack_file import PROJECT_FILE, project_name, read_config, stack_names
from workspace import PROJECT


@pytest.mark.parametrize("stack", stack_names(PROJECT))
def test_the_file_of_each_stack_can_be_read_by_the_program(stack: str) -> None:
    project = PROJECT / PROJECT_FILE
    config = read_config(project, PROJECT / f"Pulumi.{stack}.yaml")
    Settings.read(ConfigReader(project_name(project), config))
