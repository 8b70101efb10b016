"""The project's folders."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
"""The folder with Pulumi.yaml. This package is installed as a link to the project's sources."""

TARGET = PROJECT / "target"
"""The folder for the commands' output, which git ignores."""

ARCHIVE = TARGET / "lambda/visitor-counter/bootstrap.zip"
"""The packaged function."""
