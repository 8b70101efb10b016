"""Where the project is."""

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
"""The folder with Pulumi.yaml: this package is installed as a link to the project's own sources."""

TARGET = PROJECT / "target"
"""What commands make. Git ignores it."""

ARCHIVE = TARGET / "lambda/visitor-counter/bootstrap.zip"
"""The packaged function."""
