"""The stack of one environment. Wiring only: each part is a file in `stack`."""

from pathlib import Path

import pulumi
import yaml
from stack.alarms import Watched
from stack.api import ApiArgs, CounterApi, Throttle
from stack.archive import packaged_function
from stack.config import ConfigReader
from stack.domain import CounterDomain, DomainArgs
from stack.function import TIMEOUT_SECONDS, CounterFunction, FunctionArgs
from stack.log_role import require_log_role
from stack.monitoring import Monitoring, MonitoringArgs
from stack.naming import Naming
from stack.settings import Settings
from stack.table import CounterTable, TableArgs

# The engine may give the program's path relative to the folder that it starts it in.
PROJECT = Path(__file__).absolute().parent.parent
ARCHIVE = PROJECT / "target/lambda/visitor-counter/bootstrap.zip"
CONTRACT = PROJECT / "api/openapi.yaml"
COUNTER_PATH = "/visitorcount"

# Wrong settings are reported before any resource is declared.
settings = Settings.read(ConfigReader.of_program())
naming = Naming(pulumi.get_project(), pulumi.get_stack())
archive = packaged_function(ARCHIVE)
for warning in settings.warnings:
    pulumi.log.warn(warning)
contract = yaml.safe_load(CONTRACT.read_text())
if settings.access_logs:
    require_log_role()

table = CounterTable(
    "table",
    TableArgs(
        naming=naming,
        max_writes_per_second=settings.max_writes_per_second,
        max_reads_per_second=settings.max_reads_per_second,
        protect=settings.protect,
    ),
)
function = CounterFunction(
    "function",
    FunctionArgs(
        naming=naming,
        table=table,
        archive=archive,
        allowed_origins=settings.allowed_origins,
        count_crawlers=settings.count_crawlers,
        history_days=settings.history_days,
        pages=settings.pages,
        start_count=settings.start_count,
        memory_size=settings.memory_size,
        reserved_concurrency=settings.reserved_concurrency,
        log_retention_days=settings.log_retention_days,
        tracing=settings.tracing,
        permissions_boundary=settings.permissions_boundary,
    ),
)
api = CounterApi(
    "api",
    ApiArgs(
        naming=naming,
        contract=contract,
        function=function,
        counting_path=COUNTER_PATH,
        throttle=Throttle(settings.throttle_rate, settings.throttle_burst),
        read_throttle=Throttle(settings.read_throttle_rate, settings.read_throttle_burst),
        access_logs=settings.access_logs,
        log_retention_days=settings.log_retention_days,
        tracing=settings.tracing,
        protect=settings.protect,
        own_url=not settings.domain_only,
        web_acl_arn=settings.web_acl_arn,
    ),
)
domain = (
    CounterDomain(
        "domain",
        DomainArgs(
            naming=naming,
            domain_name=settings.domain_name,
            certificate_arn=settings.certificate_arn,
            rest_api_id=api.rest_api_id,
            stage_name=api.stage_name,
            protect=settings.protect,
        ),
    )
    if settings.domain_name and settings.certificate_arn
    else None
)
monitoring = Monitoring(
    "monitoring",
    MonitoringArgs(
        naming=naming,
        watched=Watched(
            # Names are fixed, so alarms and dashboard are plain data.
            api=naming.name,
            stage=naming.stack,
            function=naming.name,
            table=naming.name,
            timeout_seconds=TIMEOUT_SECONDS,
            reserved_concurrency=settings.reserved_concurrency,
            visit_spike_per_minute=settings.visit_spike_per_minute,
        ),
        alarms=settings.alarms,
        alarm_emails=settings.alarm_emails,
    ),
)

url = domain.url if domain else api.url
pulumi.export("visitorCountUrl", pulumi.Output.concat(url, COUNTER_PATH))
pulumi.export("tableName", table.name)
pulumi.export("functionName", function.name)
pulumi.export("alarmTopicArn", monitoring.topic_arn)
pulumi.export("dashboardUrl", monitoring.dashboard_url)
if domain:
    pulumi.export("domainTarget", domain.target)
    pulumi.export("domainTargetZoneId", domain.target_zone_id)
