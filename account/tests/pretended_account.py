"""Runs the account's program in a fake account that only answers."""

import json
from collections.abc import Mapping
from typing import Any

from aws import PretendedAws
from kinds import POLICY
from pulumi_program import Program, Properties, Run
from workspace import project_copy

PROGRAM = Program(project_copy() / "account")
PREFIX = "repo:octo-org@123456/octo-repo@789012"
OTHER_ARN = "arn:aws:iam::210987654321:oidc-provider/token.actions.githubusercontent.com"

GITHUB_KINDS = {
    "pulumi:providers:github",
    "github:index/actionsEnvironmentVariable:ActionsEnvironmentVariable",
    "github:index/actionsVariable:ActionsVariable",
    "github:index/repositoryEnvironment:RepositoryEnvironment",
    "github:index/repositoryEnvironmentDeploymentPolicy:RepositoryEnvironmentDeploymentPolicy",
    "github:index/repositoryRuleset:RepositoryRuleset",
}


class PretendedAccount(PretendedAws):
    """An account that adds the outputs that AWS chooses."""

    def create(self, kind: str, name: str, inputs: Properties) -> tuple[str, Properties]:
        """Return the outputs that AWS would add. GitHub adds none that the program reads."""
        if kind in GITHUB_KINDS:
            return name, {}
        return super().create(kind, name, {"name": f"{name}-0f1e2d3"} | inputs)


def run_account(overrides: Mapping[str, object] | None = None, *, preview: bool = False) -> Run:
    """Run the program."""
    settings = {"subjectPrefix": PREFIX, **(overrides or {})}
    return PROGRAM.run("account", PretendedAccount(), settings, preview=preview)


def policy_of(run: Run, role: str) -> str:
    """Return the policy of a role."""
    return run.one(POLICY, role).inputs["policy"]


def statement(document: str) -> dict[str, Any]:
    """Return the only statement of a policy."""
    [only] = json.loads(document)["Statement"]
    return only
