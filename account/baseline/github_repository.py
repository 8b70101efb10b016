"""Who may change the main branch, and what may deploy: GitHub's environments and rules.

The repository itself exists already.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeVar

import pulumi
import pulumi_github as github

from baseline.github_settings import GithubSettings

REQUIRED_CHECK = "All checks"
"""The job of `.github/workflows/ci.yml` that says whether all others passed."""

# GitHub Actions, as an app of github.com. Elsewhere, it has another number, and every app that may
# report a status can report the check.
# https://api.github.com/apps/github-actions
_GITHUB_ACTIONS = 15368

T = TypeVar("T")


@dataclass(frozen=True)
class GithubRepositoryArgs:
    """The inputs of the environments and the rules."""

    settings: GithubSettings
    main_branch: str
    environments: Collection[str]
    reviewed: Collection[str]
    """The environments that need an approval."""


class GithubRepository(pulumi.ComponentResource):
    """Environments that only the main branch reaches, and the rules of that branch."""

    settings: GithubSettings
    provider: github.Provider
    """With the repository's owner. Whoever runs the program may belong to several."""

    def __init__(
        self, name: str, args: GithubRepositoryArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Declare the environments and the rules."""
        super().__init__("visitor-counter:account:GithubRepository", name, None, opts)
        self.settings = args.settings
        self.provider = github.Provider(
            name,
            base_url=args.settings.api_url,
            owner=args.settings.owner,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._child = pulumi.ResourceOptions(parent=self, provider=self.provider)
        self._branches = [
            self._environment(f"{name}-{environment}", environment, args)
            for environment in args.environments
        ]
        self._rules(name, args)
        self.register_outputs({})

    def once_closed(self, value: pulumi.Output[T]) -> pulumi.Output[T]:
        """Return a value that nothing gets before only the main branch reaches the environments."""
        waited_for = pulumi.Output.all(*[branch.id for branch in self._branches])
        return waited_for.apply(lambda _: value)

    def _environment(
        self, name: str, environment: str, args: GithubRepositoryArgs
    ) -> github.RepositoryEnvironmentDeploymentPolicy:
        """Declare an environment and its only branch."""
        settings = args.settings
        approved = environment in args.reviewed and bool(settings.reviewers)
        made = github.RepositoryEnvironment(
            name,
            repository=settings.repository,
            environment=environment,
            deployment_branch_policy=github.RepositoryEnvironmentDeploymentBranchPolicyArgs(
                protected_branches=False, custom_branch_policies=True
            ),
            reviewers=[github.RepositoryEnvironmentReviewerArgs(users=list(settings.reviewers))]
            if approved
            else None,
            prevent_self_review=approved and settings.is_shared,
            can_admins_bypass=not approved,
            # It holds secrets, which GitHub would delete with it.
            opts=pulumi.ResourceOptions.merge(
                self._child, pulumi.ResourceOptions(retain_on_delete=True)
            ),
        )
        return github.RepositoryEnvironmentDeploymentPolicy(
            name,
            repository=settings.repository,
            environment=made.environment,
            branch_pattern=args.main_branch,
            opts=self._child,
        )

    def _rules(self, name: str, args: GithubRepositoryArgs) -> None:
        """Declare the rules of the main branch: pull requests only, and all checks passed.

        With a single reviewer, nobody could approve the reviewer's own pull requests.
        """
        shared = args.settings.is_shared
        github.RepositoryRuleset(
            name,
            repository=args.settings.repository,
            name=args.main_branch,
            target="branch",
            enforcement="active",
            conditions=github.RepositoryRulesetConditionsArgs(
                ref_name=github.RepositoryRulesetConditionsRefNameArgs(
                    includes=[f"refs/heads/{args.main_branch}"], excludes=[]
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
                            context=REQUIRED_CHECK,
                            integration_id=_GITHUB_ACTIONS
                            if args.settings.is_on_github_com
                            else None,
                        )
                    ]
                ),
            ),
            opts=self._child,
        )
