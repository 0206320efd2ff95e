"""Times as accounting files have them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dsnparse.read.logs.line import Clock


def time_of(value: Any, clock: Clock) -> datetime | None:
    """Seconds since 1970, or an ISO date; None for others. `clock`: gives the zone that is not named."""
    text = str(value).strip()
    try:
        if text.replace(".", "", 1).isdigit():
            return datetime.fromtimestamp(float(text), UTC)
        return clock.aware(datetime.fromisoformat(text))
    except (ValueError, OverflowError, OSError):
        return None
