"""The settings of a stack, and the messages about invalid ones."""

from collections.abc import Mapping

import pytest
from pulumi_program import Program
from reading import config_of, problems
from stack.config import ConfigError, ConfigReader
from stack.settings import Settings
from workspace import PROJECT_NAME, project_copy


def read(overrides: Mapping[str, object], stack: str = "none") -> Settings:
    """Read a stack's settings."""
    return Settings.read(config_of(Program(project_copy()), stack, overrides))


def refused(overrides: Mapping[str, object]) -> list[str]:
    """Return the message about each wrong key."""
    return problems(lambda: read(overrides))


def test_the_defaults_of_the_project_are_settings() -> None:
    assert read({}) == Settings(
        allowed_origins=("*",),
        count_crawlers=False,
        history_days=30,
        pages=(),
        start_count=0,
        throttle_rate=10,
        throttle_burst=20,
        read_throttle_rate=10,
        read_throttle_burst=20,
        max_writes_per_second=25,
        max_reads_per_second=25,
        memory_size=256,
        reserved_concurrency=None,
        log_retention_days=14,
        access_logs=False,
        tracing=False,
        alarms=False,
        alarm_emails=(),
        visit_spike_per_minute=300,
        protect=False,
        permissions_boundary=None,
        domain_name=None,
        certificate_arn=None,
        domain_only=False,
        web_acl_arn=None,
    )


def test_access_logs_are_off_unless_an_owner_turns_them_on() -> None:
    assert not read({}).access_logs
    assert read({"accessLogs": True}).access_logs


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("allowedOrigins", ["*"]),
        ("allowedOrigins", ["https://example.com", "http://localhost:3000"]),
        (
            "allowedOrigins",
            [
                "https://EXAMPLE.com:8443",
                "http://127.0.0.1",
                "https://xn--bcher-kva.example",
                "https://a_b.example",
            ],
        ),
        ("allowedOrigins", ["https://*.example.dev", "https://*.Pages.example.dev:8443"]),
        ("countCrawlers", True),
        ("historyDays", 0),
        ("pages", []),
        ("pages", ["/", "/*", "/about", "/blog/*", "/caf\u00e9/", "/a%20b"]),
        ("startCount", 2**53 - 2),
        ("throttleRate", 10_000),
        ("throttleBurst", 5_000),
        ("maxWritesPerSecond", 1_000),
        ("maxReadsPerSecond", 3_000),
        ("memorySize", 128),
        ("memorySize", 10_240),
        ("reservedConcurrency", 1),
        ("logRetentionDays", 3653),
        ("tracing", True),
        ("alarmEmails", ["me@example.com", "you@example.com"]),
        ("permissionsBoundary", "arn:aws:iam::123456789012:policy/visitor-counter-boundary"),
    ],
)
def test_a_usable_value_is_taken(key: str, value: object) -> None:
    read({key: value})


WHOLE_NUMBERS = [
    ("startCount", 0, 2**53 - 2),
    ("throttleRate", 1, 10_000),
    ("throttleBurst", 1, 5_000),
    ("readThrottleRate", 1, 10_000),
    ("readThrottleBurst", 1, 5_000),
    ("maxWritesPerSecond", 1, 1_000),
    ("maxReadsPerSecond", 1, 3_000),
    ("historyDays", 0, 30),
    ("memorySize", 128, 10_240),
    ("reservedConcurrency", -1, 1_000),
    ("visitSpikePerMinute", 1, 1_000_000),
]


@pytest.mark.parametrize(("key", "smallest", "largest"), WHOLE_NUMBERS)
def test_a_number_out_of_range_is_refused(key: str, smallest: int, largest: int) -> None:
    for value in (smallest - 1, largest + 1, "ten", "", 1.5):
        text = str(value)
        rule = f"it must be a whole number from {smallest} to {largest}"
        assert refused({key: value}) == [f'{PROJECT_NAME}:{key} is "{text}": {rule}']


BOOLEANS = ["accessLogs", "tracing", "alarms", "protect", "domainOnly"]


@pytest.mark.parametrize("key", BOOLEANS)
def test_a_switch_is_either_true_or_false(key: str) -> None:
    assert refused({key: "yes"}) == [f'{PROJECT_NAME}:{key} is "yes": it must be true or false']


ORIGIN_RULE = (
    "it must be an origin such as https://example.com: http or https, a host in ASCII (punycode) "
    "and an optional port, no path and no trailing slash; https://*.example.dev for one label "
    "below; or * as the only entry"
)


@pytest.mark.parametrize(
    "origin",
    [
        "https://example.com/",
        "https://example.com/blog",
        "example.com",
        "ftp://example.com",
        "https://*.com",
        "http://*.example.com",
        "https://a.*.example.com",
        "https://*.*.example.com",
        "https://*.127.0.0.1",
        "https://*.example.com/",
        "https://user@example.com",
        "https://example.com:0",
        "https://example.com:65536",
        "https://1",
        "https://256.0.0.1",
        "https://bücher.example",
        # Invalid punycode.
        "https://xn--a.example",
        "https://xn--abc.com",
        "https://xn--example.com",
        "https://exam ple.com",
        "https://a,https://b",
        "https://example.com\n",
        "null",
        "",
    ],
)
def test_what_is_no_origin_is_refused(origin: str) -> None:
    [problem] = refused({"allowedOrigins": ["https://example.com", origin]})
    assert problem.startswith(f"{PROJECT_NAME}:allowedOrigins[1] is ")
    assert problem.endswith(ORIGIN_RULE)


@pytest.mark.parametrize(
    "page",
    ["", "about", "/a*", "/*/a", "/a?b", "/a#b", "/a,/b", "/a b", "/a\n", "//", "/" + "x" * 100],
)
def test_what_is_no_page_is_refused(page: str) -> None:
    [problem] = refused({"pages": ["/", page]})
    rule = "it must be a path such as / or /about, or /blog/* for all paths below"
    assert problem.startswith(f"{PROJECT_NAME}:pages[1] is ")
    assert problem.endswith(rule)


def test_more_pages_than_the_handler_takes_are_refused() -> None:
    read({"pages": [f"/{page}" for page in range(20)]})
    [problem] = refused({"pages": [f"/{page}" for page in range(21)]})
    assert "at most 20 patterns" in problem


def test_an_entry_that_is_no_text_is_refused() -> None:
    assert refused({"allowedOrigins": [7]}) == [
        f"{PROJECT_NAME}:allowedOrigins[0] is 7: {ORIGIN_RULE}"
    ]


def test_origins_are_a_list() -> None:
    for value in ("https://example.com", "*", '{"a": 1}'):
        [problem] = refused({"allowedOrigins": value})
        assert "it must be a list, each entry an origin such as" in problem


def test_nobody_at_all_is_no_list_of_origins() -> None:
    [problem] = refused({"allowedOrigins": []})
    assert problem == f"{PROJECT_NAME}:allowedOrigins is []: it must be a list of at least 1"


def test_all_origins_and_some_do_not_go_together() -> None:
    [problem] = refused({"allowedOrigins": ["*", "https://example.com"]})
    assert problem.endswith("it must be either * alone or a list of origins")


def test_origins_must_fit_into_the_environment_of_a_function() -> None:
    origins = [f"https://{number}.example.com" for number in range(200)]
    [problem] = refused({"allowedOrigins": origins})
    assert problem.endswith("it must be at most 3000 characters in all")


def test_an_origin_twice_is_a_mistake() -> None:
    [problem] = refused({"allowedOrigins": ["https://example.com", "https://example.com"]})
    assert problem == (
        f'{PROJECT_NAME}:allowedOrigins is ["https://example.com", "https://example.com"]: '
        "it must be a list without duplicates"
    )


def test_long_values_and_lists_of_mistakes_are_cut_short() -> None:
    problems = refused({"allowedOrigins": [f"{number}" + "a" * 500 for number in range(50)]})
    assert len(problems) == 11
    assert max(map(len, problems)) < 400
    assert problems[-1] == f"{PROJECT_NAME}:allowedOrigins has 50 invalid entries"


def test_setting_no_instance_aside_would_stop_the_function() -> None:
    [problem] = refused({"reservedConcurrency": 0})
    assert problem == (
        f'{PROJECT_NAME}:reservedConcurrency is "0": '
        "it must be at least 1 (0 stops the function), or -1: none"
    )


def test_logs_are_kept_for_a_time_that_cloudwatch_knows() -> None:
    [problem] = refused({"logRetentionDays": 10})
    assert problem.startswith(
        f'{PROJECT_NAME}:logRetentionDays is "10": it must be one of 1, 3, 5, 7, 14, 30, 60'
    )


def test_an_address_that_is_refused_is_not_shown() -> None:
    assert refused({"alarmEmails": ["me@example.com", "hidden.example.com"]}) == [
        f"{PROJECT_NAME}:alarmEmails[1] (secret, not shown) must be an e-mail address"
    ]


def test_an_address_is_one_with_a_domain() -> None:
    for address in ("me", "me@example", "me@example.com, you@example.com", "m e@example.com"):
        [problem] = refused({"alarmEmails": [address]})
        assert problem.endswith("must be an e-mail address")


def test_a_boundary_is_the_arn_of_a_policy() -> None:
    [problem] = refused({"permissionsBoundary": "visitor-counter"})
    assert problem == (
        f'{PROJECT_NAME}:permissionsBoundary is "visitor-counter": '
        "it must be the ARN of an IAM policy, or empty"
    )


CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
WEB_ACL = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/flood/0f1e2d3c"


@pytest.mark.parametrize("domain", ["counter.example.com", "example.com", "a-b.xn--bcher-kva.de"])
def test_a_domain_is_taken_with_its_certificate(domain: str) -> None:
    settings = read({"domainName": domain, "certificateArn": CERTIFICATE, "domainOnly": True})
    assert (settings.domain_name, settings.certificate_arn) == (domain, CERTIFICATE)
    assert settings.domain_only


@pytest.mark.parametrize(
    "domain",
    [
        "https://counter.example.com",
        "counter.example.com/visitorcount",
        "counter.example.com.",
        "Counter.example.com",
        "*.example.com",
        "counter",
        "127.0.0.1",
        "-a.example.com",
        "a_b.example.com",
        "b\u00fccher.example",
        "counter.example.com\n",
        f"{'a.' * 130}example.com",
    ],
)
def test_what_is_no_domain_is_refused(domain: str) -> None:
    [problem] = refused({"domainName": domain, "certificateArn": CERTIFICATE})
    assert problem.startswith(f"{PROJECT_NAME}:domainName is ")
    assert "it must be a domain such as counter.example.com, in lower case" in problem


@pytest.mark.parametrize(
    ("key", "arn", "rule"),
    [
        ("certificateArn", WEB_ACL, "the ARN of a certificate in ACM"),
        ("certificateArn", "counter.example.com", "the ARN of a certificate in ACM"),
        ("webAclArn", CERTIFICATE, "the ARN of a regional web ACL"),
        # One of CloudFront.
        ("webAclArn", WEB_ACL.replace("regional", "global"), "the ARN of a regional web ACL"),
        ("webAclArn", f"{WEB_ACL}\n", "the ARN of a regional web ACL"),
    ],
)
def test_what_is_no_such_arn_is_refused(key: str, arn: str, rule: str) -> None:
    problems = refused(
        {"domainName": "counter.example.com", "certificateArn": CERTIFICATE, key: arn}
    )
    assert [each.split()[0] for each in problems] == [f"{PROJECT_NAME}:{key}"]
    assert f"it must be {rule}" in problems[0]


def test_certificate_and_web_acl_are_in_the_region_of_the_stack() -> None:
    elsewhere = {
        "domainName": "counter.example.com",
        "certificateArn": CERTIFICATE.replace("us-east-1", "eu-central-1"),
        "webAclArn": WEB_ACL.replace("us-east-1", "eu-central-1"),
    }
    # The stack without a file has no region either, so any will do.
    read(elsewhere)
    [certificate, web_acl] = problems(lambda: read(elsewhere, "prod"))
    assert certificate.endswith("it must be the ARN of a certificate in ACM in us-east-1, or empty")
    assert web_acl.endswith("it must be the ARN of a regional web ACL in us-east-1, or empty")


@pytest.mark.parametrize("partition", ["aws-cn", "aws-us-gov", "aws-eusc"])
def test_each_of_aws_partitions_has_certificates_and_web_acls(partition: str) -> None:
    arns = {
        "domainName": "counter.example.com",
        "certificateArn": CERTIFICATE.replace("arn:aws", f"arn:{partition}"),
        "webAclArn": WEB_ACL.replace("arn:aws", f"arn:{partition}"),
    }
    assert read(arns).web_acl_arn == arns["webAclArn"]


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        (
            {"domainName": "counter.example.com"},
            'certificateArn is "": it must be set, because domainName is',
        ),
        (
            {"certificateArn": CERTIFICATE},
            'domainName is "": it must be set, because certificateArn is',
        ),
        ({"domainOnly": True}, 'domainOnly is "true": it must be false without a domainName'),
    ],
)
def test_a_domain_and_its_certificate_go_together(
    settings: Mapping[str, object], problem: str
) -> None:
    assert refused(settings) == [f"{PROJECT_NAME}:{problem}"]


def test_a_misspelt_key_is_refused_with_the_one_that_was_meant() -> None:
    assert refused({"allowedOrigin": ["https://example.com"]}) == [
        f"{PROJECT_NAME}:allowedOrigin is not a setting: did you mean allowedOrigins?"
    ]


def test_a_key_like_no_other_is_refused_with_all_there_are() -> None:
    [problem] = refused({"colour": "blue"})
    assert problem.startswith(
        f"{PROJECT_NAME}:colour is not a setting: use one of accessLogs, alarmEmails, alarms,"
    )


def test_all_that_is_wrong_is_told_at_once() -> None:
    wrong = {"throttleRate": 0, "alarms": "yes", "memorysize": 512}
    assert [problem.split()[0] for problem in refused(wrong)] == [
        f"{PROJECT_NAME}:throttleRate",
        f"{PROJECT_NAME}:alarms",
        f"{PROJECT_NAME}:memorysize",
    ]


@pytest.mark.parametrize(
    "namespace", ["visitor_counter", "guestbook", "visitor-counter-account", "aws-native", ""]
)
def test_a_key_in_a_namespace_that_nothing_reads_is_refused_with_its_place(namespace: str) -> None:
    config = Program(project_copy()).config("none", {}) | {f"{namespace}:protect": "true"}
    (problem,) = problems(lambda: Settings.read(ConfigReader(PROJECT_NAME, config)))
    assert problem == (
        f"{namespace}:protect is in a namespace that nothing reads: "
        "rename it to visitor-counter:protect, or remove it"
    )


@pytest.mark.parametrize("key", ["aws:region", "pulumi:tags", "visitor-counter:protect"])
def test_the_engine_the_provider_and_the_project_have_namespaces(key: str) -> None:
    config = Program(project_copy()).config("none", {}) | {key: "true"}
    Settings.read(ConfigReader(PROJECT_NAME, config))


def test_a_renamed_project_loses_no_setting_without_a_word(program: Program) -> None:
    # As the engine hands them over: defaults by the new name, the stack's own by the old one.
    config = program.config("prod", {})
    defaults = Program(project_copy()).config("none", {})
    renamed = {key.replace(PROJECT_NAME, "guestbook"): text for key, text in defaults.items()}
    found = problems(lambda: Settings.read(ConfigReader("guestbook", config | renamed)))
    own = {key for key in config if key.startswith(PROJECT_NAME)}
    assert {problem.split()[0] for problem in found} == own
    assert len(own) > 5


def test_a_key_that_is_not_set_is_named() -> None:
    with pytest.raises(ConfigError, match="visitor-counter:protect is not set: it must be true"):
        Settings.read(ConfigReader(PROJECT_NAME, {}))


def test_every_key_of_the_project_is_typed_described_and_has_a_default() -> None:
    declared = Program(project_copy()).project["config"]
    for key, schema in declared.items():
        assert {"type", "description", "default"} <= schema.keys(), key
