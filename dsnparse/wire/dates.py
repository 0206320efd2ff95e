"""Dates as mail writes them (RFC 5322 section 3.3, and what the world makes of it)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final

_MONTHS: Final = {
    name: number for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)
}
_DATE: Final = re.compile(
    r"(?:[A-Za-z]{3,9},?\s{0,4})?(\d{1,2})[ -]([A-Za-z]{3})[a-z]{0,6}[ -](\d{4})\s{1,4}"
    r"(\d{1,2}):(\d{2})(?::(\d{2}))?\s{0,4}([+-]\d{4}|[A-Z]{1,4})?"
)
_ZONES = {
    "UT": 0,
    "UTC": 0,
    "GMT": 0,
    "Z": 0,
    "EST": -300,
    "EDT": -240,
    "CST": -360,
    "CDT": -300,
    "MST": -420,
}
_ZONES |= {"MDT": -360, "PST": -480, "PDT": -420, "JST": 540, "CET": 60, "CEST": 120, "MSK": 180}


def parse_date(text: str) -> datetime | str:
    """`text` as an aware datetime; the text itself where it cannot be read as one, or names no zone."""
    found = _DATE.match(text)
    if found is None:
        return read_iso(text) or _by_library(text)
    day, month, year, hour, minute, second, zone = found.groups()
    number = _MONTHS.get(month.lower())
    if number is None or zone is None:
        return text
    if zone[0] in "+-":
        offset = int(zone[1:3]) * 60 + int(zone[3:5])
        if zone[0] == "-":
            offset = -offset
    elif zone in _ZONES:
        offset = _ZONES[zone]
    else:
        return text
    try:
        where = _zone(offset) if offset else UTC
        seconds = min(int(second or 0), 59)  # a leap second
        return datetime(int(year), number, int(day), int(hour), int(minute), seconds, tzinfo=where)
    except ValueError:
        return text


@lru_cache(maxsize=64)
def _zone(offset: int) -> timezone:
    return timezone(timedelta(minutes=offset))


def read_iso(text: str) -> datetime | None:
    """A date of ISO 8601 with its zone, as an aware datetime; None for any other text."""
    try:
        date = datetime.fromisoformat(text)
    except ValueError:
        return None
    return date if date.tzinfo is not None else None


def _by_library(text: str) -> datetime | str:
    from email.utils import parsedate_to_datetime

    try:
        date = parsedate_to_datetime(text[:100])
    except (ValueError, TypeError, IndexError, OverflowError):
        return text
    return date if date.tzinfo is not None else text
