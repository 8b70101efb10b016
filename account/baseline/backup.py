"""A daily backup of the protected tables, into a vault from which no deploy role can delete.

Point-in-time recovery covers 35 days without it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from stack.documents import assumed_by_service
from stack.naming import Naming

from baseline.arns import Account

# Backing up, and restoring, for which AWS asks for a role, too.
# https://docs.aws.amazon.com/aws-backup/latest/devguide/iam-service-roles.html
_POLICIES = {
    "backup": "service-role/AWSBackupServiceRolePolicyForBackup",
    "restores": "service-role/AWSBackupServiceRolePolicyForRestores",
}

# Coordinated time, when few visit. A backup is a copy of a moment at whatever hour.
_DAILY = "cron(0 4 * * ? *)"


@dataclass(frozen=True)
class BackupArgs:
    """The inputs of the backup."""

    account: pulumi.Output[Account]
    stacks: Sequence[Naming]
    """The stacks whose tables are kept."""
    days: int
    """Days that a backup is kept."""
    further_regions: Sequence[str]
    """Regions with stacks, besides the program's: a vault is in one region."""
    roles_boundary: str | None
    tags: Mapping[str, str]


class Backup(pulumi.ComponentResource):
    """A vault in each region, with what fills it.

    A vault stays after a `destroy`, and AWS Backup deletes each backup on its day. It has no fixed
    name, which the next set-up would find taken.
    """

    role_arn: pulumi.Output[str]
    """The role with which AWS Backup backs up and restores."""

    def __init__(
        self, name: str, args: BackupArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Declare the role, the vaults and the plans."""
        super().__init__("visitor-counter:account:Backup", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        role = aws.iam.Role(
            name,
            description="Backs up and restores tables, for AWS Backup",
            assume_role_policy=assumed_by_service("backup.amazonaws.com"),
            permissions_boundary=args.roles_boundary,
            tags=args.tags,
            opts=child,
        )
        policies = [
            aws.iam.RolePolicyAttachment(
                f"{name}-{key}",
                role=role.name,
                policy_arn=args.account.apply(
                    lambda account, path=path: account.managed_policy(path)
                ),
                opts=child,
            )
            for key, path in _POLICIES.items()
        ]
        self._vault(name, args, role, policies, region=None)
        for region in args.further_regions:
            self._vault(f"{name}-{region}", args, role, policies, region=region)
        self.role_arn = role.arn
        self.register_outputs({"role_arn": self.role_arn})

    def _vault(
        self,
        name: str,
        args: BackupArgs,
        role: aws.iam.Role,
        policies: Sequence[pulumi.Resource],
        region: str | None,
    ) -> None:
        child = pulumi.ResourceOptions(parent=self)
        kept = pulumi.ResourceOptions(parent=self, retain_on_delete=True)
        vault = aws.backup.Vault(name, region=region, tags=args.tags, opts=kept)
        # Without days in which it can be changed, it is in governance mode: an administrator can
        # lift it. In compliance mode, nobody could, not even AWS.
        # https://docs.aws.amazon.com/aws-backup/latest/devguide/vault-lock.html
        # Another number of days replaces it. As it is kept, the old one's end unlocks nothing.
        aws.backup.VaultLockConfiguration(
            name,
            region=region,
            backup_vault_name=vault.name,
            min_retention_days=args.days,
            opts=kept,
        )
        plan = aws.backup.Plan(
            name,
            region=region,
            rules=[
                aws.backup.PlanRuleArgs(
                    rule_name="daily",
                    target_vault_name=vault.name,
                    schedule=_DAILY,
                    lifecycle=aws.backup.PlanRuleLifecycleArgs(delete_after=args.days),
                )
            ],
            tags=args.tags,
            opts=child,
        )
        aws.backup.Selection(
            name,
            region=region,
            plan_id=plan.id,
            iam_role_arn=role.arn,
            resources=pulumi.Output.all(args.account, vault.arn).apply(
                lambda known: table_arns(known[0], known[1], args.stacks)
            ),
            opts=pulumi.ResourceOptions(parent=self, depends_on=policies),
        )


def table_arns(account: Account, vault_arn: str, stacks: Sequence[Naming]) -> list[str]:
    """Return the ARNs of the stacks' tables in a vault's region."""
    region = vault_arn.split(":")[3]
    return [account.arn("dynamodb", f"table/{each.name}", region) for each in stacks]
