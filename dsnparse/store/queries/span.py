"""What a span of time holds besides records: notices by kind, addresses newly suppressed, notices without
recipients; what failed before it; and when the first and the last record happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dsnparse.store.queries.where import Where
from dsnparse.store.sql.rows import Rows, read_time, time_value
from dsnparse.understood import GOOD_NEWS

#: When a message came, as far as that is known.
_CAME = "coalesce(m.received_at, m.seen_at)"


@dataclass(frozen=True, slots=True)
class Suppressed:
    """An address that was newly suppressed."""

    address: str
    reason: str
    at: datetime
    until: datetime | None
    source: str


@dataclass(frozen=True, slots=True)
class Unread:
    """A notice that names no recipient, or mail that is no notice."""

    kind: str
    source: str
    at: datetime


def ends(rows: Rows) -> tuple[datetime, datetime] | None:
    """When the first and the last record happened; None without records."""
    ((first, last),) = rows.rows("SELECT min(happened_at), max(happened_at) FROM records")
    start, end = read_time(first), read_time(last)
    return None if start is None or end is None else (start, end)


def has_records(rows: Rows, since: datetime, until: datetime) -> bool:
    """Whether anything happened in that time."""
    statement = "SELECT 1 FROM records WHERE happened_at >= ? AND happened_at < ? LIMIT 1"
    return bool(list(rows.rows(statement, _times(rows, since, until))))


def failures_before(rows: Rows, until: datetime, where: Where) -> tuple[int, datetime | None]:
    """How many recipients of bounces failed before that time, and when the first of them did."""
    more, given = where.sql(rows)
    good_news = ", ".join(f"'{action}'" for action in GOOD_NEWS)
    ((number, first),) = rows.rows(
        f"""
        SELECT count(*), min(r.happened_at)
        FROM records r JOIN messages m ON m.id = r.message_id LEFT JOIN addresses a ON a.id = r.address_id
        WHERE m.kind = 'bounce' AND coalesce(r.action, '') NOT IN ({good_news}) AND r.happened_at < ? {more}
        """,
        [*_times(rows, until), *given],
    )
    return number, read_time(first)


def kinds(rows: Rows, since: datetime, until: datetime) -> dict[str, int]:
    """How many messages of each kind came."""
    statement = f"SELECT m.kind, count(*) FROM messages m WHERE {_CAME} >= ? AND {_CAME} < ? GROUP BY 1"
    return {kind: count for kind, count in rows.rows(statement, _times(rows, since, until))}  # noqa: C416


def newly_suppressed(
    rows: Rows, since: datetime, until: datetime, limit: int
) -> tuple[int, list[Suppressed]]:
    """How many addresses were suppressed by what happened in that time, and the last of them, latest first.

    Each once, and only those that still are.
    """
    condition = """
        FROM journal j JOIN addresses a ON a.id = j.address_id
        WHERE j.event = 'address.suppressed' AND a.status = 'suppressed'
          AND j.happened_at >= ? AND j.happened_at < ?
    """
    values = _times(rows, since, until)
    ((number,),) = rows.rows(f"SELECT count(DISTINCT a.id) {condition}", values)
    found = rows.rows(
        f"""
        SELECT coalesce(nullif(a.address, ''), a.key), a.reason, max(j.happened_at), a.until, a.source
        {condition}
        GROUP BY a.id, a.key, a.address, a.reason, a.until, a.source ORDER BY 4 DESC, a.id LIMIT ?
        """,
        [*values, limit],
    )
    return number, [
        Suppressed(address, reason, _time(at), read_time(until), source)
        for address, reason, at, until, source in found
    ]


def unread(rows: Rows, since: datetime, until: datetime, limit: int) -> tuple[int, list[Unread]]:
    """How many messages of no kind, and bounces without a recipient, came; and the last of them."""
    condition = f"""
        FROM messages m WHERE (m.kind = 'other' OR (m.kind = 'bounce' AND NOT EXISTS
            (SELECT 1 FROM records r WHERE r.message_id = m.id))) AND {_CAME} >= ? AND {_CAME} < ?
    """
    values = _times(rows, since, until)
    ((number,),) = rows.rows(f"SELECT count(*) {condition}", values)
    found = rows.rows(
        f"SELECT m.kind, m.source, {_CAME} {condition} ORDER BY 3 DESC, m.id DESC LIMIT ?", [*values, limit]
    )
    return number, [Unread(kind, source, _time(at)) for kind, source, at in found]


def _times(rows: Rows, *times: datetime) -> Sequence[Any]:
    return [time_value(time, postgresql=rows.postgresql) for time in times]


def _time(value: Any) -> datetime:
    time = read_time(value)
    assert time is not None
    return time
