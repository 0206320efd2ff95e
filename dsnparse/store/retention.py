"""Forgetting: what is old, and what concerns one address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, and_, delete, exists, not_, select, update
from sqlalchemy.sql.elements import ColumnElement

from dsnparse.store.dialect import chunks
from dsnparse.store.past import Past
from dsnparse.store.privacy import remove_addresses
from dsnparse.store.schema import addresses, alerts, journal, messages, outbox, records, suppressions
from dsnparse.store.state import ACTIVE, What
from dsnparse.store.terms import Terms

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
    wipe(connection)
    old_message = and_(
        messages.c.seen_at < before,
        not_(exists().where(records.c.message_id == messages.c.id, records.c.happened_at >= before)),
    )
    gone = _ids(connection, messages, old_message)
    removed_records = sum(_remove(connection, records, records.c.message_id.in_(ids)) for ids in chunks(gone))
    removed_messages = sum(_remove(connection, messages, messages.c.id.in_(ids)) for ids in chunks(gone))
    old_lines = _ids(connection, journal, journal.c.written_at < before)
    undelivered = sum(_remove(connection, outbox, outbox.c.journal_id.in_(ids)) for ids in chunks(old_lines))
    lines = sum(_remove(connection, journal, journal.c.id.in_(ids)) for ids in chunks(old_lines))
    old_alerts = _remove(connection, alerts, alerts.c.last_at < before)
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
    return sum(_remove(connection, addresses, addresses.c.id.in_(ids)) for ids in chunks(idle))


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was known of an address that is forgotten."""

    known: bool = False
    status: str = ACTIVE
    messages: int = 0
    records: int = 0
    journal: int = 0


def forget(connection: Connection, terms: Terms, address: str, *, keep_suppression: bool) -> Forgotten:
    """Remove all that concerns one address. The identities of its messages stay: they name nobody, and keep
    the same messages from being counted again.

    `keep_suppression`: an address that is suppressed keeps its row and its place on the list, and nothing
    else; otherwise it may be mailed again.
    """
    wipe(connection)
    key = terms.privacy.stored(terms.policy.addresses.key(address))
    row = connection.execute(
        select(addresses.c.id, addresses.c.address, addresses.c.status)
        .where(addresses.c.key == key)
        .with_for_update()
    ).first()
    if row is None:
        return Forgotten()
    mine = records.c.address_id == row.id
    numbers = list(connection.execute(select(records.c.message_id).where(mine).distinct()).scalars())
    spellings: set[str] = set()
    for column in (records.c.recipient, records.c.original_recipient, records.c.actual_recipient):
        spellings.update(filter(None, connection.execute(select(column).where(mine)).scalars()))
    spellings.update((address, row.address))
    removed = _remove(connection, records, mine)
    for ids in chunks(numbers):
        _clean_messages(connection, list(ids), tuple(sorted(spellings)))
    lines = _ids(connection, journal, journal.c.address_id == row.id, limit=None)
    for ids in chunks(lines):
        _remove(connection, outbox, outbox.c.journal_id.in_(ids))
        _remove(connection, journal, journal.c.id.in_(ids))
    if keep_suppression and row.status != ACTIVE:
        connection.execute(update(addresses).where(addresses.c.id == row.id).values(detail=None))
        connection.execute(
            update(suppressions).where(suppressions.c.address_id == row.id).values(detail=None, note="")
        )
    else:
        _remove(connection, suppressions, suppressions.c.address_id == row.id)
        _remove(connection, addresses, addresses.c.id == row.id)
    return Forgotten(True, row.status, len(numbers), removed, len(lines))


def wipe(connection: Connection) -> None:
    """Let SQLite overwrite what is removed, for this connection."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")


def _clean_messages(connection: Connection, ids: list[int], names: tuple[str, ...]) -> None:
    """Take the returned message's fields and the address itself out of what is left of these messages."""
    connection.execute(
        update(messages)
        .where(messages.c.id.in_(ids))
        .values(original=None, evidence=None, warnings=None, extra=None)
    )
    others = connection.execute(
        select(records.c.id, records.c.diagnostic, records.c.evidence, records.c.extra).where(
            records.c.message_id.in_(ids)
        )
    ).all()
    for row in others:
        values = {
            "diagnostic": _without(row.diagnostic, names),
            "evidence": _without(row.evidence, names),
            "extra": _without(row.extra, names),
        }
        connection.execute(update(records).where(records.c.id == row.id).values(values))


def _without(value: Any, names: tuple[str, ...]) -> Any:
    if isinstance(value, str):
        folded = value.lower()
        return remove_addresses(value, names) if any(name.lower() in folded for name in names) else value
    if isinstance(value, list):
        return [_without(item, names) for item in value]
    if isinstance(value, dict):
        return {name: _without(item, names) for name, item in value.items()}
    return value


def _ids(
    connection: Connection, table: Table, condition: ColumnElement[bool], limit: int | None = ROWS_AT_ONCE
) -> list[int]:
    return list(
        connection.execute(select(table.c.id).where(condition).order_by(table.c.id).limit(limit)).scalars()
    )


def _remove(connection: Connection, table: Table, condition: ColumnElement[bool]) -> int:
    return connection.execute(delete(table).where(condition)).rowcount
