"""The deployed stacks, as their owner sees them."""

from emulator.deployed import Cloud, Deployed


def test_the_outputs_name_what_is_there(prod: Deployed) -> None:
    aws, outputs = prod.aws, prod.outputs
    assert aws.dynamodb.describe_table(TableName=outputs["tableName"])
    assert aws.functions.get_function(FunctionName=outputs["functionName"])
    assert aws.sns.get_topic_attributes(TopicArn=outputs["alarmTopicArn"])
    dashboard = outputs["dashboardUrl"].rsplit("/", 1)[-1]
    assert aws.cloudwatch.get_dashboard(DashboardName=dashboard)


def test_alarms_are_mailed(prod: Deployed) -> None:
    topic = prod.outputs["alarmTopicArn"]
    subscriptions = prod.aws.sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert [each.get("Endpoint") for each in subscriptions] == ["owner@example.com"]
    alarms = prod.aws.cloudwatch.describe_alarms()["MetricAlarms"]
    assert alarms
    assert all(alarm.get("AlarmActions") == [topic] for alarm in alarms)


def test_the_function_has_only_the_rights_of_its_policy(cloud: Cloud) -> None:
    powerless = cloud.deploy("powerless")
    name = powerless.outputs["functionName"]
    powerless.aws.iam.delete_role_policy(RoleName=name, PolicyName=name)
    response = powerless.request("GET")
    assert response.status_code == 500
    assert powerless.stored() == 0
    # Only the log that the stack made has the cause, at the latest after another call.
    powerless.request("GET")
    request_id: str = response.json()["requestId"]
    events = powerless.aws.logs.filter_log_events(logGroupName=f"/aws/lambda/{name}")["events"]
    lines = [line for event in events if request_id in (line := event.get("message", ""))]
    assert any("AccessDenied" in line for line in lines)
    assert "AccessDenied" not in response.text


def test_no_log_is_kept_forever(staging: Deployed, prod: Deployed) -> None:
    for stack in (staging, prod):
        stack.visit()
    groups = prod.aws.logs.describe_log_groups()["logGroups"]
    assert groups
    assert all(group.get("retentionInDays") for group in groups)
