"""Prices and assumptions, from prices.yaml."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, HttpUrl
from pydantic.alias_generators import to_camel

PRICES = Path(__file__).parent / "prices.yaml"

# YAML's floats are binary, so 0.1 wouldn't be exactly a tenth.
Exact = Annotated[Decimal, BeforeValidator(str), Field(ge=0)]


class _Strict(BaseModel):
    """A mapping with all of its keys, and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel)


class Price(_Strict):
    """A price of AWS."""

    name: str
    usd: Exact
    per: Annotated[Decimal, BeforeValidator(str), Field(gt=0)]
    """The quantity that costs this amount."""
    free: Exact = Decimal(0)
    """The quantity that is free for the whole account each month."""
    source: HttpUrl


class Prices(_Strict):
    """A price for each quantity in `Usage`."""

    api_requests: Price
    lambda_requests: Price
    lambda_gb_seconds: Price
    writes: Price
    reads: Price
    table_gb: Price
    recovery_gb: Price
    backup_gb: Price
    log_gb: Price
    kept_log_gb: Price
    traces: Price
    alarm_metrics: Price
    dashboards: Price
    sent_gb: Price


class Assumption(_Strict):
    """An estimate of a quantity that isn't known."""

    value: Exact
    why: str


class Assumptions(_Strict):
    """The assumptions about a visit."""

    visit_milliseconds: Assumption
    init_milliseconds: Assumption
    visits_per_init: Assumption
    sent_bytes: Assumption
    access_log_bytes: Assumption
    function_log_bytes: Assumption
    item_bytes: Assumption
    pages: Assumption
    kept_log_share: Assumption
    traced_per_second: Assumption
    traced_share: Assumption
    account_requests_per_second: Assumption


class PriceList(_Strict):
    """The whole file."""

    region: str
    date: date
    """The day on which these were AWS's prices."""
    prices: Prices
    assumptions: Assumptions


def read_prices(path: Path = PRICES) -> PriceList:
    """Read and check the file.

    Raises:
        pydantic.ValidationError: names each key that is missing, unknown or wrong.

    """
    return PriceList.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
