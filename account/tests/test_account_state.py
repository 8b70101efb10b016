"""The state bucket, and the rights of each role on its parts."""

import json
from typing import Any

import pytest
from iam import allows
from kinds import POLICY
from pretended_account import policy_of, run_account
from pulumi_program import Run

BUCKET = "arn:aws:s3:::my-state"
LAYOUT = ".pulumi/meta.yaml"
STAGING = [
    ".pulumi/stacks/visitor-counter/staging.json",
    ".pulumi/stacks/visitor-counter/staging.json.bak",
    ".pulumi/stacks/visitor-counter/staging.json.gz",
    ".pulumi/stacks/visitor-counter/staging.pulumi-tags",
]
STAGING_LOCK = ".pulumi/locks/organization/visitor-counter/staging/0b5e2c1a.json"
STAGING_RECORDS = [
    ".pulumi/history/visitor-counter/staging/staging-1700000000.history.json",
    ".pulumi/history/visitor-counter/staging/staging-1700000000.checkpoint.json",
    ".pulumi/backups/visitor-counter/staging/staging.1700000000.json",
    STAGING_LOCK,
]
# The stack of the account itself, and one whose name begins like that of another.
OTHERS = [
    ".pulumi/stacks/visitor-counter-account/account.json",
    ".pulumi/stacks/visitor-counter/staging2.json",
    ".pulumi/history/visitor-counter/staging2/staging2-1700000000.history.json",
]


@pytest.fixture(scope="module")
def run() -> Run:
    """Run the program with a bucket."""
    return run_account({"stateBucket": "my-state"})


def rights(run: Run, role: str, key: str) -> set[str]:
    policy = policy_of(run, role)
    actions = ("GetObject", "PutObject", "DeleteObject", "DeleteObjectVersion")
    return {each for each in actions if allows(policy, f"s3:{each}", f"{BUCKET}/{key}")}


def part(run: Run, kind: str) -> dict[str, Any]:
    inputs = run.one(f"aws:s3/{kind}").inputs
    assert inputs["bucket"] == "my-state"
    return inputs


def test_the_bucket_is_private_and_keeps_what_is_overwritten(run: Run) -> None:
    assert run.one("aws:s3/bucket:Bucket").protect
    versioning = part(run, "bucketVersioning:BucketVersioning")
    assert versioning["versioningConfiguration"] == {"status": "Enabled"}
    block = part(run, "bucketPublicAccessBlock:BucketPublicAccessBlock")
    assert {key for key, value in block.items() if value is True} == {
        "blockPublicAcls",
        "blockPublicPolicy",
        "ignorePublicAcls",
        "restrictPublicBuckets",
    }
    kind = "bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    [rule] = part(run, kind)["rules"]
    assert rule == {"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}


def test_the_bucket_takes_no_request_without_tls(run: Run) -> None:
    [statement] = json.loads(part(run, "bucketPolicy:BucketPolicy")["policy"])["Statement"]
    assert statement == {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [BUCKET, f"{BUCKET}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def test_without_a_bucket_no_role_knows_of_any() -> None:
    run = run_account()
    assert not [each for each in run.resources if each.kind.startswith("aws:s3/")]
    for each in run.all(POLICY):
        assert "s3:" not in each.inputs["policy"]


def test_a_deploy_role_writes_the_state_of_its_stack(run: Run) -> None:
    for key in (*STAGING, *STAGING_RECORDS):
        assert rights(run, "deploy-staging", key) == {"GetObject", "PutObject", "DeleteObject"}
    assert rights(run, "deploy-staging", LAYOUT) == {"GetObject"}


def test_a_deploy_role_sees_no_other_state(run: Run) -> None:
    for key in OTHERS:
        assert not rights(run, "deploy-staging", key)
    for key in (*STAGING, *STAGING_RECORDS):
        assert not rights(run, "deploy-prod", key)


@pytest.mark.parametrize("role", ["preview", "drift"])
def test_who_only_looks_reads_the_state_of_each_stack_and_takes_no_lock(
    run: Run, role: str
) -> None:
    for key in (LAYOUT, *STAGING, *(key.replace("staging", "prod") for key in STAGING)):
        assert rights(run, role, key) == {"GetObject"}
    for key in (STAGING_LOCK, *OTHERS):
        assert not rights(run, role, key)


def test_a_preview_needs_nothing_but_the_state_and_the_log_role(run: Run) -> None:
    for each, state in ((run, {"s3:GetObject", "s3:ListBucket"}), (run_account(), set[str]())):
        statements = json.loads(policy_of(each, "preview"))["Statement"]
        actions = {action for statement in statements for action in statement["Action"]}
        assert actions == {"apigateway:GET", *state}


@pytest.mark.parametrize("role", ["deploy-staging", "deploy-prod", "preview", "drift"])
def test_a_file_that_is_not_there_is_told_from_one_that_is_forbidden(run: Run, role: str) -> None:
    # S3 answers 404 only to a role that may list the whole bucket.
    assert allows(policy_of(run, role), "s3:ListBucket", BUCKET)
    assert not allows(policy_of(run, role), "s3:ListBucketVersions", BUCKET)
    assert not allows(policy_of(run, role), "s3:PutBucketPolicy", BUCKET)
