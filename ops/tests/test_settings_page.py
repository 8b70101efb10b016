"""docs/settings.md has each setting with its real default."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from counter_ops.project import PROJECT

SET_BY_LAMBDA = {
    "AWS_REGION",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
}

PAGE = (PROJECT / "docs/settings.md").read_text()


def section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def defaults(project: Path) -> dict[str, object]:
    declared: dict[str, dict[str, Any]] = yaml.safe_load(project.read_text())["config"]
    return {key: schema.get("default") for key, schema in declared.items()}


@pytest.mark.parametrize(
    ("title", "project"), [("A stack", "Pulumi.yaml"), ("The account", "account/Pulumi.yaml")]
)
def test_the_page_has_each_key_with_its_default(title: str, project: str) -> None:
    rows = re.findall(r"^\| `(\w+)` \| .* \| (`.*`|none) \| .* \|$", section(title), re.MULTILINE)
    shown = {key: yaml.safe_load(text.strip("`")) for key, text in rows}
    # Without a default, a key is required.
    expected = {
        key: "none" if value is None else value
        for key, value in defaults(PROJECT / project).items()
    }
    assert shown == expected
    assert len(rows) == len(shown)


def test_the_page_has_each_variable_that_the_function_reads() -> None:
    rows = "\n".join(re.findall(r"^\| (`.*?) \|", section("The function"), re.MULTILINE))
    source = (PROJECT / "handler/src/config.rs").read_text()
    read = set(re.findall(r'"([A-Z_]{4,})"', source))
    assert set(re.findall(r"`(\w+)`", rows)) == read - SET_BY_LAMBDA
