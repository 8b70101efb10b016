"""The table in each stack."""

from aws import PretendedAws
from kinds import TABLE
from pulumi_program import Program, Run


def test_the_table_takes_as_many_writes_and_reads_as_the_owner_says(program: Program) -> None:
    run = program.run("prod", PretendedAws(), {"maxWritesPerSecond": 77, "maxReadsPerSecond": 88})
    capped = {"maxReadRequestUnits": 88, "maxWriteRequestUnits": 77}
    assert run.one(TABLE).inputs["onDemandThroughput"] == capped


def test_the_table_is_paid_by_the_visit_and_can_be_restored(run: Run) -> None:
    inputs = run.one(TABLE).inputs
    assert inputs["billingMode"] == "PAY_PER_REQUEST"
    assert inputs["pointInTimeRecovery"] == {"enabled": True}
    # The key that DynamoDB owns.
    assert inputs["serverSideEncryption"] == {"enabled": False}


def test_the_table_is_the_one_that_the_handler_expects(run: Run) -> None:
    inputs = run.one(TABLE).inputs
    assert (inputs["hashKey"], inputs["attributes"]) == ("id", [{"name": "id", "type": "S"}])
    assert "rangeKey" not in inputs
