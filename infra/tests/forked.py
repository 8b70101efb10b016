"""A fork, with its owner's name and settings."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml
from workspace import PROJECT

STACK_SETTINGS = {
    "allowedOrigins": ["https://blog.example", "https://shop.example:8443"],
    "countCrawlers": "true",
    "historyDays": "7",
    "pages": ["/", "/blog/*"],
    "startCount": "41233",
    "throttleRate": "5",
    "throttleBurst": "7",
    "readThrottleRate": "3",
    "readThrottleBurst": "4",
    "maxWritesPerSecond": "999",
    "maxReadsPerSecond": "888",
    "memorySize": 512,
    "reservedConcurrency": "3",
    "logRetentionDays": 90,
    "accessLogs": "true",
    "tracing": True,
    "alarms": "false",
    "alarmEmails": [{"secure": "v1:abc:def"}, {"secure": "v1:ghi:jkl"}],
    "visitSpikePerMinute": "12",
    "protect": "true",
    "permissionsBoundary": {"secure": "v1:mno:pqr"},
    "domainName": "visits.blog.example",
    "certificateArn": "arn:aws:acm:eu-west-1:210987654321:certificate/9f8e7d6c",
    "domainOnly": "true",
    "webAclArn": "arn:aws:wafv2:eu-west-1:210987654321:regional/webacl/blog/9f8e7d6c",
}
"""Each of a stack's settings with another value, as an owner or the engine writes it."""

ACCOUNT_SETTINGS = {
    "subjectPrefix": "repo:someone@1/guestbook@2",
    "environments": ["test", "live", "preview"],
    "protectedEnvironments": ["live"],
    "mainBranch": "trunk",
    "oidcIssuer": "https://token.actions.someone.ghe.com",
    "oidcProviderArn": "",
    "rolesBoundary": "arn:aws:iam::123456789012:policy/all-roles",
    "stateBucket": "someones-state",
    "furtherRegions": ["eu-central-1"],
    "backupDays": "90",
    "budgetAmount": "20",
    "budgetEmails": [{"secure": "v1:abc:def"}],
    "githubPlan": "team",
    "githubVisibility": "public",
    "githubReviewers": ["someone@1", "else@2"],
}

ALLOWED_CHANGE = {
    "type": "aws:dynamodb/table:Table",
    "name": "table",
    "properties": ["options.protect"],
    "becomes": {"prod": "3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8551"},
    "reason": "The old table goes.",
    "expires": "2026-01-31",
}

# Ignored by git: each is large, or belongs to this project only.
_LEFT_OUT = shutil.ignore_patterns(
    *(".git", ".venv", "target", ".local", "__pycache__", ".*_cache", ".hypothesis", "corpus")
)


def make_fork(folder: Path) -> Path:
    """Copy the project into a folder, as another owner's."""
    fork = folder / "guestbook"
    shutil.copytree(PROJECT, fork, ignore=_LEFT_OUT)
    _rename(fork / "Pulumi.yaml", "guestbook")
    _rename(fork / "account/Pulumi.yaml", "guestbook-account")
    for file in {*fork.glob("Pulumi.*.yaml"), fork / "Pulumi.test.yaml"}:
        _write_stack(file, "guestbook", STACK_SETTINGS)
    _write_stack(fork / "account/Pulumi.account.yaml", "guestbook-account", ACCOUNT_SETTINGS)
    (fork / "allowed-changes.yaml").write_text(yaml.safe_dump([ALLOWED_CHANGE]))
    # Some tests ask git which files there are.
    for arguments in (["init", "--quiet"], ["add", "--all"]):
        subprocess.run(["git", *arguments], cwd=fork, check=True)
    return fork


def run_tests(fork: Path, folders: Sequence[str], others: Sequence[str]) -> None:
    """Run the tests in some folders of a fork but for others, and fail with what they print."""
    ignored = [f"--ignore={path}" for path in others]
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *ignored, *folders],
        cwd=fork,
        # .venv links to this project's packages, and the fork has its own.
        env={**os.environ, "PYTHONPATH": f"{fork / 'infra'}:{fork / 'ops'}"},
        check=False,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, (ended.stdout + ended.stderr)[-10_000:]


def _write_stack(file: Path, project: str, settings: dict[str, Any]) -> None:
    config = {f"{project}:{key}": value for key, value in settings.items()}
    stack = {"encryptionsalt": "v1:abc=:v1:def", "config": {"aws:region": "eu-west-1", **config}}
    file.write_text(yaml.safe_dump(stack))


def _rename(file: Path, name: str) -> None:
    file.write_text(re.sub(r"(?m)^name: .*$", f"name: {name}", file.read_text()))
