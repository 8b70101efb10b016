"""The settings of GitHub's side, and what GitHub's plans don't have.

A private repository lacks some of it:
- environments and rulesets on GitHub Free,
- required reviewers on all plans but Enterprise.
https://docs.github.com/en/actions/how-tos/deploy/configure-and-manage-deployments/manage-environments
https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/about-rulesets
"""

import re
from dataclasses import dataclass

from stack.config import ConfigReader

_PLANS = ("free", "pro", "team", "enterprise")
_VISIBILITIES = ("public", "private")

_REVIEWER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*@[1-9]\d*", re.ASCII)
_REVIEWER_RULE = (
    "NAME@ID, a user's name and number. To print both: "
    "gh api users/NAME --jq '\"\\(.login)@\\(.id)\"'"
)
_GITHUB_COM = "https://api.github.com/"

# Of an environment.
# https://docs.github.com/en/rest/deployments/environments#create-or-update-an-environment
_MOST_REVIEWERS = 6


@dataclass(frozen=True)
class GithubSettings:
    """The repository, and who approves what it deploys."""

    api_url: str
    owner: str
    repository: str
    reviewers: tuple[int, ...]
    """Users' numbers."""
    attestations: bool
    """Whether its plan has attestations though it is private. Public repositories always do."""

    @property
    def is_on_github_com(self) -> bool:
        """Whether it is neither on a server of one's own nor has data residency."""
        return self.api_url == _GITHUB_COM

    @property
    def is_shared(self) -> bool:
        """Whether somebody else can approve what one of the reviewers did."""
        return len(self.reviewers) > 1

    @classmethod
    def read(
        cls, config: ConfigReader, issuer: str, subject_prefix: str
    ) -> "GithubSettings | None":
        """Read the keys that begin with `github`. Without a plan, GitHub's side isn't made.

        Args:
            config: notes each key that is wrong, or that the plan doesn't have.
            issuer: URL of the issuer of GitHub's tokens.
            subject_prefix: repo:OWNER/REPO, perhaps with ids.

        """
        plan = config.string(
            "githubPlan", ("", *_PLANS).__contains__, f"{', '.join(_PLANS)}, or empty"
        )
        visibility = config.string(
            "githubVisibility", ("", *_VISIBILITIES).__contains__, "public, private, or empty"
        )
        reviewers = config.strings("githubReviewers", _REVIEWER.fullmatch, _REVIEWER_RULE)
        if len(reviewers) > _MOST_REVIEWERS:
            config.refuse("githubReviewers", f"a list of at most {_MOST_REVIEWERS}", None)
        numbers = [int(each.partition("@")[2]) for each in reviewers]
        if len(set(numbers)) < len(numbers):
            # Counted as two, a sole owner would be locked out.
            config.refuse(
                "githubReviewers", "a list of different users: a number is there twice", None
            )
        if not plan:
            if visibility or reviewers:
                why = "since githubVisibility or githubReviewers is set"
                config.refuse("githubPlan", f"{' or '.join(_PLANS)}, {why}", None)
            return None
        _check(config, plan, visibility, reviewers)
        owner, _, repository = subject_prefix.removeprefix("repo:").partition("/")
        return cls(
            api_url=_api_url(issuer),
            owner=owner.partition("@")[0],
            repository=repository.partition("@")[0],
            reviewers=tuple(numbers),
            attestations=visibility == "private" and plan == "enterprise",
        )


def _check(config: ConfigReader, plan: str, visibility: str, reviewers: tuple[str, ...]) -> None:
    if not visibility:
        config.refuse("githubVisibility", "public or private, since githubPlan is set", None)
    if visibility == "private" and plan == "free":
        rule = (
            "another plan, or empty: on GitHub Free, a private repository has no environments and "
            "no rulesets. Make it public, upgrade, or let GitHub deploy nothing"
        )
        config.refuse("githubPlan", rule, None)
    elif visibility == "private" and plan != "enterprise" and reviewers:
        rule = (
            "empty: in a private repository, required reviewers need GitHub Enterprise. "
            "docs/pipeline.md says what to do without"
        )
        config.refuse("githubReviewers", rule, None)


def _api_url(issuer: str) -> str:
    """Return the address of the API of the GitHub that issues the tokens.

    https://docs.github.com/en/enterprise-server@latest/actions/how-tos/secure-your-work/security-harden-deployments
    https://docs.github.com/en/enterprise-cloud@latest/admin/data-residency/network-details-for-ghecom
    """
    address = issuer.removeprefix("https://")
    # An enterprise can have an issuer of its own, below this one.
    if address.partition("/")[0] == "token.actions.githubusercontent.com":
        return _GITHUB_COM
    if address.endswith("/_services/token"):
        return f"https://{address.removesuffix('/_services/token')}/"
    return f"https://{address.replace('token.actions.', 'api.', 1)}/"
