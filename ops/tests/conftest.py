"""A copy of the tools with a fake Pulumi CLI."""

from pathlib import Path

import pytest
from fake_pulumi import Workspace, make_workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Return a copy whose CLI has no answers yet."""
    return make_workspace(tmp_path)
