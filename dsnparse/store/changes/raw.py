"""The rows of messages that are kept themselves: see `kept.py`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select

from dsnparse.store.changes.kept import Raw, RawBounds
from dsnparse.store.sql.dialect import chunks, insert
from dsnparse.store.sql.schema import raw_messages
from dsnparse.trust.envelope import Envelope

#: Rows that are removed in one transaction.
_AT_ONCE = 5_000


def write_raw(connection: Connection, items: Sequence[tuple[str, Raw]], now: datetime) -> None:
    """Write messages by their identities, inside the caller's transaction."""
    if not items:
        return
    rows = [
        {
            "digest": digest,
            "kept_at": now,
            "bytes": len(raw.packed),
            "packed": raw.packed,
            "arrived": raw.arrived,
            "envelope": _envelope_row(raw.envelope),
        }
        for digest, raw in items
    ]
    connection.execute(insert(connection, raw_messages).on_conflict_do_nothing(), rows)


def read_raw(row: Any) -> Raw:
    """A message from its row."""
    found: dict[str, Any] | None = row.envelope
    envelope = None
    if found is not None:
        arrived = found.get("arrived")
        envelope = Envelope(
            found.get("mail_from"),
            tuple(found.get("rcpt_to", ())),
            found.get("remote_host"),
            datetime.fromisoformat(arrived) if arrived else None,
        )
    return Raw(bytes(row.packed), row.arrived, envelope)


def trim_raw(connection: Connection, bounds: RawBounds, now: datetime) -> int:
    """Remove those that are too old, then the oldest beyond the size; at most some thousand, and how many."""
    table = raw_messages
    old = select(table.c.digest).where(table.c.kept_at < now - bounds.age).limit(_AT_ONCE)
    gone = list(connection.execute(old).scalars())
    if not gone and _size(connection) > bounds.size:
        newest_first = func.sum(table.c.bytes).over(order_by=(table.c.kept_at.desc(), table.c.digest))
        summed = select(table.c.digest, newest_first.label("total")).subquery()
        beyond = select(summed.c.digest).where(summed.c.total > bounds.size).limit(_AT_ONCE)
        gone = list(connection.execute(beyond).scalars())
    return remove_raw(connection, gone)


def remove_raw(connection: Connection, digests: Sequence[str]) -> int:
    """Remove messages by their identities; how many there were."""
    return sum(
        connection.execute(delete(raw_messages).where(raw_messages.c.digest.in_(some))).rowcount
        for some in chunks(digests)
    )


def raw_mentioning(connection: Connection, names: Sequence[str]) -> list[str]:
    """The identities of messages that mention one of these addresses; it reads all that are kept."""
    wanted = [name.lower().encode("utf-8", "replace") for name in names if name]
    found: list[str] = []
    for digests in chunks(list(connection.execute(select(raw_messages.c.digest)).scalars())):
        statement = select(raw_messages).where(raw_messages.c.digest.in_(digests))
        for row in connection.execute(statement):
            if read_raw(row).mentions(wanted):
                found.append(row.digest)  # noqa: PERF401
    return found


def _size(connection: Connection) -> int:
    return int(connection.execute(select(func.coalesce(func.sum(raw_messages.c.bytes), 0))).scalar_one())


def _envelope_row(envelope: Envelope | None) -> dict[str, Any] | None:
    if envelope is None:
        return None
    return {
        "mail_from": envelope.mail_from,
        "rcpt_to": list(envelope.addresses),
        "remote_host": envelope.remote_host,
        "arrived": envelope.arrived.isoformat() if envelope.arrived else None,
    }
