"""Alarms, topic and dashboard in each stack."""

import json

import pytest
from aws import ACCOUNT, REGION, PretendedAws
from kinds import ALARM, API, DASHBOARD, FUNCTION, STAGE, SUBSCRIPTION, TABLE, TOPIC
from pulumi_program import Program, Properties, Run, Secret
from recommended import RECOMMENDED, SPIKE
from stack.alarms import Alarm, Watched, alarms


@pytest.fixture(scope="module")
def watched(program: Program) -> Run:
    """Run prod with alarms."""
    overrides = {"alarms": True, "reservedConcurrency": -1, "visitSpikePerMinute": 300}
    return program.run("prod", PretendedAws(), overrides)


@pytest.mark.parametrize("wanted", [True, False])
def test_there_are_alarms_where_they_are_wanted(program: Program, stack: str, wanted: bool) -> None:  # noqa: FBT001
    run = program.run(stack, PretendedAws(), {"alarms": wanted})
    names = {each.inputs["name"] for each in run.all(ALARM)}
    keys = {*RECOMMENDED, SPIKE} if wanted else set[str]()
    assert names == {f"visitor-counter-{stack}-{key}" for key in keys}


def names_of(run: Run) -> Watched:
    """Return the resources that a run's alarms should watch: its own."""
    return Watched(
        api=run.one(API).inputs["name"],
        stage=run.one(STAGE).inputs["stageName"],
        function=run.one(FUNCTION).inputs["name"],
        table=run.one(TABLE).inputs["name"],
        timeout_seconds=int(run.one(FUNCTION).inputs["timeout"]),
        reserved_concurrency=None,
        visit_spike_per_minute=300,
    )


def test_cloudwatch_is_asked_for_each_alarm_as_it_is_meant(watched: Run) -> None:
    topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:visitor-counter-prod-alarms"
    for alarm in alarms(names_of(watched)):
        inputs = dict(watched.one(ALARM, f"monitoring-{alarm.key}").inputs)
        assert f"docs/operations.md, {alarm.key}." in inputs.pop("alarmDescription")
        assert inputs == {
            "name": f"visitor-counter-prod-{alarm.key}",
            **watched_by(alarm),
            "comparisonOperator": alarm.comparison,
            "threshold": alarm.threshold,
            "evaluationPeriods": alarm.minutes,
            "datapointsToAlarm": alarm.minutes,
            "treatMissingData": "notBreaching",
            "alarmActions": [topic],
            "okActions": [topic],
            "tags": {"project": "visitor-counter", "stack": "prod"},
        }


def watched_by(alarm: Alarm) -> Properties:
    """Return the inputs that select an alarm's metric."""
    metric: Properties = {
        "namespace": alarm.metric.namespace,
        "metricName": alarm.metric.name,
        "dimensions": alarm.metric.dimensions,
        "period": 60,
    }
    if alarm.floor:
        requests = metric | {"metricName": "Count", "stat": "Sum"}
        own = metric | {"stat": alarm.statistic}
        expression = f"IF(requests >= {alarm.floor}, metric, 0)"
        return {
            "metricQueries": [
                {
                    "id": "value",
                    "label": alarm.metric.name,
                    "expression": expression,
                    "returnData": True,
                },
                {"id": "metric", "metric": own, "returnData": False},
                {"id": "requests", "metric": requests, "returnData": False},
            ]
        }
    if alarm.statistic == "p90":
        # A percentile of a handful of visits must not raise an alarm.
        few = {"evaluateLowSampleCountPercentiles": "ignore"}
        return metric | {"extendedStatistic": "p90"} | few
    return metric | {"statistic": alarm.statistic}


def test_the_owner_says_what_a_spike_is(program: Program) -> None:
    run = program.run("prod", PretendedAws(), {"alarms": True, "visitSpikePerMinute": 7})
    assert run.one(ALARM, "monitoring-visit-spike").inputs["threshold"] == 7


def test_instances_that_are_set_aside_are_the_ones_to_run_out(program: Program) -> None:
    run = program.run("prod", PretendedAws(), {"alarms": True, "reservedConcurrency": 100})
    assert run.one(ALARM, "monitoring-function-concurrency").inputs["threshold"] == 90


@pytest.mark.parametrize("encrypted", [[], ["alarmEmails"]])
def test_addresses_are_told_of_alarms_and_shown_nowhere(
    program: Program, encrypted: list[str]
) -> None:
    emails = ["me@example.com", "you@example.com"]
    overrides = {"alarms": True, "alarmEmails": emails, "allowedOrigins": ["*"]}
    run = program.run("prod", PretendedAws(), overrides, secret=encrypted)
    assert [each.inputs["endpoint"] for each in run.all(SUBSCRIPTION)] == [
        Secret(email) for email in emails
    ]
    assert {each.inputs["protocol"] for each in run.all(SUBSCRIPTION)} == {"email"}
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
