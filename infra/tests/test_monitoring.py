"""Alarms, topic and dashboard in each stack."""

import json

import pytest
from aws import ACCOUNT, REGION, PretendedAws
from engine import Program, Run, Secret
from kinds import ALARM, API, DASHBOARD, FUNCTION, STAGE, SUBSCRIPTION, TABLE, TOPIC


def test_staging_has_no_alarms_and_prod_has_all(run: Run, stack: str) -> None:
    names = {each.inputs["name"] for each in run.all(ALARM)}
    assert len(names) == (11 if stack == "prod" else 0)
    assert all(name.startswith("visitor-counter-prod-") for name in names)


def test_every_alarm_tells_the_topic_when_it_begins_and_ends(prod: Run) -> None:
    topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:visitor-counter-prod-alarms"
    for alarm in prod.all(ALARM):
        assert (alarm.inputs["alarmActions"], alarm.inputs["okActions"]) == ([topic], [topic])
        assert alarm.inputs["treatMissingData"] == "notBreaching"
        assert alarm.inputs["evaluationPeriods"] == alarm.inputs["datapointsToAlarm"]


def test_every_alarm_watches_things_that_are_there(prod: Run) -> None:
    there = {
        "ApiName": prod.one(API).inputs["name"],
        "Stage": prod.one(STAGE).inputs["stageName"],
        "FunctionName": prod.one(FUNCTION).inputs["name"],
        "TableName": prod.one(TABLE).inputs["name"],
        "Operation": "UpdateItem",
    }
    for alarm in prod.all(ALARM):
        queries = [each["metric"] for each in alarm.inputs.get("metricQueries", [])[1:]]
        for metric in queries or [alarm.inputs]:
            assert metric["period"] == 60
            assert metric["dimensions"].items() <= there.items()


def test_the_owner_says_what_a_spike_is(program: Program) -> None:
    run = program.run("prod", PretendedAws(), {"visitSpikePerMinute": 7})
    assert run.one(ALARM, "monitoring-visit-spike").inputs["threshold"] == 7


def test_percentiles_of_few_visits_alarm_nobody(prod: Run) -> None:
    percentiles = [each.inputs for each in prod.all(ALARM) if "extendedStatistic" in each.inputs]
    assert {each["metricName"] for each in percentiles} == {"Latency", "Duration"}
    assert {each["evaluateLowSampleCountPercentiles"] for each in percentiles} == {"ignore"}


def test_refused_requests_alarm_only_where_there_is_traffic(prod: Run) -> None:
    [value, metric, requests] = prod.one(ALARM, "monitoring-api-4xx").inputs["metricQueries"]
    assert value["expression"] == "IF(requests >= 20, metric, 0)"
    assert value["returnData"] is True
    assert (metric["id"], metric["metric"]["metricName"]) == ("metric", "4XXError")
    assert (requests["id"], requests["metric"]["metricName"]) == ("requests", "Count")
    assert (metric["metric"]["stat"], requests["metric"]["stat"]) == ("Average", "Sum")
    assert not metric["returnData"]
    assert not requests["returnData"]


@pytest.mark.parametrize("encrypted", [[], ["alarmEmails"]])
def test_addresses_are_told_of_alarms_and_shown_nowhere(
    program: Program, encrypted: list[str]
) -> None:
    emails = ["me@example.com", "you@example.com"]
    run = program.run("prod", PretendedAws(), {"alarmEmails": emails}, secret=encrypted)
    assert [each.inputs["endpoint"] for each in run.all(SUBSCRIPTION)] == [
        Secret(email) for email in emails
    ]
    names = [each.name for each in run.resources]
    assert not [name for name in names if "@" in name]
    assert "example.com" not in json.dumps([each.inputs for each in run.all(ALARM)])


def test_the_topic_has_no_key_of_its_own(run: Run) -> None:
    assert "kmsMasterKeyId" not in run.one(TOPIC).inputs


def test_the_dashboard_shows_the_alarms_there_are(run: Run) -> None:
    body = json.loads(run.one(DASHBOARD).inputs["dashboardBody"])
    shown = [arn for each in body["widgets"] for arn in each["properties"].get("alarms", [])]
    assert len(shown) == len(run.all(ALARM))
    assert {each["properties"].get("region", REGION) for each in body["widgets"]} == {REGION}
