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

# The longest name that contains it, deploy-visitor-counter-…, may have 64 characters.
_ENVIRONMENT = re.compile(r"[A-Za-z0-9_-]{1,40}", re.ASCII)
_BRANCH = re.compile(r"[A-Za-z0-9._-]+(?:/[A-Za-z0-9._-]+)*", re.ASCII)
_REGION = re.compile(r"[a-z]{2,}(?:-[a-z]+)+-\d", re.ASCII)
_BOUNDARY = re.compile(r"|arn:aws[a-z-]*:iam::\d{12}:policy/[\w+=,.@/-]+", re.ASCII)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")

# What IAM takes: https, no port, no slash at the end.
# https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html
_ISSUER = re.compile(r"https://(?:[a-z0-9-]+\.)+[a-z0-9-]+(?:/[A-Za-z0-9._-]+)*", re.ASCII)

_ISSUER_RULE = "an https URL without a port or a slash at its end"

# AWS Backup keeps a hundred years.
# https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Lifecycle.html
_MOST_BACKUP_DAYS = 36_500

_LARGEST_BUDGET = 1_000_000

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
    protected_environments: frozenset[str]
    """Those whose deploy role may neither make nor delete what holds the count."""
    main_branch: str
    oidc_issuer: str
    """The URL of who issues GitHub's tokens."""
    oidc_provider_arn: str | None
    """The account's existing OIDC provider for GitHub. None makes one."""
    roles_boundary: str | None
    """ARN of the permissions boundary of all roles here, if the organisation asks for one."""
    state_bucket: str | None
    """Name of a new bucket for the state. None makes none."""
    further_regions: tuple[str, ...]
    """Regions with stacks, besides the account's stack's."""
    backup_days: int
    """Days that daily backups of protected tables are kept. 0 makes none."""
    budget_amount: int
    """The account's monthly budget. 0 makes none."""
    budget_emails: tuple[str, ...]
    """Addresses that the budget mails. Secret, like those of a stack's alarms."""
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
        environments = config.strings(
            "environments",
            _ENVIRONMENT.fullmatch,
            "a stack's name: at most 40 letters, digits, - and _",
            at_least=1,
        )
        if len({each.lower() for each in environments}) < len(environments):
            # GitHub's environments and the names of roles are the same in any letter case.
            config.refuse("environments", "a list of names that differ in more than case", None)
        issuer = config.string("oidcIssuer", _ISSUER.fullmatch, _ISSUER_RULE)
        settings = cls(
            subject_prefix=subject_prefix,
            environments=environments,
            protected_environments=_protected(config, environments),
            main_branch=config.string("mainBranch", _BRANCH.fullmatch, "the name of a branch"),
            oidc_issuer=issuer,
            oidc_provider_arn=_provider_arn(config, issuer.removeprefix("https://")),
            roles_boundary=config.string(
                "rolesBoundary", _BOUNDARY.fullmatch, "the ARN of an IAM policy, or empty"
            )
            or None,
            state_bucket=config.string(
                "stateBucket",
                _BUCKET.fullmatch,
                "the name of a bucket: 3 to 63 of a-z, 0-9 and -, or empty",
            )
            or None,
            further_regions=_further_regions(config),
            backup_days=config.integer("backupDays", 0, _MOST_BACKUP_DAYS),
            budget_amount=config.integer("budgetAmount", 0, _LARGEST_BUDGET),
            budget_emails=config.strings(
                "budgetEmails", _EMAIL.fullmatch, "an e-mail address", secret=True
            ),
            github=GithubSettings.read(config, issuer, subject_prefix),
        )
        settings._check_pairs(config)
        config.finish()
        return settings

    def _check_pairs(self, config: ConfigReader) -> None:
        """Refuse settings that do nothing without another one."""
        unprotected = not (
            self.protected_environments or config.is_refused("protectedEnvironments")
        )
        if self.backup_days and unprotected:
            config.refuse("backupDays", "0, as protectedEnvironments is empty", 0)
        if self.budget_amount and not self.budget_emails:
            config.refuse("budgetEmails", "a list of at least one, as budgetAmount is set", ())
        if self.budget_emails and not self.budget_amount:
            config.refuse("budgetAmount", "at least 1, as budgetEmails is set", 0)


def _protected(config: ConfigReader, environments: tuple[str, ...]) -> frozenset[str]:
    """Read the protected environments. A misspelt one would protect nothing."""

    def check(name: str) -> bool:
        # If they are all wrong, that has been noted.
        return name in environments or not environments

    rule = f"one of environments ({', '.join(environments)}); [] protects none"
    return frozenset(config.strings("protectedEnvironments", check, rule))


def _further_regions(config: ConfigReader) -> tuple[str, ...]:
    """Read the further regions. The program's own would get everything twice."""

    def check(region: str) -> bool:
        return bool(_REGION.fullmatch(region)) and region != config.region

    rule = "a region such as eu-central-1, and not that of aws:region"
    return config.strings("furtherRegions", check, rule)


def _provider_arn(config: ConfigReader, issuer: str) -> str | None:
    arn = re.compile(rf"|arn:aws[a-z-]*:iam::\d{{12}}:oidc-provider/{re.escape(issuer)}", re.ASCII)
    rule = f"the ARN of an OIDC provider for {issuer}, or empty"
    return config.string("oidcProviderArn", arn.fullmatch, rule) or None
