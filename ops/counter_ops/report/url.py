"""Reads the visits of a counter by its URL, as everybody can."""

import argparse
from collections.abc import Sequence
from datetime import date
from http import HTTPStatus
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

import requests
from pydantic import BaseModel, Field, ValidationError

from counter_ops.errors import UserError
from counter_ops.report.visits import Day, Visits

_SECONDS = 30

# As api/openapi.yaml has it.
_Count = Annotated[int, Field(strict=True, ge=0, le=2**53 - 1)]


class _Current(BaseModel):
    count: _Count


class _Day(BaseModel):
    day: date
    count: _Count


class _History(BaseModel):
    days: Annotated[Sequence[_Day], Field(max_length=30)]


_Answer = TypeVar("_Answer", _Current, _History)


def counter_url(text: str) -> str:
    """Check the URL that counts visits, and return it without a slash at its end."""
    try:
        parts = urlsplit(text)
        is_url = parts.scheme in {"http", "https"} and parts.hostname
    except ValueError:
        is_url = False
    if not is_url or "?" in text or "#" in text:
        message = f"{text!r} isn't a counter's URL. Use one such as https://…/visitorcount"
        raise argparse.ArgumentTypeError(message)
    return text.rstrip("/")


def read_url(url: str) -> Visits:
    """Read the visits of a counter.

    Raises:
        UserError: the URL can't be reached, or isn't that of a counter.

    """
    history = _get(f"{url}/history", _History)
    return Visits(
        source=url,
        total=_get(f"{url}/current", _Current).count,
        days=[Day(each.day, each.count) for each in history.days],
        pages=None,
    )


def _get(url: str, answer: type[_Answer]) -> _Answer:
    try:
        response = requests.get(url, timeout=_SECONDS)
    except (requests.RequestException, ValueError) as error:
        message = f"{url} can't be reached: {error}"
        raise UserError(message) from error
    status = response.status_code
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        message = f"{url} can't answer now: its status is {status}. Try again in a minute"
        raise UserError(message)
    try:
        if status == HTTPStatus.OK:
            return answer.model_validate_json(response.content)
        reason = f"its status is {status}"
    except ValidationError:
        reason = "its answer has another form"
    message = (
        f"{url} isn't that of a counter: {reason}. Use the URL that counts visits, such as "
        "https://…/visitorcount. Version 0.1.0 can't be read by its URL"
    )
    raise UserError(message)
