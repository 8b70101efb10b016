"""The shell commands of steps work, in a folder like a job's."""

import hashlib
from pathlib import Path

import pytest
from run_step import on_ubuntu, run, write

pytestmark = on_ubuntu

FUNCTION = b"the function"
HASH = hashlib.sha256(FUNCTION).hexdigest()
CONTENTS = b"what is in it"
CONTENTS_HASH = hashlib.sha256(CONTENTS).hexdigest()


def archive(folder: Path) -> Path:
    path = folder / "target/lambda/visitor-counter/bootstrap.zip"
    write(path, FUNCTION)
    write(path.with_name("sbom.cdx.json"), CONTENTS)
    return path


def test_the_hashes_that_other_jobs_get_are_those_of_function_and_contents(tmp_path: Path) -> None:
    archive(tmp_path)
    assert run("package: Hash", tmp_path).returncode == 0
    assert (tmp_path / "output").read_text() == f"sha256={HASH}\nsbom-sha256={CONTENTS_HASH}\n"


@pytest.mark.parametrize(
    ("built", "fits"), [(HASH, True), (HASH.replace(HASH[0], "x"), False), ("", False)]
)
def test_a_function_of_another_hash_is_refused(tmp_path: Path, built: str, *, fits: bool) -> None:
    archive(tmp_path)
    outcome = run("function: Compare its hash", tmp_path, SHA256=built)
    assert (outcome.returncode == 0) == fits


@pytest.mark.parametrize(
    ("built", "listed", "same"),
    [
        (HASH, CONTENTS_HASH, True),
        (CONTENTS_HASH, CONTENTS_HASH, False),
        (HASH, HASH, False),
        (HASH, "", False),
    ],
)
def test_two_packages_are_the_same_to_the_byte(
    tmp_path: Path, built: str, listed: str, *, same: bool
) -> None:
    archive(tmp_path)
    outcome = run("ci/rebuild: Compare both packages", tmp_path, SHA256=built, SBOM_SHA256=listed)
    assert (outcome.returncode == 0) == same
