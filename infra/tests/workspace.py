"""Copies of the project with the tests' own stack files, names and package."""

import atexit
import re
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

PROJECT = Path(__file__).resolve().parent.parent.parent

PROJECT_NAME = "visitor-counter"
ACCOUNT_NAME = "visitor-counter-account"
"""The names in the copies, independent of the owner's names for the projects."""

STACK_FILES = Path(__file__).resolve().parent / "stacks"
STACKS = ["staging", "prod"]
"""The stacks with a file there."""

_PACKAGE = Path("target/lambda/visitor-counter/bootstrap.zip")


def copy_project(folder: Path) -> None:
    """Copy both Pulumi programs without a package. Unchanged files and folders are links."""
    for name in ("api", "infra"):
        (folder / name).symlink_to(PROJECT / name)
    _copy_renamed(Path("Pulumi.yaml"), folder, PROJECT_NAME)
    for file in STACK_FILES.iterdir():
        (folder / file.name).symlink_to(file)
    (folder / "account").mkdir()
    for name in ("__main__.py", "baseline"):
        (folder / "account" / name).symlink_to(PROJECT / "account" / name)
    _copy_renamed(Path("account/Pulumi.yaml"), folder, ACCOUNT_NAME)


@cache
def project_copy() -> Path:
    """Return a copy that all tests share. Tests must not change it."""
    folder = Path(mkdtemp(prefix="visitor-counter-"))
    atexit.register(shutil.rmtree, folder)
    copy_project(folder)
    return folder


def _copy_renamed(file: Path, folder: Path, name: str) -> None:
    text = (PROJECT / file).read_text()
    (folder / file).write_text(re.sub(r"(?m)^name: .*$", f"name: {name}", text))


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
