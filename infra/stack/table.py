"""The table that holds the count."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from stack.naming import Naming


@dataclass(frozen=True)
class TableArgs:
    """The inputs of the table."""

    naming: Naming
    max_writes_per_second: int
    max_reads_per_second: int
    protect: bool


class CounterTable(pulumi.ComponentResource):
    """An on-demand DynamoDB table with an item for the site and one for each page.

    docs/architecture.md describes them.

    DynamoDB's own key encrypts it. A KMS key would cost more than the table, and visits would wait
    for KMS.
    """

    name: pulumi.Output[str]
    arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: TableArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Declare the table."""
        super().__init__("visitor-counter:infra:CounterTable", name, None, opts)
        table = aws.dynamodb.Table(
            name,
            name=args.naming.name,
            billing_mode="PAY_PER_REQUEST",
            attributes=[aws.dynamodb.TableAttributeArgs(name="id", type="S")],
            hash_key="id",
            on_demand_throughput=aws.dynamodb.TableOnDemandThroughputArgs(
                max_read_request_units=args.max_reads_per_second,
                max_write_request_units=args.max_writes_per_second,
            ),
            point_in_time_recovery=aws.dynamodb.TablePointInTimeRecoveryArgs(enabled=True),
            # False means the key that DynamoDB owns, true a KMS key.
            server_side_encryption=aws.dynamodb.TableServerSideEncryptionArgs(enabled=False),
            deletion_protection_enabled=args.protect,
            tags=args.naming.tags,
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
        self.name = table.name
        self.arn = table.arn
        self.register_outputs({"name": self.name, "arn": self.arn})
