"""The project's files, and copies of it that have a package without building one."""

from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

PROJECT = Path(__file__).resolve().parent.parent.parent

# Those that have a file.
STACKS = ["staging", "prod"]

_PACKAGE = Path("target/lambda/visitor-counter/bootstrap.zip")


def copy_project(folder: Path) -> None:
    """Copy the project, by links, without a package."""
    for name in ("Pulumi.yaml", "Pulumi.staging.yaml", "Pulumi.prod.yaml", "api", "infra"):
        (folder / name).symlink_to(PROJECT / name)


def package(folder: Path, program: bytes) -> Path:
    """Package a program as `make package` does."""
    path = folder / _PACKAGE
    path.parent.mkdir(parents=True)
    return zipped(path, "bootstrap", 0o755, program)


def zipped(path: Path, name: str, mode: int, content: bytes) -> Path:
    """Write a zip with one file."""
    entry = ZipInfo(name)
    entry.external_attr = mode << 16
    with ZipFile(path, "w") as archive:
        archive.writestr(entry, content, ZIP_DEFLATED, compresslevel=1)
    return path
