"""What is no stack file is a message, since an owner may have a slip of the keyboard."""

from pathlib import Path

import pytest
from stack.stack_file import PROJECT_FILE, StackFileError, read_config
from workspace import PROJECT


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("config: [", "Pulumi.prod.yaml isn't valid YAML: .* line 1"),
        ("- config", "Pulumi.prod.yaml must hold keys with values"),
        ("config: [a]", "config in Pulumi.prod.yaml must hold keys with values"),
    ],
)
def test_what_is_no_stack_file_is_named(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "Pulumi.prod.yaml"
    file.write_text(text)
    with pytest.raises(StackFileError, match=message):
        read_config(PROJECT / PROJECT_FILE, file)


@pytest.mark.parametrize("text", ["", "config:", "encryptionsalt: v1"])
def test_a_stack_file_without_a_setting_has_the_defaults(tmp_path: Path, text: str) -> None:
    file = tmp_path / "Pulumi.prod.yaml"
    file.write_text(text)
    assert read_config(PROJECT / PROJECT_FILE, file) == read_config(PROJECT / PROJECT_FILE)
