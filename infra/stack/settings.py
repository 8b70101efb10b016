"""The settings of a stack, from its config.

Pulumi.yaml has each key's meaning, type and default; the stack files override them.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from stack.config import ConfigReader

ANY_ORIGIN = "*"

# The handler's own rule: no path, no trailing slash, hosts in ASCII (punycode). Browsers read a
# host as an IPv4 address if its last label starts with a digit.
_PORT = r"[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d{2}|655[0-2]\d|6553[0-5]"
_OCTET = r"\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5]"
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = rf"(?:{_LABEL}\.)*(?=[a-z]){_LABEL}|(?:(?:{_OCTET})\.){{3}}(?:{_OCTET})"
_ORIGIN = re.compile(rf"\*|https?://(?:{_HOST})(?::(?:{_PORT}))?", re.IGNORECASE | re.ASCII)
# One label below a domain, which is no top-level one.
_PATTERN = re.compile(
    rf"https://\*\.(?:{_LABEL}\.)+(?=[a-z]){_LABEL}(?::(?:{_PORT}))?", re.IGNORECASE | re.ASCII
)
# A path, or with /* at its end all paths below it. A comma separates patterns.
_SEGMENT = r"[^\s,*?#/\x00-\x1f\x7f]+"
_PAGE = re.compile(rf"/(?:{_SEGMENT}/)*(?:{_SEGMENT}|\*)?")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_BOUNDARY = re.compile(r"|arn:aws[a-z-]*:iam::\d{12}:policy/[\w+=,.@/-]+", re.ASCII)
# The browser asks for this very host, so it has no wildcard.
_DOMAIN_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"|(?=.{{1,253}}\Z)(?:{_DOMAIN_LABEL}\.)+(?=[a-z]){_DOMAIN_LABEL}", re.ASCII)
_CERTIFICATE = re.compile(r"|arn:aws[a-z-]*:acm:([a-z0-9-]+):\d{12}:certificate/[\w-]+", re.ASCII)
_WEB_ACL = re.compile(
    r"|arn:aws[a-z-]*:wafv2:([a-z0-9-]+):\d{12}:regional/webacl/[\w-]+/[\w-]+", re.ASCII
)

_ORIGIN_RULE = (
    "an origin such as https://example.com: http or https, a host in ASCII (punycode) and an "
    "optional port, no path and no trailing slash; https://*.example.dev for one label below; or * "
    "as the only entry"
)
_DOMAIN_RULE = (
    "a domain such as counter.example.com, in lower case and in ASCII (punycode), without https:// "
    "and without a path, or empty"
)
_PAGE_RULE = "a path such as / or /about, or /blog/* for all paths below"

# Longest path of a page in bytes, and the most patterns: the handler's own rule.
_LONGEST_PAGE, _MOST_PAGES = 100, 20

# The days that fit into an item of one write unit.
_MOST_HISTORY_DAYS = 30

# An environment holds 4 KB, the variables' names and the table's name included.
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
_MOST_CHARACTERS = 3000

# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
_RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545),
    *(731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
)

# JavaScript's largest exact integer is 2^53 - 1, and the first visit adds one.
_LARGEST_START_COUNT = 2**53 - 2

# A new account's quota for API Gateway in a region.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
_LARGEST_RATE, _LARGEST_BURST = 10_000, 5_000

# One item is in one partition, which can write 1,000 times a second.
# https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html
_MOST_WRITES_PER_SECOND = 1_000

# And read three times as much.
_MOST_READS_PER_SECOND = 3_000

# https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
_SMALLEST_MEMORY, _LARGEST_MEMORY = 128, 10_240

# The value in Pulumi.yaml for "none": a key without a default would be required.
_NO_RESERVED_CONCURRENCY = -1


@dataclass(frozen=True)
class Settings:
    """A stack's settings, checked."""

    allowed_origins: tuple[str, ...]
    """Origins whose pages may count visits, or `*` alone."""
    count_crawlers: bool
    """Count programs too that visit pages without a person."""
    history_days: int
    """Days, today included, whose visits are kept."""
    pages: tuple[str, ...]
    """Patterns of the pages that have a number of their own."""
    start_count: int
    """The count to continue from; the first visit adds one to it."""
    throttle_rate: int
    """Requests a second that the gateway lets through."""
    throttle_burst: int
    """Requests that may come at once."""
    read_throttle_rate: int
    """Requests a second that the gateway lets through on each path that only reads."""
    read_throttle_burst: int
    """Requests that may come at once on each of them."""
    max_writes_per_second: int
    """Writes a second above which DynamoDB throttles."""
    max_reads_per_second: int
    """Reads a second, of one unit, above which DynamoDB throttles."""
    memory_size: int
    """The function's memory in MB; its CPU grows with it."""
    reserved_concurrency: int | None
    """Instances reserved for the function, which are also its maximum. None reserves none."""
    log_retention_days: int
    access_logs: bool
    """Log each request. Needs the account's API Gateway log role, which account/ makes."""
    tracing: bool
    """Trace with X-Ray."""
    alarms: bool
    alarm_emails: tuple[str, ...]
    """Addresses that alarms mail. Secret, because public comments show previews."""
    visit_spike_per_minute: int
    """Requests a minute that don't occur on an ordinary day."""
    protect: bool
    """Keep the table and the API's URL from being deleted or replaced."""
    permissions_boundary: str | None
    """ARN of the permissions boundary of the function's role, if the account requires one."""
    domain_name: str | None
    """The domain that pages call, besides or instead of the API's own URL."""
    certificate_arn: str | None
    """The domain's certificate. Set if and only if the domain is."""
    domain_only: bool
    """Switch the API's own URL off."""
    web_acl_arn: str | None
    """The web ACL that looks at each request first."""

    @property
    def warnings(self) -> list[str]:
        """Settings that are valid but hardly intended."""
        # A page's number is a write of its own.
        writes = self.throttle_rate * (2 if self.pages else 1)
        if self.max_writes_per_second >= writes:
            return []
        lost = "the visits above it get a 503 and aren't counted. Raise it, or lower throttleRate"
        limit = f"maxWritesPerSecond {self.max_writes_per_second}"
        double = ", of two writes each" if self.pages else ""
        return [f"{limit} is less than throttleRate {self.throttle_rate}{double}: {lost}"]

    @classmethod
    def read(cls, config: ConfigReader) -> "Settings":
        """Read and check the whole config.

        Raises:
            ConfigError: names each key that is wrong, its value, and what is allowed.

        """
        concurrency = config.integer("reservedConcurrency", _NO_RESERVED_CONCURRENCY, 1_000)
        if concurrency == 0:
            config.refuse(
                "reservedConcurrency", "at least 1 (0 stops the function), or -1: none", 0
            )
        settings = cls(
            allowed_origins=_origins(config),
            count_crawlers=config.boolean("countCrawlers"),
            history_days=config.integer("historyDays", 0, _MOST_HISTORY_DAYS),
            pages=_pages(config),
            start_count=config.integer("startCount", 0, _LARGEST_START_COUNT),
            throttle_rate=config.integer("throttleRate", 1, _LARGEST_RATE),
            throttle_burst=config.integer("throttleBurst", 1, _LARGEST_BURST),
            read_throttle_rate=config.integer("readThrottleRate", 1, _LARGEST_RATE),
            read_throttle_burst=config.integer("readThrottleBurst", 1, _LARGEST_BURST),
            max_writes_per_second=config.integer("maxWritesPerSecond", 1, _MOST_WRITES_PER_SECOND),
            max_reads_per_second=config.integer("maxReadsPerSecond", 1, _MOST_READS_PER_SECOND),
            memory_size=config.integer("memorySize", _SMALLEST_MEMORY, _LARGEST_MEMORY),
            reserved_concurrency=None if concurrency == _NO_RESERVED_CONCURRENCY else concurrency,
            log_retention_days=config.integer_of("logRetentionDays", _RETENTION_DAYS),
            access_logs=config.boolean("accessLogs"),
            tracing=config.boolean("tracing"),
            alarms=config.boolean("alarms"),
            alarm_emails=config.strings(
                "alarmEmails", _EMAIL.fullmatch, "an e-mail address", secret=True
            ),
            visit_spike_per_minute=config.integer("visitSpikePerMinute", 1, 1_000_000),
            protect=config.boolean("protect"),
            permissions_boundary=config.string(
                "permissionsBoundary", _BOUNDARY.fullmatch, "the ARN of an IAM policy, or empty"
            )
            or None,
            domain_name=config.string("domainName", _DOMAIN.fullmatch, _DOMAIN_RULE) or None,
            certificate_arn=_regional_arn(
                config, "certificateArn", _CERTIFICATE, "a certificate in ACM"
            ),
            domain_only=config.boolean("domainOnly"),
            web_acl_arn=_regional_arn(config, "webAclArn", _WEB_ACL, "a regional web ACL"),
        )
        _check_domain(config, settings)
        config.finish()
        return settings


def _origins(config: ConfigReader) -> tuple[str, ...]:
    origins = config.strings("allowedOrigins", _is_origin, _ORIGIN_RULE, at_least=1)
    if ANY_ORIGIN in origins and len(origins) > 1:
        return config.refuse("allowedOrigins", "either * alone or a list of origins", ())
    if len(",".join(origins)) > _MOST_CHARACTERS:
        limit = f"at most {_MOST_CHARACTERS} characters in all"
        return config.refuse("allowedOrigins", limit, ())
    return origins


def _pages(config: ConfigReader) -> tuple[str, ...]:
    pages = config.strings("pages", _is_page, _PAGE_RULE)
    if len(pages) > _MOST_PAGES:
        return config.refuse("pages", f"at most {_MOST_PAGES} patterns", ())
    return pages


def _regional_arn(
    config: ConfigReader, key: str, pattern: re.Pattern[str], what: str
) -> str | None:
    """Return an ARN whose region, the pattern's only group, is the stack's. Empty is None."""

    def is_in_region(arn: str) -> bool:
        match = pattern.fullmatch(arn)
        return match is not None and match[1] in (None, config.region or match[1])

    region = f"in {config.region}" if config.region else "in the stack's region"
    return config.string(key, is_in_region, f"the ARN of {what} {region}, or empty") or None


def _check_domain(config: ConfigReader, settings: Settings) -> None:
    """Refuse a domain without its certificate, and what makes no sense without a domain."""
    for key, other in (("certificateArn", "domainName"), ("domainName", "certificateArn")):
        if config.is_set(other) and not config.is_set(key):
            config.refuse(key, f"set, because {other} is", None)
    if settings.domain_only and not config.is_set("domainName"):
        config.refuse("domainOnly", "false without a domainName", None)


def _is_page(text: str) -> bool:
    return bool(_PAGE.fullmatch(text)) and len(text.encode()) <= _LONGEST_PAGE


def _is_origin(text: str) -> bool:
    if not (_ORIGIN.fullmatch(text) or _PATTERN.fullmatch(text)):
        return False
    try:
        # The handler refuses invalid punycode, and the function wouldn't start.
        (urlsplit(text).hostname or "").removeprefix("*.").encode().decode("idna")
    except UnicodeError:
        return False
    return True
