"""The costs of a stack, and of an attack on it."""

import dataclasses
import re
import shutil
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from counter_ops.cli import main
from counter_ops.cost.bill import Line, dollars, lines, total
from counter_ops.cost.page import BEGIN, END, PAGE, Stack, alarm_metrics, page_tables
from counter_ops.cost.prices import PRICES, Prices, read_prices
from counter_ops.cost.usage import Usage, month, refused_day, unknown_paths_day, worst_day
from counter_ops.stack_settings import read_backup_days, read_example, read_stack
from pydantic import ValidationError
from stack.api import ACCESS_LOG_FORMAT
from stack.config import ConfigError
from stack.settings import Settings
from workspace import ACCOUNT_NAME, project_copy

PRICE_LIST = read_prices()
ASSUMED = PRICE_LIST.assumptions
_, PROD = read_example("prod")


def settings(**changes: object) -> Settings:
    """Return prod's settings with changes."""
    return dataclasses.replace(PROD, **changes)


def bill_of(settings: Settings, visits: int) -> dict[str, Line]:
    bill = Stack("prod", settings, PRICE_LIST).month(visits)
    return {line.name: line for line in bill}


def monthly(settings: Settings, visits: int = 1_000_000) -> Decimal:
    return total(bill_of(settings, visits).values()).list_price


def daily(usage: Usage) -> Decimal:
    return total(lines(usage, PRICE_LIST.prices)).list_price


def test_a_bill_has_a_line_for_each_price_and_is_their_sum() -> None:
    bill = bill_of(PROD, 1_000_000)
    assert len(bill) == len(Prices.model_fields) == len(dataclasses.fields(Usage))
    assert total(bill.values()).list_price == sum(line.list_price for line in bill.values())


def test_a_million_visits_by_hand() -> None:
    bill = bill_of(settings(memory_size=256, access_logs=True, log_retention_days=30), 1_000_000)
    # 15 ms a visit and 250 ms for one in 20, with a quarter of a GB.
    seconds = Decimal(15_000 + 50_000 * 250 // 1000)
    gigabytes = Decimal("0.35") + 50_000 * Decimal(900) / 10**9
    expected = {
        "API Gateway, requests": Decimal("3.50"),
        "Lambda, requests": Decimal("0.20"),
        "Lambda, GB-seconds (arm64)": seconds / 4 * Decimal("0.0000133334"),
        # A write a day removes the oldest one, and half a read finds it.
        "DynamoDB, writes": Decimal("1.00003") * Decimal("0.625"),
        "DynamoDB, reads": Decimal("0.025015") * Decimal("0.125"),
        "CloudWatch, logs ingested (GB)": gigabytes / 2,
        "CloudWatch, logs stored (GB)": gigabytes * Decimal("0.2") * Decimal("0.03"),
        "X-Ray, traces": Decimal(0),
        "CloudWatch, alarm metrics": Decimal("1.2"),
        "CloudWatch, dashboards": Decimal(3),
        "data sent to the internet (GB)": Decimal("0.09"),
    }
    assert {name: bill[name].list_price for name in expected} == expected


def test_what_is_free_is_taken_off_and_never_more() -> None:
    bill = bill_of(PROD, 3_000_000)
    requests = bill["Lambda, requests"]
    assert (requests.list_price, requests.after_free) == (Decimal("0.60"), Decimal("0.40"))
    assert bill["CloudWatch, dashboards"].after_free == 0
    assert bill["CloudWatch, alarm metrics"].after_free == Decimal("0.2")
    assert all(0 <= line.after_free <= line.list_price for line in bill.values())


def test_more_visits_are_never_cheaper() -> None:
    costs = [monthly(PROD, visits) for visits in (1, 10, 1_000, 100_000, 10_000_000)]
    assert costs == sorted(costs)
    assert len(set(costs)) == len(costs)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"memory_size": 512}, "Lambda, GB-seconds (arm64)"),
        ({"access_logs": True}, "CloudWatch, logs ingested (GB)"),
        ({"log_retention_days": 365}, "CloudWatch, logs stored (GB)"),
        ({"tracing": True}, "X-Ray, traces"),
        ({"pages": ("/",)}, "DynamoDB, writes"),
        ({"pages": ("/",)}, "DynamoDB, storage (GB)"),
    ],
)
def test_a_setting_that_costs_more_shows_in_its_line(change: dict[str, Any], line: str) -> None:
    before, after = bill_of(PROD, 1_000_000), bill_of(settings(**change), 1_000_000)
    assert after[line].list_price > before[line].list_price
    assert monthly(settings(**change)) > monthly(PROD)


def test_a_visit_of_a_page_is_a_second_write() -> None:
    plain, pages = (month(settings(pages=each), 0, 1_000, ASSUMED) for each in ((), ("/",)))
    items = 1 + ASSUMED.pages.value
    assert plain.writes == 1_000 + 30
    assert pages.writes == 2_000 + 30 * items
    assert pages.reads - plain.reads == 30 * ASSUMED.pages.value / 2


def test_each_day_is_a_whole_copy_of_the_table() -> None:
    name = "AWS Backup, daily backups (GB)"
    pages = settings(pages=("/",))
    bill = Stack("prod", pages, PRICE_LIST, backup_days=365).month(1_000)
    [line] = [line for line in bill if line.name == name]
    # The site and a hundred pages, for ten cents a GB.
    assert line.quantity == Decimal(101 * 1_100 * 365) / 10**9
    assert line.list_price == line.quantity / 10
    assert bill_of(pages, 1_000)[name].list_price == 0


def test_without_days_nothing_is_written_but_visits() -> None:
    usage = month(settings(history_days=0), 0, 1_000, ASSUMED)
    assert usage.writes == 1_000
    assert usage.reads == Decimal(1_000) / 20 / 2


def test_a_read_is_a_request_and_half_a_unit() -> None:
    without, usage = (month(PROD, 0, 1_000, ASSUMED, reads) for reads in (0, 500))
    assert usage.api_requests - without.api_requests == 500
    assert usage.writes == without.writes
    # And the init of one in 20.
    assert usage.reads - without.reads == 250 + 500 / Decimal(40)


def test_a_stack_without_alarms_pays_for_none() -> None:
    bill = bill_of(settings(alarms=False), 1)
    assert bill["CloudWatch, alarm metrics"].list_price == 0


def test_an_alarm_with_a_floor_has_two_metrics() -> None:
    assert alarm_metrics(PROD) == 12


def test_traces_are_sampled() -> None:
    traced = settings(tracing=True)
    assert month(traced, 0, 1_000, ASSUMED).traces == 1_000
    # The first of each second, and one in twenty of the rest.
    seconds = 30 * 86_400
    assert month(traced, 0, seconds + 2_000, ASSUMED).traces == seconds + 100


def test_the_throttle_bounds_a_day_for_each_method_and_path() -> None:
    limits = settings(
        throttle_rate=10, throttle_burst=50, read_throttle_rate=5, read_throttle_burst=20
    )
    day = worst_day(limits, ASSUMED)
    assert day.api_requests == day.lambda_requests == 2 * (864_050 + 4 * 432_020)
    assert day.writes == 864_050
    for changed in ("throttle_rate", "read_throttle_rate"):
        costs = [
            daily(worst_day(dataclasses.replace(limits, **{changed: rate}), ASSUMED))
            for rate in (1, 10, 100)
        ]
        assert costs == sorted(costs)
        assert len(set(costs)) == len(costs)


def test_a_visit_of_a_page_writes_twice_on_the_worst_day_too() -> None:
    limits = settings(throttle_rate=10, throttle_burst=50, pages=("/",), max_writes_per_second=50)
    assert worst_day(limits, ASSUMED).writes == 2 * 864_050


def test_the_caps_bound_what_is_written_and_read_and_the_rest_is_logged() -> None:
    limits = settings(throttle_rate=10, max_writes_per_second=50, max_reads_per_second=500)
    free = worst_day(limits, ASSUMED)
    for cap in ("max_writes_per_second", "max_reads_per_second"):
        day = worst_day(dataclasses.replace(limits, **{cap: 5}), ASSUMED)
        capped = day.writes if cap == "max_writes_per_second" else day.reads
        assert capped == 5 * 86_400
        assert day.log_gb > free.log_gb


def test_only_with_an_access_log_does_a_refused_request_write_anything() -> None:
    assert refused_day(settings(access_logs=False), ASSUMED).log_gb == 0
    logged = refused_day(settings(access_logs=True), ASSUMED)
    assert logged.log_gb == Decimal("302.4")
    assert logged.api_requests == 0


def test_unknown_paths_are_bounded_by_the_account_alone() -> None:
    assert unknown_paths_day(ASSUMED).api_requests == 10_000 * 86_400


def test_a_line_of_the_access_log_is_no_longer_than_assumed() -> None:
    longest = {"requestId": 36, "requestTimeEpoch": 13, "resourcePath": 24, "responseType": 28}
    line = re.sub(
        r"\$context\.(?:\w+\.)*(\w+)",
        lambda match: "x" * longest.get(match[1], 7),
        ACCESS_LOG_FORMAT,
    )
    assert len(line) + 26 <= ASSUMED.access_log_bytes.value


def test_cents_are_rounded_as_on_a_bill() -> None:
    assert dollars(Decimal("1234.565")) == "$1,234.57"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("prices", "writes"), None),
        (("prices", "writes", "usd"), "-1"),
        (("prices", "writes", "per"), "0"),
        (("prices", "writes", "source"), "a colleague"),
        (("prices", "coffee"), {}),
        (("assumptions", "visitMilliseconds"), None),
    ],
)
def test_a_price_list_with_a_mistake_is_refused(
    tmp_path: Path, path: tuple[str, ...], value: object
) -> None:
    document: Any = yaml.safe_load(PRICES.read_text())
    parent = document
    for key in path[:-1]:
        parent = parent[key]
    if value is None:
        del parent[path[-1]]
    else:
        parent[path[-1]] = value
    file = tmp_path / "prices.yaml"
    file.write_text(yaml.safe_dump(document))
    with pytest.raises(ValidationError, match=path[-1]):
        read_prices(file)


def test_the_page_shows_what_the_command_computes() -> None:
    _, shown = PAGE.read_text().split(BEGIN)
    shown, _ = shown.split(END)
    written = page_tables(Stack("prod", PROD, PRICE_LIST))
    assert shown == written, "run: make cost-page"


@dataclass(frozen=True)
class Cost:
    """The command, in a project with the tests' stack files."""

    capture: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str) -> tuple[int, str, str]:
        """Return its exit code, its output and its errors."""
        try:
            exit_code = main(["cost", *arguments])
        except SystemExit as end:
            exit_code = int(end.code or 0)
        printed = self.capture.readouterr()
        return exit_code, printed.out, printed.err


@pytest.fixture
def cost(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cost:
    for read in (read_stack, read_backup_days):
        monkeypatch.setattr(read, "__defaults__", (project_copy(),))
    return Cost(capsys)


def with_account(folder: Path, settings: dict[str, object]) -> Path:
    """Write the account's project with its defaults, and a stack file."""
    account = folder / "account"
    account.mkdir()
    shutil.copy(project_copy() / "account/Pulumi.yaml", account)
    config = {f"{ACCOUNT_NAME}:{key}": value for key, value in settings.items()}
    (account / "Pulumi.account.yaml").write_text(yaml.safe_dump({"config": config}))
    return folder


def test_the_backup_of_a_protected_stack_is_on_its_bill(tmp_path: Path) -> None:
    assert read_backup_days("prod", project_copy()) == 0
    folder = with_account(tmp_path, {"backupDays": "90"})
    assert read_backup_days("prod", folder) == 90
    assert read_backup_days("staging", folder) == 0


def test_without_the_accounts_program_there_is_no_backup(tmp_path: Path) -> None:
    assert read_backup_days("prod", tmp_path) == 0


def test_a_wrong_setting_of_the_account_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"backupDays is .* whole number from 0"):
        read_backup_days("prod", with_account(tmp_path, {"backupDays": "forever"}))


def test_the_command_bills_the_stack_and_the_visits_that_it_is_told(cost: Cost) -> None:
    exit_code, printed, errors = cost("staging", "--visits", "20000", "--reads", "10000")
    assert (exit_code, errors) == (0, "")
    assert printed.startswith("| staging, 20,000 visits and 10,000 reads a month |")
    assert "| API Gateway, requests | 30,000 | $0.11 | $0.11 |" in printed
    assert "| AWS Backup, daily backups (GB) | 0 | $0.00 | $0.00 |" in printed


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "Stacks with a file: prod, staging"),
        (["prod", "--visits", "many"], "VISITS is 'many'. It must be a whole number from 1"),
        (["prod", "--visits", "0"], "VISITS is '0'. It must be a whole number from 1"),
        (["prod", "--reads", "few"], "READS is 'few'. It must be a whole number from 0"),
        (["prod", "--visits", "-5"], "VISITS is '-5'. It must be a whole number from 1"),
    ],
)
def test_a_mistake_is_named_in_a_line(cost: Cost, arguments: list[str], message: str) -> None:
    exit_code, printed, errors = cost(*arguments)
    assert exit_code in {1, 2}
    assert printed == ""
    assert message in errors
