"""The tools of a fork, with its owner's name and settings, pass their tests."""

from pathlib import Path

from forked import make_fork, run_tests

# No settings reach these: they run tools on other files.
_OTHERS = (
    *("ops/tests/test_forked_tools.py", "ops/tests/test_make.py", "ops/tests/test_release.py"),
    *("ops/tests/test_sbom.py", "ops/tests/test_venv.py"),
)


def test_the_tools_tests_pass_with_another_name_and_other_settings(tmp_path: Path) -> None:
    run_tests(make_fork(tmp_path), ["ops/tests"], _OTHERS)
