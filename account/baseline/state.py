"""The bucket for the stacks' state, if that isn't in Pulumi Cloud.

Keys and calls are those of the bucket backend in Pulumi's CLI.
https://github.com/pulumi/pulumi/tree/master/pkg/backend/diy
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws
from stack.documents import Statement, allow, document
from stack.naming import Naming

from baseline.aliases import with_former_type


@dataclass(frozen=True)
class StateArgs:
    """The inputs of the bucket."""

    bucket_name: str
    tags: Mapping[str, str]


class StateBucket(pulumi.ComponentResource):
    """A private bucket that keeps all versions. A `destroy` doesn't delete it."""

    name: pulumi.Output[str]
    arn: pulumi.Output[str]
    url: pulumi.Output[str]
    """What `pulumi login` takes."""

    def __init__(
        self, name: str, args: StateArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Declare the bucket."""
        super().__init__(
            "visitor-counter:account:StateBucket", name, None, with_former_type("StateBucket", opts)
        )
        child = pulumi.ResourceOptions(parent=self)
        bucket = aws.s3.Bucket(
            name,
            bucket=args.bucket_name,
            tags=args.tags,
            opts=pulumi.ResourceOptions(parent=self, protect=True),
        )
        aws.s3.BucketVersioning(
            name,
            bucket=bucket.bucket,
            versioning_configuration=aws.s3.BucketVersioningVersioningConfigurationArgs(
                status="Enabled"
            ),
            opts=child,
        )
        aws.s3.BucketServerSideEncryptionConfiguration(
            name,
            bucket=bucket.bucket,
            rules=[
                aws.s3.BucketServerSideEncryptionConfigurationRuleArgs(
                    apply_server_side_encryption_by_default=aws.s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
                        # S3's own keys cost nothing.
                        sse_algorithm="AES256"
                    )
                )
            ],
            opts=child,
        )
        private = aws.s3.BucketPublicAccessBlock(
            name,
            bucket=bucket.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=child,
        )
        aws.s3.BucketPolicy(
            name,
            bucket=bucket.bucket,
            policy=bucket.arn.apply(bucket_policy),
            # S3 refuses concurrent changes to both.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[private]),
        )
        self.name = bucket.bucket
        self.arn = bucket.arn
        self.url = pulumi.Output.format("s3://{}?region={}", bucket.bucket, bucket.region)
        self.register_outputs({"name": self.name, "arn": self.arn})


def bucket_policy(bucket_arn: str) -> str:
    """Return the policy that denies requests without TLS."""
    return document(
        [
            {
                "Sid": "TlsOnly",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [bucket_arn, f"{bucket_arn}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ]
    )


def reading_state(bucket_arn: str, stacks: Sequence[Naming]) -> list[Statement]:
    """Return the rights of a preview of some stacks, which takes no lock."""
    files = [f"{bucket_arn}/{_stack_files(each)}" for each in stacks]
    return [
        _listing(bucket_arn),
        allow("ReadState", ["s3:GetObject"], [_layout(bucket_arn), *files]),
    ]


def writing_state(bucket_arn: str, stack: Naming) -> list[Statement]:
    """Return the rights of a deployment of a stack."""
    folders = [
        f".pulumi/history/{stack.project}/{stack.stack}/*",
        f".pulumi/backups/{stack.project}/{stack.stack}/*",
        # In a bucket, every owner is named "organization".
        f".pulumi/locks/organization/{stack.project}/{stack.stack}/*",
    ]
    return [
        _listing(bucket_arn),
        allow("ReadStateLayout", ["s3:GetObject"], [_layout(bucket_arn)]),
        allow(
            "WriteState",
            ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
            [f"{bucket_arn}/{key}" for key in (_stack_files(stack), *folders)],
        ),
    ]


def _listing(bucket_arn: str) -> Statement:
    # Lists all names. With a condition on the prefix, S3 answers 403 instead of 404 for a missing
    # file, such as the tags of a stack without any, and the CLI gives up.
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    return allow("ListState", ["s3:ListBucket"], [bucket_arn])


def _layout(bucket_arn: str) -> str:
    """Return the file that the CLI reads first. Creating the first stack writes it."""
    return f"{bucket_arn}/.pulumi/meta.yaml"


def _stack_files(stack: Naming) -> str:
    """Return a stack's state, compressed or not, its backup, and its tags."""
    return f".pulumi/stacks/{stack.project}/{stack.stack}.*"
