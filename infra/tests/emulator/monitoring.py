"""Makes the topic, the alarms and the dashboard."""

from pulumi_program import Properties

from emulator.clients import Clients
from emulator.inputs import Inputs


def topic(aws: Clients, inputs: Inputs) -> tuple[str, Properties]:
    """Make a topic."""
    arn = aws.sns.create_topic(
        Name=inputs.take("name"),
        Attributes=inputs.capitalized("displayName"),
        Tags=inputs.tags(),
    )["TopicArn"]
    return arn, {"arn": arn}


def topic_subscription(aws: Clients, inputs: Inputs) -> tuple[str, Properties]:
    """Subscribe an address to a topic."""
    arn = aws.sns.subscribe(
        TopicArn=inputs.take("topic"),
        Protocol=inputs.take("protocol"),
        Endpoint=inputs.take("endpoint"),
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    return arn, {}


def metric_alarm(aws: Clients, inputs: Inputs) -> tuple[str, Properties]:
    """Make an alarm on a metric, or on an expression of several."""
    name: str = inputs.take("name")
    watched: Properties = (
        {"Metrics": [_query(query) for query in inputs.each("metricQueries")]}
        if inputs.has("metricQueries")
        else _metric(inputs)
    )
    if inputs.has("evaluateLowSampleCountPercentiles"):
        few = inputs.take("evaluateLowSampleCountPercentiles")
        watched["EvaluateLowSampleCountPercentile"] = few
    aws.cloudwatch.put_metric_alarm(
        AlarmName=name,
        OKActions=inputs.take("okActions"),
        Tags=inputs.tags(),
        **watched,
        **inputs.capitalized(
            *("alarmDescription", "alarmActions", "treatMissingData", "comparisonOperator"),
            *("threshold", "evaluationPeriods", "datapointsToAlarm"),
            *("period", "statistic", "extendedStatistic"),
        ),
    )
    alarms = aws.cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    return name, {"arn": alarms[0].get("AlarmArn")}


def dashboard(aws: Clients, inputs: Inputs) -> tuple[str, Properties]:
    """Make a dashboard."""
    name: str = inputs.take("dashboardName")
    aws.cloudwatch.put_dashboard(DashboardName=name, DashboardBody=inputs.take("dashboardBody"))
    return name, {}


def _query(inputs: Inputs) -> Properties:
    query: Properties = inputs.capitalized("id", "label", "expression", "returnData")
    if inputs.has("metric"):
        metric = inputs.nested("metric")
        query["MetricStat"] = metric.capitalized("period", "stat") | {"Metric": _metric(metric)}
    return query


def _metric(inputs: Inputs) -> Properties:
    return {
        "Namespace": inputs.take("namespace"),
        "MetricName": inputs.take("metricName"),
        "Dimensions": [
            {"Name": name, "Value": value} for name, value in inputs.take("dimensions").items()
        ],
    }
