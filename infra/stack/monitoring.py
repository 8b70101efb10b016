"""The alarms, their topic and mails, and the dashboard."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from stack.alarms import PERIOD_SECONDS, Alarm, Watched, alarms
from stack.dashboard import dashboard_body, dashboard_url
from stack.naming import Naming


@dataclass(frozen=True)
class MonitoringArgs:
    """The inputs of the monitoring."""

    naming: Naming
    watched: Watched
    alarms: bool
    alarm_emails: tuple[str, ...]


class Monitoring(pulumi.ComponentResource):
    """Alarms, the topic that they notify, and a dashboard."""

    topic_arn: pulumi.Output[str]
    dashboard_url: pulumi.Output[str]

    def __init__(
        self, name: str, args: MonitoringArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Declare the monitoring."""
        super().__init__("visitor-counter:infra:Monitoring", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        # No KMS key. SNS encrypts its disks anyway, CloudWatch can't publish to a topic with the
        # AWS-managed key, and a key of our own would cost more than all the rest.
        topic = aws.sns.Topic(
            name,
            name=args.naming.topic,
            display_name=f"Alarms of {args.naming.name}",
            tags=args.naming.tags,
            opts=child,
        )
        for index, email in enumerate(args.alarm_emails):
            aws.sns.TopicSubscription(
                f"{name}-email-{index}",
                topic=topic.arn,
                protocol="email",
                endpoint=pulumi.Output.secret(email),
                opts=child,
            )
        definitions = alarms(args.watched) if args.alarms else []
        metric_alarms = [
            aws.cloudwatch.MetricAlarm(
                f"{name}-{alarm.key}",
                _alarm_args(alarm, args, topic.arn),
                opts=child,
            )
            for alarm in definitions
        ]
        region = topic.arn.apply(_region)
        dashboard = aws.cloudwatch.Dashboard(
            name,
            dashboard_name=args.naming.name,
            dashboard_body=pulumi.Output.all(region, *(alarm.arn for alarm in metric_alarms)).apply(
                lambda known: dashboard_body(args.watched, known[0], definitions, known[1:])
            ),
            opts=child,
        )
        self.topic_arn = topic.arn
        partition = topic.arn.apply(lambda arn: arn.split(":")[1])
        self.dashboard_url = pulumi.Output.all(partition, region, dashboard.dashboard_name).apply(
            lambda known: dashboard_url(*known)
        )
        self.register_outputs({"topicArn": self.topic_arn, "dashboardUrl": self.dashboard_url})


def _alarm_args(
    alarm: Alarm, args: MonitoringArgs, topic_arn: pulumi.Output[str]
) -> aws.cloudwatch.MetricAlarmArgs:
    # An alarm on an expression has its metrics in the queries.
    plain = alarm.floor is None
    percentile = plain and alarm.statistic.startswith("p")
    return aws.cloudwatch.MetricAlarmArgs(
        name=args.naming.alarm(alarm.key),
        alarm_description=f"{alarm.meaning} What to do: docs/operations.md, {alarm.key}.",
        metric_queries=None if plain else _with_floor(alarm, args.watched),
        namespace=alarm.metric.namespace if plain else None,
        metric_name=alarm.metric.name if plain else None,
        dimensions=dict(alarm.metric.dimensions) if plain else None,
        period=PERIOD_SECONDS if plain else None,
        statistic=alarm.statistic if plain and not percentile else None,
        extended_statistic=alarm.statistic if percentile else None,
        # A percentile of a handful of visits means nothing: keep the state.
        evaluate_low_sample_count_percentiles="ignore" if percentile else None,
        comparison_operator=alarm.comparison,
        threshold=alarm.threshold,
        evaluation_periods=alarm.minutes,
        datapoints_to_alarm=alarm.minutes,
        treat_missing_data="notBreaching",
        alarm_actions=[topic_arn],
        ok_actions=[topic_arn],
        tags=args.naming.tags,
    )


def _with_floor(alarm: Alarm, watched: Watched) -> list[aws.cloudwatch.MetricAlarmMetricQueryArgs]:
    """Return queries for a metric that is 0 in minutes with few requests."""
    query = aws.cloudwatch.MetricAlarmMetricQueryArgs
    requests = watched.of_api("Count")
    return [
        query(
            id="value",
            label=alarm.metric.name,
            expression=f"IF(requests >= {alarm.floor}, metric, 0)",
            return_data=True,
        ),
        *(
            query(
                id=identifier,
                metric=aws.cloudwatch.MetricAlarmMetricQueryMetricArgs(
                    namespace=metric.namespace,
                    metric_name=metric.name,
                    dimensions=dict(metric.dimensions),
                    period=PERIOD_SECONDS,
                    stat=statistic,
                ),
                return_data=False,
            )
            for identifier, metric, statistic in (
                ("metric", alarm.metric, alarm.statistic),
                ("requests", requests, "Sum"),
            )
        ),
    ]


def _region(arn: str) -> str:
    return arn.split(":")[3]
