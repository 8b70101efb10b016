"""The shell commands of steps work, in a folder like a job's."""

import hashlib
from pathlib import Path

import pytest
from run_step import on_ubuntu, run, write

pytestmark = on_ubuntu

FUNCTION = b"the function"
HASH = hashlib.sha256(FUNCTION).hexdigest()


def archive(folder: Path) -> Path:
    path = folder / "target/lambda/visitor-counter/bootstrap.zip"
    write(path, FUNCTION)
    return path


def test_the_hash_that_other_jobs_get_is_the_functions(tmp_path: Path) -> None:
    archive(tmp_path)
    assert run("package: Hash", tmp_path).returncode == 0
    assert (tmp_path / "output").read_text() == f"sha256={HASH}\n"


@pytest.mark.parametrize(
    ("built", "fits"), [(HASH, True), (HASH.replace(HASH[0], "x"), False), ("", False)]
)
def test_a_function_of_another_hash_is_refused(tmp_path: Path, built: str, *, fits: bool) -> None:
    archive(tmp_path)
    outcome = run("function: Compare its hash", tmp_path, SHA256=built)
    assert (outcome.returncode == 0) == fits
