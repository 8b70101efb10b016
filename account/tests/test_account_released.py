"""An account that was set up under the project's former name keeps its resources."""

from pathlib import Path

import pytest
from pretended_account import run_account
from released import name_in_aws, released

EVERYTHING = {"stateBucket": "my-state", "furtherRegions": ["eu-central-1"]}
RELEASED = released(Path(__file__).parent / "released/account.txt")
FORMER, TODAY = "::visitor-counter-bootstrap::", "::visitor-counter-account::"


@pytest.mark.parametrize(
    ("way", "project"), [("pulumi stack rename", TODAY), ("pulumi stack import", FORMER)]
)
def test_each_resource_is_found_by_what_it_was_called(way: str, project: str) -> None:
    found: dict[str, str] = {}
    for each in run_account(EVERYTHING).resources:
        for urn in {each.urn, *each.former_urns}:
            found[urn] = name_in_aws(each)
    # `rename` writes the new project into the state, `import` keeps the former one.
    expected = {urn.replace(FORMER, project): name for urn, name in RELEASED.items()}
    assert expected.items() <= found.items(), way
