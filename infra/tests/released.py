"""The names of an earlier version's resources, in its state and in AWS."""

from pathlib import Path

from pulumi_program import Resource

_NAME_PROPERTIES = ("name", "dashboardName", "bucket")


def released(file: Path) -> dict[str, str]:
    """Return the AWS name of each resource in a file, by URN: - if we give it none."""
    lines = file.read_text().splitlines()[1:]
    return dict(line.split(" ") for line in lines)


def name_in_aws(resource: Resource) -> str:
    """Return a resource's name in AWS."""
    names = (resource.inputs.get(key) for key in _NAME_PROPERTIES)
    return next((name for name in names if isinstance(name, str)), "-")
