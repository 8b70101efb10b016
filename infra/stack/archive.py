"""Checks the function's package, so that a missing one gives a plain message."""

import stat
from pathlib import Path
from zipfile import BadZipFile, ZipFile

import pulumi


class ArchiveError(pulumi.RunError):
    """The packaged function can't be deployed. The engine prints this without a traceback."""


def packaged_function(path: Path) -> pulumi.FileArchive:
    """Return the function's package, as `make package` makes it.

    It must be a zip. Pulumi uploads a folder without the modes of its files, and a `bootstrap` that
    isn't executable doesn't start.

    Raises:
        ArchiveError: there is none, or it isn't a zip that holds an executable `bootstrap`.

    """
    try:
        with ZipFile(path) as archive:
            mode = archive.getinfo("bootstrap").external_attr >> 16
    except FileNotFoundError:
        reason = "is missing"
    except (BadZipFile, OSError):
        reason = "is not a zip file"
    except KeyError:
        reason = "holds no file named bootstrap"
    else:
        if mode & stat.S_IXUSR and mode & stat.S_IXOTH:
            return pulumi.FileArchive(str(path))
        reason = "holds a bootstrap that isn't executable for all"
    message = f"the packaged function {path} {reason}: run `make package`"
    raise ArchiveError(message)
