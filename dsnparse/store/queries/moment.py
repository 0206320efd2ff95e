"""Moments as an operator writes them: a date, a time, or how long ago."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from dsnparse.store.policy.durations import parse_duration


def read_moment(text: str, now: datetime, *, end: bool = False) -> datetime:
    """A moment in UTC from "2026-11-19", "2026-11-19T06:30", "2026-11-19T06:30+02:00" or "7d" (before `now`).

    A time without a zone is UTC. `end`: the moment ends a span, so that a date means the end of that day.
    Raise ValueError, with a sentence, for anything else.
    """
    text = text.strip()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return _ago(text, now)
    try:
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        is_date = moment.time() == time() and len(text) <= len("2026-11-19")
        return moment + timedelta(days=1) if end and is_date else moment
    except OverflowError:
        raise ValueError(f"{text!r} is beyond the calendar") from None


def _ago(text: str, now: datetime) -> datetime:
    try:
        return now - parse_duration(text)
    except OverflowError:
        raise ValueError(f"{text!r} ago is beyond the calendar") from None
    except ValueError:
        raise ValueError(
            f"{text!r} is no time; write a date (2026-11-19), a time (2026-11-19T06:30) or how long ago "
            "(12h, 7d, 4w)"
        ) from None
