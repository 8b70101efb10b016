"""What workflows learn from GitHub's variables: the roles that they take."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_github as github

from baseline.github_repository import GithubRepository


@dataclass(frozen=True)
class GithubVariablesArgs:
    """The inputs of the variables."""

    repository: GithubRepository
    deploy_roles: Mapping[str, pulumi.Output[str]]
    """ARN of the deploy role of each environment."""
    preview_role: pulumi.Output[str]
    drift_role: pulumi.Output[str]
    backend_url: pulumi.Output[str] | None
    """The state's bucket, if this program made one."""


class GithubVariables(pulumi.ComponentResource):
    """The variables of a repository and of its environments.

    Without the variable of the preview role, workflows deploy nothing. So the repository's own come
    last.
    """

    def __init__(
        self, name: str, args: GithubVariablesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Declare the variables."""
        super().__init__("visitor-counter:account:GithubVariables", name, None, opts)
        settings = args.repository.settings
        child = pulumi.ResourceOptions(parent=self, provider=args.repository.provider)
        roles = [
            github.ActionsEnvironmentVariable(
                f"{name}-{environment}",
                repository=settings.repository,
                environment=environment,
                variable_name="DEPLOY_ROLE_ARN",
                value=role,
                opts=child,
            )
            for environment, role in args.deploy_roles.items()
        ]
        variables: dict[str, pulumi.Input[str]] = {
            "PREVIEW_ROLE_ARN": args.preview_role,
            "DRIFT_ROLE_ARN": args.drift_role,
        }
        if args.backend_url is not None:
            variables["PULUMI_BACKEND_URL"] = args.backend_url
        if settings.attestations:
            variables["ATTESTATIONS"] = "true"
        for variable, value in variables.items():
            github.ActionsVariable(
                f"{name}-{variable}",
                repository=settings.repository,
                variable_name=variable,
                value=value,
                opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(depends_on=roles)),
            )
        self.register_outputs({})
