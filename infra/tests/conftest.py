"""The real program, with a package that tests can do without building."""

from pathlib import Path
from zipfile import ZipFile, ZipInfo

import pytest
from engine import Program

PROJECT = Path(__file__).resolve().parent.parent.parent
PACKAGE = Path("target/lambda/visitor-counter/bootstrap.zip")


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the project, by links, that has a package of its own."""
    folder = tmp_path_factory.mktemp("workspace")
    for name in ("Pulumi.yaml", "Pulumi.staging.yaml", "Pulumi.prod.yaml", "api", "infra"):
        (folder / name).symlink_to(PROJECT / name)
    package(folder, b"a program")
    return folder


def package(folder: Path, program: bytes) -> None:
    """Write a package as `make package` does."""
    entry = ZipInfo("bootstrap")
    entry.external_attr = 0o755 << 16
    (folder / PACKAGE).parent.mkdir(parents=True)
    with ZipFile(folder / PACKAGE, "w") as archive:
        archive.writestr(entry, program)


@pytest.fixture(scope="session")
def program(workspace: Path) -> Program:
    """Return the project's program."""
    return Program(workspace)
