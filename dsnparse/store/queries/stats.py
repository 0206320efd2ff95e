"""Counts: by reason, type, provider, domain, day, kind of notice; addresses by state; alerts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dsnparse.store.changes.status import ACTIVE
from dsnparse.store.sql.rows import Rows, time_value

#: What records and messages can be counted by.
BY = ("reason", "type", "provider", "domain", "day", "kind", "authenticity", "state", "alert")


@dataclass(frozen=True, slots=True)
class Count:
    """One line of statistics."""

    #: One of BY.
    by: str
    name: str
    count: int
    #: Of the type or the reason, where that says more: the share of hard, soft, block and undetermined.
    hard: int = 0
    soft: int = 0
    block: int = 0
    undetermined: int = 0

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON types."""
        return {name: getattr(self, name) for name in self.__slots__}


#: What records are counted by, as SQL.
_NAMES = {
    "reason": "r.reason",
    "type": "r.bounce_type",
    "provider": "coalesce(r.provider, 'other')",
    "domain": "a.domain",
}
_DAYS = {
    True: "to_char(timezone('UTC', r.happened_at), 'YYYY-MM-DD')",
    False: "substr(r.happened_at, 1, 10)",
}
_TYPES = ", ".join(
    f"count(*) FILTER (WHERE r.bounce_type = '{kind}')" for kind in ("hard", "soft", "block", "undetermined")
)


def stats(rows: Rows, by: str, *, since: datetime | None, now: datetime, limit: int) -> list[Count]:
    """The most frequent values, most frequent first; days and alerts latest first."""
    match by:
        case "kind":
            return _kinds(rows, since)
        case "authenticity":
            return _authenticity(rows, since)
        case "state":
            return _states(rows, now)
        case "alert":
            return _alerts(rows, since, limit)
        case _ if by in BY:
            return _records(rows, by, since, limit)
    raise ValueError(f"There are no statistics by {by!r}; there are {', '.join(BY)}")


def _records(rows: Rows, by: str, since: datetime | None, limit: int) -> list[Count]:
    """Failures only: the records of bounces."""
    name = _DAYS[rows.postgresql] if by == "day" else _NAMES[by]
    with_address = "JOIN addresses a ON a.id = r.address_id" if by == "domain" else ""
    condition, values = _since("r.happened_at", since, rows)
    # The columns by their numbers: PostgreSQL groups by no name that a column of the tables has, too.
    statement = f"""
        SELECT {name}, count(*), {_TYPES}
        FROM records r JOIN messages m ON m.id = r.message_id {with_address}
        WHERE m.kind = 'bounce' {condition}
        GROUP BY 1 ORDER BY {"1 DESC" if by == "day" else "2 DESC, 1"} LIMIT ?
    """
    return [Count(by, *row) for row in rows.rows(statement, [*values, limit])]


def _kinds(rows: Rows, since: datetime | None) -> list[Count]:
    condition, values = _since("coalesce(received_at, seen_at)", since, rows)
    statement = f"SELECT kind, count(*) FROM messages WHERE 1 = 1 {condition} GROUP BY 1 ORDER BY 2 DESC"
    return [Count("kind", kind, count) for kind, count in rows.rows(statement, values)]


def _authenticity(rows: Rows, since: datetime | None) -> list[Count]:
    """How far bounces are to be believed; those that were read without keys are not counted."""
    condition, values = _since("coalesce(received_at, seen_at)", since, rows)
    verdict = (
        "authenticity ->> 'authenticity'"
        if rows.postgresql
        else "json_extract(authenticity, '$.authenticity')"
    )
    statement = f"""
        SELECT {verdict}, count(*) FROM messages
        WHERE kind = 'bounce' AND {verdict} IS NOT NULL {condition}
        GROUP BY 1 ORDER BY 2 DESC, 1
    """
    return [Count("authenticity", name, count) for name, count in rows.rows(statement, values)]


def _states(rows: Rows, now: datetime) -> list[Count]:
    statement = """
        SELECT status, count(*), count(*) FILTER (WHERE until <= ?)
        FROM addresses GROUP BY 1 ORDER BY 2 DESC, 1
    """
    counts: dict[str, int] = {}
    for status, count, ended in rows.rows(statement, [time_value(now, postgresql=rows.postgresql)]):
        counts[status] = counts.get(status, 0) + count - ended
        if ended:
            counts[ACTIVE] = counts.get(ACTIVE, 0) + ended
    return [Count("state", status, count) for status, count in counts.items() if count]


def _alerts(rows: Rows, since: datetime | None, limit: int) -> list[Count]:
    condition, values = _since("last_at", since, rows)
    statement = f"""
        SELECT day, reason, receiver, sender, count FROM alerts
        WHERE 1 = 1 {condition} ORDER BY day DESC, count DESC, id LIMIT ?
    """
    return [
        Count(
            "alert", f"{day} {reason}: {receiver or 'somebody'} refuses {sender or 'us'}", count, block=count
        )
        for day, reason, receiver, sender, count in rows.rows(statement, [*values, limit])
    ]


def _since(column: str, since: datetime | None, rows: Rows) -> tuple[str, list[Any]]:
    """One condition more, and its value."""
    if since is None:
        return "", []
    return f"AND {column} >= ?", [time_value(since, postgresql=rows.postgresql)]
