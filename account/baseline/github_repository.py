"""GitHub's side: environments, variables, and the rules of the main branch."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pulumi
import pulumi_github as github

from baseline.github_settings import GithubSettings

REQUIRED_CHECK = "All checks"
"""The job of `.github/workflows/ci.yml` that says whether all others passed."""

# GitHub Actions, as an app. Otherwise, every app that may report a status could report this check.
# https://api.github.com/apps/github-actions
_GITHUB_ACTIONS = 15368


@dataclass(frozen=True)
class GithubRepositoryArgs:
    """The inputs of GitHub's side."""

    settings: GithubSettings
    main_branch: str
    reviewed: Collection[str]
    """The environments that need an approval."""
    deploy_roles: Mapping[str, pulumi.Output[str]]
    """ARN of the deploy role of each environment."""
    variables: Mapping[str, pulumi.Input[str]]
    """The repository's own variables."""


class GithubRepository(pulumi.ComponentResource):
    """What a repository needs before its workflows deploy. The repository itself exists already."""

    def __init__(
        self, name: str, args: GithubRepositoryArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Declare the environments, the variables and the rules."""
        super().__init__("visitor-counter:account:GithubRepository", name, None, opts)
        provider = github.Provider(
            name, owner=args.settings.owner, opts=pulumi.ResourceOptions(parent=self)
        )
        self._child = pulumi.ResourceOptions(parent=self, provider=provider)
        self._args = args
        self._repository = args.settings.repository
        closed = [
            self._environment(f"{name}-{environment}", environment, role)
            for environment, role in args.deploy_roles.items()
        ]
        # Without the variable of the preview role, workflows deploy nothing. So it comes last.
        ready = pulumi.ResourceOptions.merge(self._child, pulumi.ResourceOptions(depends_on=closed))
        for variable, value in args.variables.items():
            github.ActionsVariable(
                f"{name}-{variable}",
                repository=self._repository,
                variable_name=variable,
                value=value,
                opts=ready,
            )
        self._rules(name)
        self.register_outputs({})

    def _environment(
        self, name: str, environment: str, role: pulumi.Output[str]
    ) -> pulumi.Resource:
        """Declare an environment that only the main branch reaches, and its variable."""
        settings = self._args.settings
        approved = environment in self._args.reviewed and bool(settings.reviewers)
        made = github.RepositoryEnvironment(
            name,
            repository=self._repository,
            environment=environment,
            deployment_branch_policy=github.RepositoryEnvironmentDeploymentBranchPolicyArgs(
                protected_branches=False, custom_branch_policies=True
            ),
            reviewers=[github.RepositoryEnvironmentReviewerArgs(users=list(settings.reviewers))]
            if approved
            else None,
            prevent_self_review=approved and settings.is_shared,
            can_admins_bypass=not approved,
            # It holds secrets, which a `destroy` would delete with it.
            opts=pulumi.ResourceOptions.merge(
                self._child, pulumi.ResourceOptions(retain_on_delete=True)
            ),
        )
        branch = github.RepositoryEnvironmentDeploymentPolicy(
            name,
            repository=self._repository,
            environment=made.environment,
            branch_pattern=self._args.main_branch,
            opts=self._child,
        )
        return github.ActionsEnvironmentVariable(
            name,
            repository=self._repository,
            environment=made.environment,
            variable_name="DEPLOY_ROLE_ARN",
            value=role,
            opts=pulumi.ResourceOptions.merge(
                self._child, pulumi.ResourceOptions(depends_on=[branch])
            ),
        )

    def _rules(self, name: str) -> None:
        """Declare the rules of the main branch: pull requests only, and all checks passed.

        With a single reviewer, nobody could approve the reviewer's own pull requests.
        """
        shared = self._args.settings.is_shared
        github.RepositoryRuleset(
            name,
            repository=self._repository,
            name=self._args.main_branch,
            target="branch",
            enforcement="active",
            conditions=github.RepositoryRulesetConditionsArgs(
                ref_name=github.RepositoryRulesetConditionsRefNameArgs(
                    includes=[f"refs/heads/{self._args.main_branch}"], excludes=[]
                )
            ),
            rules=github.RepositoryRulesetRulesArgs(
                deletion=True,
                non_fast_forward=True,
                pull_request=github.RepositoryRulesetRulesPullRequestArgs(
                    required_approving_review_count=1 if shared else 0,
                    require_code_owner_review=shared,
                    dismiss_stale_reviews_on_push=shared,
                    require_last_push_approval=shared,
                ),
                required_status_checks=github.RepositoryRulesetRulesRequiredStatusChecksArgs(
                    required_checks=[
                        github.RepositoryRulesetRulesRequiredStatusChecksRequiredCheckArgs(
                            context=REQUIRED_CHECK, integration_id=_GITHUB_ACTIONS
                        )
                    ]
                ),
            ),
            opts=self._child,
        )
