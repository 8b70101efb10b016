"""The daily backup of protected tables, if there is one."""

import pytest
from aws import ACCOUNT
from kinds import ROLE
from pretended_account import run_account, statement
from pulumi_program import Run

VAULT = "aws:backup/vault:Vault"
LOCK = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"
PLAN = "aws:backup/plan:Plan"
SELECTION = "aws:backup/selection:Selection"


@pytest.fixture(scope="module")
def run() -> Run:
    """Run the program with a backup, and stacks in two regions."""
    settings = {
        "environments": ["staging", "prod", "prod-eu"],
        "protectedEnvironments": ["prod", "prod-eu"],
        "furtherRegions": ["eu-central-1"],
        "backupDays": 90,
    }
    return run_account(settings)


def test_there_is_none_unless_an_owner_wants_it() -> None:
    kinds = {each.kind for each in run_account().resources}
    assert not [kind for kind in kinds if kind.startswith("aws:backup/")]


def test_each_protected_table_is_backed_up_in_its_region_and_no_other_is(run: Run) -> None:
    role = run.one(ROLE, "backup")
    for name, region in (("backup", "us-east-1"), ("backup-eu-central-1", "eu-central-1")):
        selection = run.one(SELECTION, name)
        assert selection.inputs["resources"] == [
            f"arn:aws:dynamodb:{region}:{ACCOUNT}:table/visitor-counter-{stack}"
            for stack in ("prod", "prod-eu")
        ]
        assert selection.inputs["iamRoleArn"].endswith(":role/backup-0f1e2d3")
        # AWS Backup tries the role when it is told of it.
        assert {"backup-backup", "backup-restores"} <= set(selection.dependencies)
        for kind in (VAULT, LOCK, PLAN, SELECTION):
            assert run.one(kind, name).inputs.get("region", "us-east-1") == region
    assert statement(role.inputs["assumeRolePolicy"])["Principal"] == {
        "Service": "backup.amazonaws.com"
    }


def test_a_backup_is_made_each_day_and_kept_as_long_as_the_owner_says(run: Run) -> None:
    [rule] = run.one(PLAN, "backup").inputs["rules"]
    assert rule == {
        "ruleName": "daily",
        "targetVaultName": "backup-0f1e2d3",
        "schedule": "cron(0 4 * * ? *)",
        "lifecycle": {"deleteAfter": 90},
    }


def test_the_lock_can_be_lifted_by_an_administrator_alone(run: Run) -> None:
    # With changeableForDays it would be in compliance mode, which nobody can lift.
    assert run.one(LOCK, "backup").inputs == {
        "backupVaultName": "backup-0f1e2d3",
        "minRetentionDays": 90,
    }


def test_the_backups_survive_that_they_are_switched_off(run: Run) -> None:
    kept = {each.kind for each in run.resources if each.retain_on_delete and "backup" in each.name}
    assert kept == {VAULT, LOCK}
    # A second vault by the same name could not be made.
    assert "name" not in run.one(VAULT, "backup").inputs


def test_its_role_is_what_a_restore_needs(run: Run) -> None:
    assert run.outputs["backupRoleArn"] == f"arn:aws:iam::{ACCOUNT}:role/backup-0f1e2d3"
    kind = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
    policies = {
        run.one(kind, f"backup-{key}").inputs["policyArn"] for key in ("backup", "restores")
    }
    assert policies == {
        f"arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyFor{purpose}"
        for purpose in ("Backup", "Restores")
    }
