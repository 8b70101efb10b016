"""The table in each stack."""

from engine import Run
from kinds import TABLE


def test_the_table_is_paid_by_the_visit_and_can_be_restored(prod: Run) -> None:
    inputs = prod.one(TABLE).inputs
    assert inputs["billingMode"] == "PAY_PER_REQUEST"
    assert inputs["onDemandThroughput"]["maxWriteRequestUnits"] == 50
    assert inputs["pointInTimeRecovery"] == {"enabled": True}
    # The key that DynamoDB owns.
    assert inputs["serverSideEncryption"] == {"enabled": False}


def test_the_table_is_the_one_that_the_handler_expects(run: Run) -> None:
    inputs = run.one(TABLE).inputs
    assert (inputs["hashKey"], inputs["attributes"]) == ("id", [{"name": "id", "type": "S"}])
    assert "rangeKey" not in inputs
