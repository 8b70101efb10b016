"""The settings of the account, from the stack's config.

Pulumi.yaml has each key's meaning, type and default.
"""

import re
from dataclasses import dataclass

from stack.config import ConfigReader

from baseline.github_settings import GithubSettings

# Exact, so that no wildcard gets into a trust policy. The names of an enterprise's managed users
# may have an underscore.
_OWNER, _REPOSITORY, _ID = r"[A-Za-z0-9][A-Za-z0-9_-]*", r"[A-Za-z0-9._-]+", r"@[1-9]\d*"
_SUBJECT_PREFIX = re.compile(
    rf"repo:(?:{_OWNER}{_ID}/{_REPOSITORY}{_ID}|{_OWNER}/{_REPOSITORY})", re.ASCII
)
_SUBJECT_PREFIX_RULE = (
    "repo:OWNER@ID/REPO@ID or repo:OWNER/REPO, without wildcards or a colon at its end. To print "
    "it: gh api repos/OWNER/REPO/actions/oidc/customization/sub --jq .sub_claim_prefix"
)

_ISSUER = "https://token.actions.githubusercontent.com"

# The longest name that contains it, deploy-visitor-counter-…, may have 64 characters.
_ENVIRONMENT = re.compile(r"[A-Za-z0-9_-]{1,40}", re.ASCII)
_BRANCH = re.compile(r"[A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+)*", re.ASCII)
_REGION = re.compile(r"[a-z]{2}(?:-[a-z]+)+-\d", re.ASCII)
_PROVIDER = re.compile(
    r"|arn:aws[a-z-]*:iam::\d{12}:oidc-provider/token\.actions\.githubusercontent\.com", re.ASCII
)

# S3 allows dots too, but its certificates don't match such names.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_BUCKET = re.compile(r"|[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", re.ASCII)


@dataclass(frozen=True)
class Settings:
    """The account's settings, checked."""

    subject_prefix: str
    """The trusted repository, as GitHub's tokens name it."""
    environments: tuple[str, ...]
    """GitHub environments, each named like the stack that it deploys."""
    main_branch: str
    oidc_provider_arn: str | None
    """The account's existing OIDC provider for GitHub. None makes one."""
    state_bucket: str | None
    """Name of a new bucket for the state. None makes none."""
    further_regions: tuple[str, ...]
    """Regions in which API Gateway logs, besides the stack's."""
    github: GithubSettings | None
    """GitHub's side. None leaves it alone."""

    @classmethod
    def read(cls, config: ConfigReader) -> "Settings":
        """Read and check the whole config.

        Raises:
            ConfigError: names each key that is wrong, its value, and what is allowed.

        """
        subject_prefix = config.string(
            "subjectPrefix", _SUBJECT_PREFIX.fullmatch, _SUBJECT_PREFIX_RULE
        )
        settings = cls(
            subject_prefix=subject_prefix,
            environments=config.strings(
                "environments",
                _ENVIRONMENT.fullmatch,
                "a stack's name: at most 40 letters, digits, - and _",
                at_least=1,
            ),
            main_branch=config.string("mainBranch", _BRANCH.fullmatch, "the name of a branch"),
            oidc_provider_arn=config.string(
                "oidcProviderArn",
                _PROVIDER.fullmatch,
                "the ARN of an OIDC provider for token.actions.githubusercontent.com, or empty",
            )
            or None,
            state_bucket=config.string(
                "stateBucket",
                _BUCKET.fullmatch,
                "the name of a bucket: 3 to 63 of a-z, 0-9 and -, or empty",
            )
            or None,
            further_regions=config.strings(
                "furtherRegions", _REGION.fullmatch, "a region such as eu-central-1"
            ),
            github=GithubSettings.read(config, _ISSUER, subject_prefix),
        )
        config.finish()
        return settings
