"""The messages that a person should look at, and those that are kept themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, text

from dsnparse.store.changes.kept import Raw
from dsnparse.store.changes.raw import read_raw
from dsnparse.store.queries.known import DOUBTFUL, NOT_UNDERSTOOD
from dsnparse.store.sql.database import Database
from dsnparse.store.sql.rows import Rows, read_time, time_value
from dsnparse.store.sql.schema import messages, raw_messages

#: Hexadecimal digits of an identity that are enough to ask for a message.
SHORTEST = 6
#: Kept messages in memory at once: some hundred megabytes at most.
_KEPT_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Unknown:
    """One message that is not understood."""

    digest: str
    seen_at: datetime | None
    source: str
    kind: str
    format: str | None
    #: "ordinary mail", "no recipient", "no reason", or "unsure of the reason".
    why: str
    #: The recipient, the reason and the reply of the first record that is in doubt.
    recipient: str | None
    reason: str | None
    diagnostic: str | None
    #: Whether the message itself is kept.
    kept: bool

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON types."""
        found = {name: getattr(self, name) for name in self.__slots__}
        found["seen_at"] = self.seen_at.isoformat() if self.seen_at else None
        return found


@dataclass(frozen=True, slots=True)
class Kept:
    """A message that is kept, and what the store says of it."""

    digest: str
    source: str
    seen_at: datetime
    #: What its mailbox or its header said of when it came.
    received: datetime | None
    kind: str
    raw: Raw


def find_unknown(rows: Rows, *, since: datetime | None, limit: int) -> list[Unknown]:
    """The latest of them first."""
    condition, values = "", []
    if since is not None:
        condition, values = "m.seen_at >= ? AND", [time_value(since, postgresql=rows.postgresql)]
    first = (
        f"(SELECT r.{{}} FROM records r WHERE r.message_id = m.id AND {DOUBTFUL} ORDER BY r.position LIMIT 1)"
    )
    found = rows.rows(
        f"""
        SELECT m.digest, m.seen_at, m.source, m.kind, m.format, {first.format("recipient")},
            {first.format("reason")}, {first.format("diagnostic")},
            (SELECT count(*) FROM raw_messages k WHERE k.digest = m.digest)
        FROM messages m WHERE {condition} {NOT_UNDERSTOOD} ORDER BY m.seen_at DESC, m.id DESC LIMIT ?
        """,
        [*values, limit],
    )
    return [
        Unknown(
            digest,
            read_time(at),
            source,
            kind,
            form,
            _why(kind, reason),
            recipient,
            reason,
            said,
            bool(kept),
        )
        for digest, at, source, kind, form, recipient, reason, said, kept in found
    ]


def find_digests(rows: Rows, start: str, limit: int = 10) -> list[str]:
    """The identities of messages that begin so; `start` is at least `SHORTEST` hexadecimal digits."""
    end = start[:-1] + chr(ord(start[-1]) + 1)
    statement = "SELECT digest FROM messages WHERE digest >= ? AND digest < ? ORDER BY digest LIMIT ?"
    return [digest for (digest,) in rows.rows(statement, [start, end, limit])]


def find_kept(
    database: Database, *, since: datetime | None, digests: Sequence[str] | None, unknown: bool
) -> Iterator[Kept]:
    """The messages that are kept, some at a time: all, or these, or those that a person should look at."""
    after, wanted = "", None if digests is None else list(digests)
    while True:
        with database.read() as connection:
            some = _kept_after(
                connection, after, since=since, digests=wanted, unknown=unknown, limit=_KEPT_AT_ONCE
            )
        if not some:
            return
        yield from some
        after = some[-1].digest


def _kept_after(
    connection: Connection,
    after: str,
    *,
    since: datetime | None,
    digests: list[str] | None,
    unknown: bool,
    limit: int,
) -> list[Kept]:
    """Some of the messages that are kept, in the order of their identities, beyond `after`.

    `unknown`: only those that a person should look at.
    """
    m = messages.alias("m")
    statement = (
        select(raw_messages, m.c.source, m.c.seen_at, m.c.received_at, m.c.kind)
        .join(m, m.c.digest == raw_messages.c.digest)
        .where(raw_messages.c.digest > after)
        .order_by(raw_messages.c.digest)
        .limit(limit)
    )
    if unknown:
        statement = statement.where(text(NOT_UNDERSTOOD))
    if since is not None:
        statement = statement.where(m.c.seen_at >= since)
    if digests is not None:
        statement = statement.where(raw_messages.c.digest.in_(digests))
    return [
        Kept(row.digest, row.source, row.seen_at, row.received_at, row.kind, read_raw(row))
        for row in connection.execute(statement)
    ]


def message_of(connection: Connection, digest: str) -> Iterator[dict[str, Any]]:
    """What the store has of a message: its row, then those of its records, without numbers."""
    from dsnparse.store.sql.schema import records

    row = connection.execute(select(messages).where(messages.c.digest == digest)).mappings().first()
    if row is None:
        return
    yield {name: value for name, value in row.items() if name != "id" and value is not None}
    statement = select(records).where(records.c.message_id == row["id"]).order_by(records.c.position)
    hidden = ("id", "message_id", "address_id", "mailed_id", "position")
    for record in connection.execute(statement).mappings():
        yield {name: value for name, value in record.items() if name not in hidden and value is not None}


def _why(kind: str, reason: str | None) -> str:
    if kind == "other":
        return "ordinary mail"
    if reason is None:
        return "no recipient"
    return "no reason" if reason == "undefined" else "unsure of the reason"
