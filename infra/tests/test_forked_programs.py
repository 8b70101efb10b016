"""The programs of a fork, with its owner's name and settings, pass their tests."""

from pathlib import Path
from typing import Any, cast

import yaml
from forked import ACCOUNT_SETTINGS, STACK_SETTINGS, make_fork, run_tests
from workspace import PROJECT


def test_another_owner_sets_each_key() -> None:
    for project, settings in (("", STACK_SETTINGS), ("account/", ACCOUNT_SETTINGS)):
        text = (PROJECT / f"{project}Pulumi.yaml").read_text()
        assert settings.keys() == cast("dict[str, Any]", yaml.safe_load(text))["config"].keys()


def test_the_programs_tests_pass_with_another_name_and_other_settings(tmp_path: Path) -> None:
    # The emulator's deploy the fixtures, which no settings reach.
    others = ("infra/tests/emulator", "infra/tests/test_forked_programs.py")
    run_tests(make_fork(tmp_path), ["account/tests", "infra/tests"], others)
