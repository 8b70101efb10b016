"""The owner's own file of the account. No other test depends on it: test_forked_programs.py."""

import pytest
from baseline.settings import Settings
from stack.config import ConfigReader
from stack.stack_file import PROJECT_FILE, project_name, read_config, stack_names
from workspace import PROJECT

ACCOUNT = PROJECT / "account"
NAME = project_name(ACCOUNT / PROJECT_FILE)

# Until the owner has set it, the program asks for it. A fork is whole without.
UNSET = {f"{NAME}:subjectPrefix": "repo:octo-org/octo-repo"}


@pytest.mark.parametrize("stack", stack_names(ACCOUNT))
def test_the_file_of_the_account_can_be_read_by_its_program(stack: str) -> None:
    config = UNSET | read_config(ACCOUNT / PROJECT_FILE, ACCOUNT / f"Pulumi.{stack}.yaml")
    # Only the engine can decrypt the addresses.
    if config[f"{NAME}:budgetAmount"] != "0":
        config[f"{NAME}:budgetEmails"] = '["me@example.com"]'
    Settings.read(ConfigReader(NAME, config))
