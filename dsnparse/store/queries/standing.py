"""How the store stands: what came last, how much comes, what waits, how large it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dsnparse.store.queries.known import NOT_UNDERSTOOD
from dsnparse.store.queries.stats import stats
from dsnparse.store.sql.rows import Rows, read_time, time_value

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What one hook was not told yet."""

    hook: str
    #: Changes that wait, and since when the oldest of them.
    changes: int
    since: datetime | None
    #: The most attempts that one of them took, and what the hook said last.
    attempts: int
    error: str

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON types."""
        return {
            "hook": self.hook,
            "changes": self.changes,
            "since": self.since.isoformat() if self.since else None,
            "attempts": self.attempts,
            "error": self.error,
        }


@dataclass(frozen=True, slots=True)
class Standing:
    """How a store stands.

    Attributes:
        schema: The version of its tables.
        bytes: What it takes on the disk.
        last_at: When the last message was stored; None when there is none.
        last_source: Where that came from.
        hour: Messages stored within the last hour, and
        day: within the last day, and
        kinds: those by their kind, and
        unknown: how many of those a person should look at (`is_understood`).
        states: How many addresses are in each state.
        waiting: What hooks were not told yet.
    """

    schema: int
    bytes: int
    last_at: datetime | None
    last_source: str
    hour: int
    day: int
    kinds: Mapping[str, int]
    unknown: int
    states: Mapping[str, int]
    waiting: tuple[Waiting, ...]

    @property
    def unknown_share(self) -> float:
        """Which part of the last day's messages was not understood; 0 when there were none."""
        return self.unknown / self.day if self.day else 0.0


def standing(rows: Rows, now: datetime) -> Standing:
    """Ask for it. Takes milliseconds, but for the states: those of a million addresses take half a second."""
    value = time_value(now - DAY, postgresql=rows.postgresql)
    hour = time_value(now - HOUR, postgresql=rows.postgresql)
    last = rows.rows("SELECT seen_at, source FROM messages ORDER BY seen_at DESC LIMIT 1")
    kinds = {
        kind: (count, late, unknown)
        for kind, count, late, unknown in rows.rows(
            f"""
            SELECT m.kind, count(*), count(CASE WHEN m.seen_at >= ? THEN 1 END),
                count(CASE WHEN {NOT_UNDERSTOOD} THEN 1 END)
            FROM messages m WHERE m.seen_at >= ? GROUP BY m.kind
            """,
            [hour, value],
        )
    }
    return Standing(
        schema=int(rows.rows("SELECT value FROM meta WHERE name = 'schema_version'")[0][0]),
        bytes=_size(rows),
        last_at=read_time(last[0][0]) if last else None,
        last_source=last[0][1] if last else "",
        hour=sum(late for _, late, _ in kinds.values()),
        day=sum(count for count, _, _ in kinds.values()),
        kinds={kind: count for kind, (count, _, _) in sorted(kinds.items())},
        unknown=sum(unknown for _, _, unknown in kinds.values()),
        states={one.name: one.count for one in stats(rows, "state", since=None, now=now, limit=10)},
        waiting=_waiting(rows),
    )


def _size(rows: Rows) -> int:
    if rows.postgresql:
        return int(rows.rows("SELECT pg_database_size(current_database())")[0][0])
    pages, size = (rows.rows(f"PRAGMA {name}")[0][0] for name in ("page_count", "page_size"))
    return int(pages) * int(size)


def _waiting(rows: Rows) -> tuple[Waiting, ...]:
    statement = """
        SELECT o.target, count(*), min(j.written_at), max(o.attempts),
            (SELECT e.error FROM outbox e WHERE e.target = o.target AND e.error <> ''
             ORDER BY e.attempts DESC, e.id LIMIT 1)
        FROM outbox o JOIN journal j ON j.id = o.journal_id GROUP BY o.target ORDER BY o.target
    """
    return tuple(
        Waiting(target, count, read_time(since), attempts, error or "")
        for target, count, since, attempts, error in rows.rows(statement)
    )
