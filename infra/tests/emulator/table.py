"""Makes the table."""

from pulumi_program import Properties

from emulator.clients import Clients
from emulator.inputs import Inputs


def table(aws: Clients, inputs: Inputs) -> tuple[str, Properties]:
    """Make a table, encrypted with the key that DynamoDB owns."""
    name: str = inputs.take("name")
    inputs.nested("serverSideEncryption").expect("enabled", value=False)
    created = aws.dynamodb.create_table(
        TableName=name,
        BillingMode=inputs.take("billingMode"),
        AttributeDefinitions=[
            {"AttributeName": attribute.take("name"), "AttributeType": attribute.take("type")}
            for attribute in inputs.each("attributes")
        ],
        KeySchema=[{"AttributeName": inputs.take("hashKey"), "KeyType": "HASH"}],
        DeletionProtectionEnabled=inputs.take("deletionProtectionEnabled"),
        OnDemandThroughput=inputs.nested("onDemandThroughput").capitalized(
            "maxReadRequestUnits", "maxWriteRequestUnits"
        ),
        Tags=inputs.tags(),
    )
    aws.dynamodb.update_continuous_backups(
        TableName=name,
        PointInTimeRecoverySpecification={
            "PointInTimeRecoveryEnabled": inputs.nested("pointInTimeRecovery").take("enabled")
        },
    )
    return name, {"arn": created["TableDescription"].get("TableArn")}
