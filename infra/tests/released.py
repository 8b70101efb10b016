"""What an earlier version called its resources, in its state and in AWS."""

from pathlib import Path

from pulumi_program import Resource

_NAME_PROPERTIES = ("name", "dashboardName", "bucket")


def released(file: Path) -> dict[str, str]:
    """Return the name in AWS of each resource of a file, by URN: - where it has none of ours."""
    lines = file.read_text().splitlines()[1:]
    return dict(line.split(" ") for line in lines)


def name_in_aws(resource: Resource) -> str:
    """Return what a resource is called in AWS."""
    names = (resource.inputs.get(key) for key in _NAME_PROPERTIES)
    return next((name for name in names if isinstance(name, str)), "-")
