"""The function that counts, its role and its log."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from stack.documents import assumed_by_service
from stack.naming import Naming
from stack.policies import function_policy
from stack.table import CounterTable

TIMEOUT_SECONDS = 10
"""Longer than the handler's own limit, so the handler always answers before Lambda ends it."""


@dataclass(frozen=True)
class FunctionArgs:
    """The inputs of the function."""

    naming: Naming
    table: CounterTable
    archive: pulumi.FileArchive
    allowed_origins: tuple[str, ...]
    count_crawlers: bool
    history_days: int
    pages: tuple[str, ...]
    start_count: int
    memory_size: int
    reserved_concurrency: int | None
    log_retention_days: int
    tracing: bool
    permissions_boundary: str | None


class CounterFunction(pulumi.ComponentResource):
    """The Rust handler on Lambda (arm64), with a role that may only count and log."""

    name: pulumi.Output[str]
    invoke_arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: FunctionArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Declare the function."""
        super().__init__("visitor-counter:infra:CounterFunction", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        # Before the function: otherwise Lambda makes a log group that keeps logs forever.
        log_group = aws.cloudwatch.LogGroup(
            name,
            name=args.naming.function_log,
            retention_in_days=args.log_retention_days,
            tags=args.naming.tags,
            opts=child,
        )
        role = aws.iam.Role(
            name,
            name=args.naming.name,
            description="The visitor counter's function: counts and logs",
            assume_role_policy=assumed_by_service("lambda.amazonaws.com"),
            permissions_boundary=args.permissions_boundary,
            tags=args.naming.tags,
            opts=child,
        )
        policy = aws.iam.RolePolicy(
            name,
            name=args.naming.name,
            role=role.name,
            policy=pulumi.Output.all(args.table.arn, log_group.arn).apply(
                lambda arns: function_policy(arns[0], arns[1], tracing=args.tracing)
            ),
            opts=child,
        )
        function = aws.lambda_.Function(
            name,
            name=args.naming.name,
            description="Counts the visits of a site",
            runtime="provided.al2023",
            architectures=["arm64"],
            handler="bootstrap",
            code=args.archive,
            role=role.arn,
            timeout=TIMEOUT_SECONDS,
            memory_size=args.memory_size,
            reserved_concurrent_executions=args.reserved_concurrency,
            environment=aws.lambda_.FunctionEnvironmentArgs(
                variables={
                    "TABLE_NAME": args.table.name,
                    "ALLOWED_ORIGINS": ",".join(args.allowed_origins),
                    "COUNT_CRAWLERS": str(args.count_crawlers).lower(),
                    "HISTORY_DAYS": str(args.history_days),
                    "PAGES": ",".join(args.pages),
                    "START_COUNT": str(args.start_count),
                    # A call allocates more small pieces than malloc caches by default: 7 of each
                    # size in Amazon Linux 2023's glibc.
                    "GLIBC_TUNABLES": "glibc.malloc.tcache_count=127",
                }
            ),
            logging_config=aws.lambda_.FunctionLoggingConfigArgs(
                log_group=log_group.name,
                log_format="JSON",
                application_log_level="INFO",
                # INFO would log a report for every visit.
                system_log_level="WARN",
            ),
            tracing_config=aws.lambda_.FunctionTracingConfigArgs(
                mode="Active" if args.tracing else "PassThrough"
            ),
            tags=args.naming.tags,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )
        self.name = function.name
        self.invoke_arn = function.invoke_arn
        self.register_outputs({"name": self.name, "invokeArn": self.invoke_arn})
