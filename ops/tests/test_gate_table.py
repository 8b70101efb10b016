"""What passes without an entry, and that nothing else does: changes of the project's own stacks."""

import json
import re
from typing import cast

import pytest
from counter_ops.gate import verdict as gate
from counter_ops.gate.changes import Change
from counter_ops.gate.checks import holds
from counter_ops.gate.preview_output import read_preview
from counter_ops.gate.resources import Resources
from counter_ops.gate.table import read_table
from previews import (
    ALARM,
    API,
    DASHBOARD,
    DEPLOYMENT,
    FIRST,
    FUNCTION,
    LOG_GROUP,
    PERMISSION,
    ROLE,
    ROLE_POLICY,
    SIGNATURE,
    STAGE,
    SUBSCRIPTION,
    TABLE,
    THROTTLE,
    TOPIC,
    UNKNOWN,
    Json,
    allow,
    changed,
    created,
    deployed,
    edited,
    output,
    policy,
    refused,
    state,
    step,
    verdict,
)

PROD = deployed(**FIRST)
STAGING = deployed("staging", **FIRST)
EXAMPLE = "https://example.com"
ALARM_TOPIC = "arn:aws:sns:us-east-1:123456789012:visitor-counter-prod-alarms"
FOREIGN_TOPIC = ALARM_TOPIC.replace("123456789012", "999999999999")


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ({}, {"memorySize": 128}),
        ({}, {"memorySize": 1024}),
        ({}, {"throttleRate": 5, "throttleBurst": 100}),
        ({}, {"readThrottleRate": 20, "readThrottleBurst": 10}),
        ({}, {"maxWritesPerSecond": 100, "maxReadsPerSecond": 13}),
        ({}, {"visitSpikePerMinute": 150}),
        ({}, {"visitSpikePerMinute": 600}),
        ({}, {"logRetentionDays": 3653}),
        ({}, {"allowedOrigins": [EXAMPLE, "http://localhost:3000"]}),
        ({}, {"allowedOrigins": [EXAMPLE]}),
        ({"alarms": False}, {"alarms": True}),
        ({}, {"alarmEmails": ["a@example.com", "b@example.com"]}),
        ({}, {"accessLogs": True}),
        ({}, {"startCount": 41_233}),
        ({"historyDays": 7}, {"historyDays": 30}),
        ({}, {"pages": ["/", "/about"]}),
        ({"pages": ["/", "/about"]}, {"pages": ["/"]}),
        ({"countCrawlers": True}, {}),
        ({}, {}),
    ],
)
def test_daily_life_passes(before: Json, now: Json) -> None:
    assert refused(*changed("prod", before, now)) == []


@pytest.mark.parametrize(
    ("before", "now", "needed"),
    [
        ({}, {"memorySize": 1025}, ["memorySize"]),
        ({}, {"throttleRate": 21}, ["settings.throttlingRateLimit"]),
        ({}, {"throttleBurst": 24}, ["settings.throttlingBurstLimit"]),
        ({}, {"readThrottleRate": 1000}, ["settings.throttlingRateLimit"] * 8),
        ({}, {"maxWritesPerSecond": 1}, ["onDemandThroughput.maxWriteRequestUnits"]),
        ({}, {"visitSpikePerMinute": 1_000_000}, ["threshold"]),
        ({}, {"logRetentionDays": 14}, ["retentionInDays"]),
        ({}, {"allowedOrigins": ["*"]}, ["environment.variables.ALLOWED_ORIGINS"]),
        (
            {},
            {"allowedOrigins": [EXAMPLE, "https://*.example.com"]},
            ["environment.variables.ALLOWED_ORIGINS"],
        ),
        (
            {},
            {"allowedOrigins": ["https://evil.example"]},
            ["environment.variables.ALLOWED_ORIGINS"],
        ),
        ({}, {"reservedConcurrency": 1}, ["threshold", "reservedConcurrentExecutions"]),
        ({}, {"tracing": True}, ["policy.Statement"]),
        ({}, {"historyDays": 29}, ["environment.variables.HISTORY_DAYS"]),
        ({"historyDays": 0}, {"historyDays": 7}, ["environment.variables.HISTORY_DAYS"]),
        ({}, {"countCrawlers": True}, ["environment.variables.COUNT_CRAWLERS"]),
        ({}, {"pages": ["/blog/*"]}, ["environment.variables.PAGES"]),
        ({"pages": ["/"]}, {"pages": []}, ["environment.variables.PAGES"]),
        (
            {},
            {"protect": False},
            ["deletionProtectionEnabled", "options.protect", "options.protect"],
        ),
        ({}, {"alarms": False}, ["delete"] * 11),
        ({"alarmEmails": ["a@example.com"]}, {}, ["delete"]),
        (
            {"accessLogs": True},
            {},
            ["accessLogSettings", "delete"],
        ),
        (
            {"permissionsBoundary": "arn:aws:iam::123456789012:policy/b"},
            {},
            ["permissionsBoundary"],
        ),
    ],
)
def test_what_goes_further_needs_an_entry(before: Json, now: Json, needed: list[str]) -> None:
    assert sorted(refused(*changed("prod", before, now))) == sorted(needed)


@pytest.mark.parametrize(
    "now", [{"alarms": False}, {"accessLogs": False}, {"logRetentionDays": 1}], ids=str
)
def test_in_staging_alarms_come_and_go_and_logs_are_nobodys(now: Json) -> None:
    before: Json = {"alarms": True, "accessLogs": True}
    assert refused(*changed("staging", before, before | now)) == []
    assert refused(*changed("prod", before, before | now)) != []


def test_a_stack_that_the_table_doesnt_name_is_strict() -> None:
    assert refused(*changed("prod-eu", {"alarms": True}, {"alarms": False})) == ["delete"] * 11


def archive(**parts: str) -> Json:
    return {SIGNATURE: "0def7320c3a5731c473e5ecbe6d01bc7", **parts}


@pytest.mark.parametrize(
    ("kind", "name", "path", "value"),
    [
        (FUNCTION, None, "code", archive(hash="1", path="/elsewhere/bootstrap.zip")),
        (FUNCTION, None, "memorySize", 1000.0),
        (FUNCTION, None, "tracingConfig.mode", "Active"),
        (FUNCTION, None, "environment.variables.START_COUNT", "7"),
        (STAGE, None, "xrayTracingEnabled", True),
        (STAGE, None, "accessLogSettings.format", "$context.requestId $context.status"),
        (ALARM, "monitoring-api-5xx", "alarmDescription", "Call me."),
        (DASHBOARD, None, "dashboardBody", "{}"),
        (DASHBOARD, None, "dashboardBody", UNKNOWN),
    ],
)
def test_a_property_of_the_table_may_change(
    kind: str, name: str | None, path: str, value: object
) -> None:
    assert refused(*edited(PROD, kind, path, value, name=name)) == []


NAN = float("nan")


@pytest.mark.parametrize(
    ("kind", "path", "values"),
    [
        (
            FUNCTION,
            "memorySize",
            [True, NAN, 10**400, 0, -1, 127, [256], {"a": 1}, None, UNKNOWN],
        ),
        (THROTTLE, "settings.throttlingRateLimit", [True, NAN, -1, 0, 4.9, 20.1, None, [15]]),
        (LOG_GROUP, "retentionInDays", [0, -1, None, NAN, 10**6]),
        (
            FUNCTION,
            "environment.variables.START_COUNT",
            ["1.5", "-1", "", None, "[secret]", "٣", "9007199254740993"],
        ),
        (FUNCTION, "environment.variables.HISTORY_DAYS", ["31", "3e1", None]),
        (FUNCTION, "environment.variables.PAGES", ["/a,/b*", "about", "/a ,/b", ["/a"]]),
        (
            FUNCTION,
            "environment.variables.ALLOWED_ORIGINS",
            [
                *("", ",", EXAMPLE.upper(), f"{EXAMPLE},", f"{EXAMPLE},*", f"{EXAMPLE},null"),
                *(f"{EXAMPLE},https://*.a.b", f"{EXAMPLE}, https://a.b", f"{EXAMPLE},https://a/b"),
                *(f"{EXAMPLE},https://\N{CYRILLIC SMALL LETTER A}.b", "[secret]", UNKNOWN, None),
            ],
        ),
        (
            FUNCTION,
            "code",
            [
                *(archive(hash="1", uri="https://evil.example"), archive(path="/x"), "x", None),
                *({**archive(path="/x", hash="1"), SIGNATURE: "other"}, "[secret]", UNKNOWN),
            ],
        ),
        (FUNCTION, "tracingConfig.mode", ["Passive", None, ["Active"], UNKNOWN]),
        (STAGE, "xrayTracingEnabled", [1, "yes", None, UNKNOWN]),
        (STAGE, "deployment", ["other", UNKNOWN, None, ["other"]]),
        (
            STAGE,
            "accessLogSettings.destinationArn",
            [
                "arn:aws:logs:us-east-1:999999999999:log-group:/aws/apigateway/visitor-counter-prod",
                "arn:aws:firehose:us-east-1:123456789012:deliverystream/x",
                UNKNOWN,
            ],
        ),
        (
            STAGE,
            "accessLogSettings.format",
            [
                "$context.identity.sourceIp",
                "$context.status $context.authorizer.x",
                '{"$context.identity.sourceIp": "x"}',
                "$input",
                None,
                "[secret]",
                UNKNOWN,
            ],
        ),
        (ALARM, "threshold", [1e9, NAN, 10**400]),
    ],
)
def test_a_value_that_isnt_what_the_table_asks_for_needs_an_entry(
    kind: str, path: str, values: list[object]
) -> None:
    for value in values:
        name = "api" if kind == THROTTLE else None
        found = refused(*edited(PROD, kind, path, value, name=name))
        assert found, value
        assert all(each.startswith(path) for each in found), value


@pytest.mark.parametrize(
    ("kind", "name", "path", "value"),
    [
        (FUNCTION, None, "environment.variables.TABLE_NAME", "another"),
        (FUNCTION, None, "environment.variables.AWS_LAMBDA_EXEC_WRAPPER", "/opt/evil"),
        (FUNCTION, None, "environment.variables.GLIBC_TUNABLES", "x"),
        (FUNCTION, None, "environment.variables.GLIBC_TUNABLES", None),
        (FUNCTION, None, "layers", ["arn:aws:lambda:us-east-1:999999999999:layer:evil:1"]),
        (FUNCTION, None, "timeout", 1),
        (FUNCTION, None, "architectures", ["x86_64"]),
        (FUNCTION, None, "reservedConcurrentExecutions", 0),
        (FUNCTION, None, "role", "arn:aws:iam::123456789012:role/admin"),
        (FUNCTION, None, "kmsKeyArn", "arn:aws:kms:us-east-1:999999999999:key/x"),
        (FUNCTION, None, "environment", None),
        (TABLE, None, "ttl", {"attributeName": "id", "enabled": True}),
        (TABLE, None, "billingMode", "PROVISIONED"),
        (TABLE, None, "serverSideEncryption.kmsKeyArn", "arn:aws:kms:x"),
        (TABLE, None, "onDemandThroughput.maxWriteRequestUnits", -1),
        (TABLE, None, "onDemandThroughput", None),
        (TABLE, None, "resourcePolicy", policy(allow("*", "*"))),
        (ROLE, None, "assumeRolePolicy", policy(allow(Principal={"AWS": "*"}))),
        (ROLE, None, "managedPolicyArns", ["arn:aws:iam::aws:policy/AdministratorAccess"]),
        (ROLE_POLICY, None, "policy", policy(allow("*", "*"))),
        (ROLE_POLICY, None, "policy", "[secret]"),
        (ROLE, None, "tags.stack", "staging"),
        (API, None, "policy", policy()),
        (API, None, "disableExecuteApiEndpoint", True),
        (API, None, "endpointConfiguration.types", "PRIVATE"),
        (API, None, "endpointConfiguration.vpcEndpointIds", ["x"]),
        (API, None, "minimumCompressionSize", "0"),
        (STAGE, None, "cacheClusterEnabled", True),
        (STAGE, None, "variables.x", "y"),
        (STAGE, None, "webAclArn", "x"),
        (THROTTLE, "api", "methodPath", "x/GET"),
        (THROTTLE, "api", "settings.dataTraceEnabled", True),
        (TOPIC, None, "policy", policy(allow("sns:*", "*"))),
        (TOPIC, None, "kmsMasterKeyId", "x"),
        (SUBSCRIPTION, None, "endpoint", "arn:aws:sqs:us-east-1:999999999999:evil"),
        (SUBSCRIPTION, None, "filterPolicy", "{}"),
        (LOG_GROUP, None, "kmsKeyId", "x"),
        (ALARM, None, "actionsEnabled", False),
        (ALARM, None, "alarmActions", []),
        (ALARM, None, "alarmActions", [FOREIGN_TOPIC]),
        (ALARM, "monitoring-api-5xx", "threshold", 0.06),
        (ALARM, None, "treatMissingData", "ignore"),
        (PERMISSION, None, "principal", "*"),
        (DEPLOYMENT, None, "variables.x", "y"),
    ],
)
def test_a_property_that_isnt_in_the_table_needs_an_entry(
    kind: str, name: str | None, path: str, value: object
) -> None:
    found = refused(*edited(PROD, kind, path, value, name=name))
    assert found
    assert all(each.startswith(path) for each in found)
    # Even if the engine says that nothing changes.
    quiet = edited(PROD, kind, path, value, name=name, operation="same")
    assert (
        refused(*({**each, "diffReasons": None, "detailedDiff": None} for each in quiet)) == found
    )


@pytest.mark.parametrize(
    "visitor",
    [
        {"$context.identity.sourceIp": None},
        {"__defaults": "$context.identity.sourceIp"},
        {SIGNATURE: "x", "path": "$context.identity.sourceIp"},
    ],
    ids=str,
)
def test_the_access_log_identifies_nobody_in_what_json_or_the_engine_leave_out(
    visitor: Json,
) -> None:
    stage = next(each for each in PROD if f"{STAGE}::" in each["urn"])
    logged = json.loads(stage["newState"]["inputs"]["accessLogSettings"]["format"])
    path = "accessLogSettings.format"
    assert refused(*edited(PROD, STAGE, path, json.dumps({**logged, "more": "x"}))) == []
    both = json.dumps({**logged, "more": "x", **visitor})
    assert refused(*edited(PROD, STAGE, path, both)) == [path]


@pytest.mark.parametrize("before", ["", "[secret]", f"{EXAMPLE},"])
def test_of_origins_that_arent_shown_none_stays(before: str) -> None:
    path = "environment.variables.ALLOWED_ORIGINS"
    steps = edited(PROD, FUNCTION, path, "https://evil.example,")
    function = next(each for each in steps if f"{FUNCTION}::" in each["urn"])
    function["oldState"]["inputs"]["environment"]["variables"]["ALLOWED_ORIGINS"] = before
    assert refused(*steps) == [path]


def test_a_cache_is_never_switched_on_for_a_method() -> None:
    on = edited(PROD, THROTTLE, "settings.cachingEnabled", value=True, name="api")
    assert refused(*on) == ["settings.cachingEnabled"]


def test_point_in_time_recovery_must_not_be_turned_off() -> None:
    off = edited(PROD, TABLE, "pointInTimeRecovery.enabled", value=False)
    assert refused(*off) == ["pointInTimeRecovery.enabled"]


def test_the_function_gets_no_address_of_its_own_that_everyone_can_call() -> None:
    url = step(
        "create", "aws:lambda/functionUrl:FunctionUrl", new=state({"authorizationType": "NONE"})
    )
    assert refused(*PROD, url) == ["create"]
    anyone = edited(PROD, PERMISSION, "principal", "*", operation="replace")
    assert refused(*anyone) == ["replace"]


def gone(kind: str) -> list[Json]:
    return [
        {**each, "op": "delete", "newState": None} if f"{kind}::" in each["urn"] else each
        for each in PROD
    ]


KINDS = sorted({each["urn"].split("::")[2].rsplit("$")[-1] for each in PROD})


@pytest.mark.parametrize("kind", KINDS)
def test_what_holds_data_or_is_referred_to_is_not_deleted(kind: str) -> None:
    assert {*refused(*gone(kind))} == {"delete"}


@pytest.mark.parametrize("kind", KINDS)
def test_only_the_apis_deployment_and_the_dashboard_are_replaced(kind: str) -> None:
    one = next(each for each in PROD if f"{kind}::" in each["urn"])
    found = refused(*({**each, "op": "replace"} if each is one else each for each in PROD))
    assert found[:1] == ([] if kind in {DEPLOYMENT, DASHBOARD} else ["replace"])


@pytest.mark.parametrize(
    "kind",
    [
        *(
            "aws:chime/voiceConnector:VoiceConnector",
            "aws:s3/bucket:Bucket",
            "pulumi:providers:aws",
        ),
        *("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "aws:sns/topicPolicy:TopicPolicy"),
        *("aws:lambda/eventSourceMapping:EventSourceMapping", "command:local:Command"),
        *("aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter", TABLE, ROLE, ROLE_POLICY),
        *(API, STAGE, DEPLOYMENT, TOPIC, FUNCTION, "aws:apigateway/domainName:DomainName"),
    ],
)
def test_another_resource_needs_an_entry(kind: str) -> None:
    assert refused(*PROD, step("create", kind, "other")) == ["create"]


NEW_ALARM: Json = {
    "name": "visitor-counter-prod-more",
    "alarmActions": [ALARM_TOPIC],
    "comparisonOperator": "GreaterThanThreshold",
    "threshold": 1,
}
NEW_SUBSCRIPTION: Json = {"topic": ALARM_TOPIC, "protocol": "email", "endpoint": "[secret]"}
OWN_API = "arn:aws:execute-api:us-east-1:123456789012:a1b2c3d4e5"
NEW_PERMISSION: Json = {
    "action": "lambda:InvokeFunction",
    "function": "visitor-counter-prod",
    "principal": "apigateway.amazonaws.com",
    "sourceArn": f"{OWN_API}/prod/GET/more",
}
NEW_LOG: Json = {"name": "/aws/apigateway/more", "retentionInDays": 7}


@pytest.mark.parametrize(
    ("kind", "inputs"),
    [
        (ALARM, NEW_ALARM),
        (SUBSCRIPTION, NEW_SUBSCRIPTION),
        (PERMISSION, NEW_PERMISSION),
        (LOG_GROUP, NEW_LOG),
    ],
)
def test_a_new_resource_passes_where_it_is_the_stacks_own_affair(kind: str, inputs: Json) -> None:
    assert refused(*created(PROD, kind, inputs)) == []


@pytest.mark.parametrize(
    ("kind", "inputs", "key", "values"),
    [
        (
            ALARM,
            NEW_ALARM,
            "alarmActions",
            [None, [], [FOREIGN_TOPIC], [ALARM_TOPIC, FOREIGN_TOPIC]],
        ),
        (ALARM, NEW_ALARM, "okActions", [[FOREIGN_TOPIC], []]),
        (ALARM, NEW_ALARM, "insufficientDataActions", [[FOREIGN_TOPIC]]),
        (ALARM, NEW_ALARM, "actionsEnabled", [False]),
        # It would overwrite the alarm of this name.
        (ALARM, NEW_ALARM, "name", [None, "visitor-counter-prod-api-5xx", "[secret]", UNKNOWN]),
        (SUBSCRIPTION, NEW_SUBSCRIPTION, "topic", [FOREIGN_TOPIC]),
        (SUBSCRIPTION, NEW_SUBSCRIPTION, "protocol", ["sqs", "email-json"]),
        (SUBSCRIPTION, NEW_SUBSCRIPTION, "endpoint", ["me@example.com", None]),
        (SUBSCRIPTION, NEW_SUBSCRIPTION, "subscriptionRoleArn", ["x"]),
        (PERMISSION, NEW_PERMISSION, "principal", ["*", "999999999999", "s3.amazonaws.com"]),
        (PERMISSION, NEW_PERMISSION, "action", ["lambda:*"]),
        (PERMISSION, NEW_PERMISSION, "function", ["other"]),
        (
            PERMISSION,
            NEW_PERMISSION,
            "sourceArn",
            [None, f"{OWN_API}x/prod/GET/x", OWN_API.replace("1234", "9999") + "/x", "*", UNKNOWN],
        ),
        (PERMISSION, NEW_PERMISSION, "functionUrlAuthType", ["NONE"]),
        (LOG_GROUP, NEW_LOG, "kmsKeyId", ["x"]),
        (LOG_GROUP, NEW_LOG, "name", ["/aws/lambda/other", None, UNKNOWN]),
    ],
)
def test_a_new_resource_that_reaches_further_needs_an_entry(
    kind: str, inputs: Json, key: str, values: list[object]
) -> None:
    for value in values:
        given = {name: each for name, each in {**inputs, key: value}.items() if each is not None}
        found = refused(*created(PROD, kind, given, {key: TOPIC}))
        assert found, value
        assert all(each.startswith(key) for each in found), value


def test_what_aws_has_already_is_no_change() -> None:
    """As after an upgrade of the provider, which gives some properties a default."""
    steps = edited(PROD, ROLE, "maxSessionDuration", 3600)
    assert refused(*steps) == ["maxSessionDuration"]
    role = next(each for each in steps if f"{ROLE}::" in each["urn"])
    role["oldState"]["outputs"]["maxSessionDuration"] = 3600
    assert refused(*steps) == []
    role["oldState"]["outputs"]["maxSessionDuration"] = 43_200
    assert refused(*steps) == ["maxSessionDuration"]


def test_retention_never_falls_from_forever() -> None:
    steps = edited(PROD, LOG_GROUP, "retentionInDays", 3653)
    log = next(each for each in steps if each["op"] == "update")
    for forever in (0, None):
        log["oldState"]["inputs"]["retentionInDays"] = forever
        log["oldState"]["outputs"]["retentionInDays"] = forever
        assert refused(*steps) == ["retentionInDays"]


def other(value: object) -> object:
    """Return another value of the same type."""
    match value:
        case bool():
            return not value
        case int() | float():
            return value * 1000 + 1
        case str():
            return f"{value}-more"
        case list():
            return [*cast("list[object]", value), "more"]
        case _:
            return {"more": "more"}


def leaves(value: Json, path: str = "") -> list[tuple[str, object]]:
    """Return the properties down to what is no object, with their paths."""
    found: list[tuple[str, object]] = []
    for key, each in value.items():
        inner = isinstance(each, dict) and SIGNATURE not in each
        found += leaves(cast("Json", each), f"{path}{key}.") if inner else [(f"{path}{key}", each)]
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_a_property_that_the_program_sets_and_the_table_forgets_is_refused(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = read_table()
    one = next(each for each in PROD if f"{kind}::" in each["urn"])
    paths = leaves(
        {key: each for key, each in one["newState"]["inputs"].items() if key[:2] != "__"}
    )
    assert paths
    mutants = {path: edited([one], kind, path, other(value)) for path, value in paths}
    for path, steps in mutants.items():
        has_rule = any(re.fullmatch(rule, path) for rule in table.types[kind].update)
        assert has_rule or refused(*steps), path
    forgetful = {kind: table.types[kind].model_copy(update={"update": {}})}
    types = {**table.types, **forgetful}
    monkeypatch.setattr(gate, "read_table", lambda: table.model_copy(update={"types": types}))
    for path, steps in mutants.items():
        needed = refused(*steps)
        assert needed, path
        assert all(each.startswith(path) for each in needed), path


def test_each_phrase_of_the_table_has_a_meaning() -> None:
    table = read_table()
    kinds = [*table.types.values(), *table.kinds("staging").values()]
    rules = [table.options, *({**(each.create or {}), **each.update} for each in kinds)]
    preview = read_preview(output(*PROD))
    asked = Change(("x",), None, 1), preview.steps[-1], Resources(preview, table.stage)
    for phrase in {phrase for each in rules for rule in each.values() for phrase in rule}:
        assert holds(phrase, *asked) in {True, False}
    with pytest.raises(ValueError, match="has no meaning"):
        holds("betwixt half and double", *asked)


def test_the_table_is_about_the_programs_own_types() -> None:
    optional = {
        "aws:apigateway/basePathMapping:BasePathMapping",
        "aws:apigateway/domainName:DomainName",
        "aws:wafv2/webAclAssociation:WebAclAssociation",
    }
    assert read_table().types.keys() - optional == {*KINDS}


def test_a_verdict_of_a_stack_without_changes_finds_nothing() -> None:
    assert verdict(*PROD).findings == []
    assert verdict(*STAGING).findings == []
