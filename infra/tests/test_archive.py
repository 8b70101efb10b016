"""The packaged function, checked before anything is deployed."""

from pathlib import Path

import pytest
from stack.archive import ArchiveError, packaged_function
from workspace import zipped


def test_an_executable_bootstrap_is_taken_as_the_zip_that_it_is(tmp_path: Path) -> None:
    path = zipped(tmp_path / "bootstrap.zip", "bootstrap", 0o755, b"a program")
    assert packaged_function(path).path == str(path)


@pytest.mark.parametrize(
    ("name", "mode", "reason"),
    [
        ("bootstrap", 0o644, "holds a bootstrap that isn't executable for all"),
        ("bootstrap", 0o700, "holds a bootstrap that isn't executable for all"),
        ("bin/bootstrap", 0o755, "holds no file named bootstrap"),
    ],
)
def test_a_bootstrap_that_lambda_could_not_start_is_refused(
    tmp_path: Path, name: str, mode: int, reason: str
) -> None:
    path = zipped(tmp_path / "bootstrap.zip", name, mode, b"a program")
    assert refusal(path) == f"the packaged function {path} {reason}: run `make package`"


def test_what_is_no_zip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bootstrap.zip"
    path.write_bytes(b"no zip")
    assert "is not a zip file: run `make package`" in refusal(path)
    assert "is not a zip file: run `make package`" in refusal(tmp_path)


def test_a_missing_package_is_a_message_that_says_what_to_run(tmp_path: Path) -> None:
    assert "bootstrap.zip is missing: run `make package`" in refusal(tmp_path / "bootstrap.zip")


def refusal(path: Path) -> str:
    """Return why a package is refused."""
    with pytest.raises(ArchiveError) as error:
        packaged_function(path)
    return str(error.value)
