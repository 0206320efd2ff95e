"""Removing what is old, in small steps, and keeping the states."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Table, and_, delete, exists, not_, select
from sqlalchemy.sql.elements import ColumnElement

from dsnparse.store.changes.past_events import Past
from dsnparse.store.changes.raw import remove_raw
from dsnparse.store.changes.state import What
from dsnparse.store.changes.status import ACTIVE
from dsnparse.store.sql.dialect import chunks
from dsnparse.store.sql.schema import addresses, alerts, journal, messages, outbox, records

#: Rows in one transaction: a prune of millions must not keep the others waiting.
ROWS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Pruned:
    """How many rows went."""

    messages: int = 0
    records: int = 0
    journal: int = 0
    #: Messages to hooks that were never delivered.
    undelivered: int = 0
    alerts: int = 0
    #: Addresses against which nothing is held, and of which nothing is left.
    addresses: int = 0

    def __add__(self, other: Pruned) -> Pruned:
        return Pruned(
            self.messages + other.messages,
            self.records + other.records,
            self.journal + other.journal,
            self.undelivered + other.undelivered,
            self.alerts + other.alerts,
            self.addresses + other.addresses,
        )

    @property
    def total(self) -> int:
        """All of them."""
        return self.messages + self.records + self.journal + self.undelivered + self.alerts + self.addresses


def prune_some(connection: Connection, before: datetime) -> Pruned:
    """Remove up to `ROWS_AT_ONCE` rows of each table from before this time; states stay.

    A message goes when all of it is old: seen before, and no record younger. Call it until nothing went.
    """
    overwrite_removed(connection)
    old_message = and_(
        messages.c.seen_at < before,
        not_(exists().where(records.c.message_id == messages.c.id, records.c.happened_at >= before)),
    )
    gone = row_ids(connection, messages, old_message)
    removed_records = sum(
        remove_rows(connection, records, records.c.message_id.in_(ids)) for ids in chunks(gone)
    )
    for some in chunks(gone):
        statement = select(messages.c.digest).where(messages.c.id.in_(some))
        remove_raw(connection, list(connection.execute(statement).scalars()))
    removed_messages = sum(remove_rows(connection, messages, messages.c.id.in_(ids)) for ids in chunks(gone))
    old_lines = row_ids(connection, journal, journal.c.written_at < before)
    undelivered = sum(
        remove_rows(connection, outbox, outbox.c.journal_id.in_(ids)) for ids in chunks(old_lines)
    )
    lines = sum(remove_rows(connection, journal, journal.c.id.in_(ids)) for ids in chunks(old_lines))
    old_alerts = remove_rows(connection, alerts, alerts.c.last_at < before)
    return Pruned(
        removed_messages, removed_records, lines, undelivered, old_alerts, _idle(connection, before)
    )


def _idle(connection: Connection, before: datetime) -> int:
    """Remove addresses against which nothing is held, that were quiet, and of which no record is left."""
    rows = connection.execute(
        select(addresses.c.id, addresses.c.past)
        .where(
            addresses.c.status == ACTIVE,
            (addresses.c.last_at.is_(None)) | (addresses.c.last_at < before),
            not_(exists().where(records.c.address_id == addresses.c.id)),
            not_(exists().where(records.c.mailed_id == addresses.c.id)),
            not_(exists().where(journal.c.address_id == addresses.c.id)),
        )
        .limit(ROWS_AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    idle = []
    for row in rows:
        # Lifted by hand: if an old message were read again, that must still hold.
        past = Past.load(row.past)
        if not past.base.lifted and all(event.what is not What.LIFTED for event in past.events):
            idle.append(row.id)
    return sum(remove_rows(connection, addresses, addresses.c.id.in_(ids)) for ids in chunks(idle))


def row_ids(
    connection: Connection, table: Table, condition: ColumnElement[bool], limit: int | None = ROWS_AT_ONCE
) -> list[int]:
    return list(
        connection.execute(select(table.c.id).where(condition).order_by(table.c.id).limit(limit)).scalars()
    )


def remove_rows(connection: Connection, table: Table, condition: ColumnElement[bool]) -> int:
    return connection.execute(delete(table).where(condition)).rowcount


def overwrite_removed(connection: Connection) -> None:
    """Let SQLite overwrite what is removed, for this connection."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")
