"""When a notice happened, as far as it can be believed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from dsnparse.model import BounceRecord, Report

#: Before this, a date is a clock that was never set.
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)


def claimed_time(record: BounceRecord, report: Report, received: datetime | None) -> datetime | None:
    """When a failure happened, as far as its notice says: its last attempt, else the message's date, else its
    arrival."""
    for value in (record.last_attempt_date, received, report.arrival_date):
        if isinstance(value, datetime):
            value = aware(value)
            if value >= EARLIEST:
                return value
    return None


def happened(claimed: datetime | None, received: datetime | None, now: datetime) -> datetime:
    """The time that a record counts for. `claimed`: see `claimed_time`; `now` where nobody says.

    Nothing happens after `now`, nor after the message was received: a wrong clock elsewhere must not stretch
    a suppression.
    """
    latest = now
    if received is not None and EARLIEST <= received < now:
        latest = received
    return latest if claimed is None else min(claimed, latest)


def believable(time: datetime | None, now: datetime) -> datetime | None:
    """The time in UTC, unless it is from a clock that was never set, or more than a day ahead of ours."""
    if time is None:
        return None
    time = aware(time)
    return time if EARLIEST <= time <= now + timedelta(days=1) else None


def aware(value: datetime) -> datetime:
    """The same time in UTC; one without a zone is taken for UTC."""
    if value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    try:
        return value.astimezone(UTC)
    except OverflowError:  # the first or last day of the calendar
        return value.replace(tzinfo=UTC)


def from_epoch(seconds: float) -> datetime:
    """Seconds of the epoch as a time in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def to_epoch(time: datetime) -> float:
    """Seconds of the epoch, to the millisecond, so that they come back from a database as they were."""
    return round(time.timestamp(), 3)
