"""The stack of an AWS account. Wiring only: each part is a file in this folder."""

import sys
from pathlib import Path

# The engine starts a program in its own folder. The code that this one shares with the stacks'
# program, above all the names of their resources, is in `infra`.
sys.path.insert(0, str(Path(__file__).absolute().parent.parent / "infra"))

import pulumi
from baseline.arns import Account, StackArns
from baseline.backup import Backup, BackupArgs
from baseline.budget import Budget, BudgetArgs
from baseline.deployer import Deployer, DeployerArgs
from baseline.gateway_logs import GatewayLogs, GatewayLogsArgs
from baseline.github_repository import GithubRepository, GithubRepositoryArgs
from baseline.github_variables import GithubVariables, GithubVariablesArgs
from baseline.oidc import GithubOidc, GithubOidcArgs, Subjects
from baseline.policies import drift_policy, preview_policy
from baseline.roles import GithubRole, RoleArgs
from baseline.settings import Settings
from baseline.state import StateArgs, StateBucket
from stack.config import ConfigReader
from stack.naming import Naming
from stack.stack_file import PROJECT_FILE, project_name

# The project whose stacks the roles deploy, preview and compare.
STACKS_PROJECT = Path(__file__).absolute().parent.parent / PROJECT_FILE

settings = Settings.read(ConfigReader.of_program())
tags = Naming(pulumi.get_project(), pulumi.get_stack()).tags
project = project_name(STACKS_PROJECT)
namings = [Naming(project, environment) for environment in settings.environments]

github = GithubOidc(
    "github", GithubOidcArgs(settings.oidc_issuer, settings.oidc_provider_arn, tags)
)
subjects = Subjects(settings.subject_prefix)
account = github.provider_arn.apply(Account.of)
stacks = account.apply(lambda known: [StackArns(known, naming) for naming in namings])

GatewayLogs(
    "gateway-logs",
    GatewayLogsArgs(account, settings.further_regions, settings.roles_boundary, tags),
)
state = (
    StateBucket("state", StateArgs(settings.state_bucket, tags)) if settings.state_bucket else None
)
bucket_arn = state.arn if state else pulumi.Output.from_input(None)

repository = (
    GithubRepository(
        "repository",
        GithubRepositoryArgs(
            settings=settings.github,
            main_branch=settings.main_branch,
            environments=settings.environments,
            reviewed=sorted(settings.protected_environments),
        ),
    )
    if settings.github
    else None
)
# While an environment is open, any branch could take its role.
provider_arn = repository.once_closed(github.provider_arn) if repository else github.provider_arn

deployers = {
    naming.stack: Deployer(
        f"deploy-{naming.stack}",
        DeployerArgs(
            naming=naming,
            protected=naming.stack in settings.protected_environments,
            account=account,
            provider_arn=provider_arn,
            subject=subjects.environment(naming.stack),
            bucket_arn=bucket_arn,
            roles_boundary=settings.roles_boundary,
            tags=tags,
        ),
    )
    for naming in namings
}
preview = GithubRole(
    "preview",
    RoleArgs(
        role_name=f"preview-{project}",
        description=f"Previews all stacks of {project}, without a refresh",
        provider_arn=github.provider_arn,
        subjects=[subjects.pull_requests, subjects.branch(settings.main_branch)],
        policy=pulumi.Output.all(stacks, bucket_arn).apply(
            lambda known: preview_policy(known[0], known[1])
        ),
        boundary=settings.roles_boundary,
        tags=tags,
    ),
)
drift = GithubRole(
    "drift",
    RoleArgs(
        role_name=f"drift-{project}",
        description=f"Compares all stacks of {project} with their state",
        provider_arn=github.provider_arn,
        subjects=[subjects.branch(settings.main_branch)],
        policy=pulumi.Output.all(stacks, bucket_arn).apply(
            lambda known: drift_policy(known[0], known[1])
        ),
        boundary=settings.roles_boundary,
        tags=tags,
    ),
)

protected = [each for each in namings if each.stack in settings.protected_environments]
if settings.backup_days:
    backup = Backup(
        "backup",
        BackupArgs(
            account=account,
            stacks=protected,
            days=settings.backup_days,
            further_regions=settings.further_regions,
            roles_boundary=settings.roles_boundary,
            tags=tags,
        ),
    )
    pulumi.export("backupRoleArn", backup.role_arn)
if settings.budget_amount:
    Budget(
        "budget",
        BudgetArgs(project, account, settings.budget_amount, settings.budget_emails, tags),
    )
if repository:
    GithubVariables(
        "variables",
        GithubVariablesArgs(
            repository=repository,
            deploy_roles={stack: each.role_arn for stack, each in deployers.items()},
            preview_role=preview.arn,
            drift_role=drift.arn,
            backend_url=state.url if state else None,
        ),
    )
else:
    pulumi.log.info(
        "githubPlan is empty, so this is the AWS part alone: docs/pipeline.md#set-it-up"
    )

pulumi.export("deployRoleArns", {stack: each.role_arn for stack, each in deployers.items()})
pulumi.export(
    "permissionsBoundaryArns", {stack: each.boundary_arn for stack, each in deployers.items()}
)
pulumi.export("previewRoleArn", preview.arn)
pulumi.export("driftRoleArn", drift.arn)
if state:
    pulumi.export("stateBucket", state.name)
