"""Removing the personal data of one address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Table, Text, cast, func, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from dsnparse.store.address.privacy import remove_addresses
from dsnparse.store.changes.state import ACTIVE
from dsnparse.store.policy.terms import Terms
from dsnparse.store.removal.retention import overwrite_removed, remove_rows, row_ids
from dsnparse.store.sql.dialect import chunks
from dsnparse.store.sql.schema import addresses, alerts, journal, messages, outbox, records, suppressions


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
    overwrite_removed(connection)
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
    removed = remove_rows(connection, records, mine)
    _scrub(connection, numbers, tuple(sorted(spellings)))
    lines = row_ids(connection, journal, journal.c.address_id == row.id, limit=None)
    for ids in chunks(lines):
        remove_rows(connection, outbox, outbox.c.journal_id.in_(ids))
        remove_rows(connection, journal, journal.c.id.in_(ids))
    if keep_suppression and row.status != ACTIVE:
        connection.execute(update(addresses).where(addresses.c.id == row.id).values(detail=None))
        connection.execute(
            update(suppressions).where(suppressions.c.address_id == row.id).values(detail=None, note="")
        )
    else:
        remove_rows(connection, suppressions, suppressions.c.address_id == row.id)
        remove_rows(connection, addresses, addresses.c.id == row.id)
    return Forgotten(True, row.status, len(numbers), removed, len(lines))


def _scrub(connection: Connection, numbers: Sequence[int], names: tuple[str, ...]) -> None:
    """Take the address out of what stays: the messages themselves, and what they left with others."""
    _replace(connection, alerts, ("diagnostic",), alerts.c.id.is_not(None), names)
    _replace(connection, journal, ("detail",), journal.c.address_id.is_(None), names)
    _replace(connection, outbox, ("payload",), outbox.c.id.is_not(None), names)
    for ids in chunks(numbers):
        bare = {"original": None, "evidence": None, "warnings": None, "extra": None}
        connection.execute(update(messages).where(messages.c.id.in_(ids)).values(bare))
        mine = records.c.message_id.in_(ids)
        _replace(connection, records, ("diagnostic", "evidence", "extra"), mine, names)
        others = select(records.c.address_id).where(mine)
        _replace(connection, addresses, ("detail",), addresses.c.id.in_(others), names)
        _replace(connection, suppressions, ("detail", "note"), suppressions.c.address_id.in_(others), names)
        _replace(connection, journal, ("detail",), journal.c.address_id.in_(others), names)


def _replace(
    connection: Connection,
    table: Table,
    columns: tuple[str, ...],
    condition: ColumnElement[bool],
    names: tuple[str, ...],
) -> None:
    """In the rows that mention one of `names` in one of `columns`."""
    (number,) = table.primary_key.columns
    mentions = [
        func.lower(cast(table.c[column], Text)).contains(name.lower(), autoescape=True)
        for column in columns
        for name in names
    ]
    wanted: list[Column[Any]] = [number, *(table.c[column] for column in columns)]
    for row in connection.execute(select(*wanted).where(condition, or_(*mentions))).all():
        values = {column: _without(getattr(row, column), names) for column in columns}
        connection.execute(update(table).where(number == row[0]).values(values))


def _without(value: Any, names: tuple[str, ...]) -> Any:
    if isinstance(value, str):
        folded = value.lower()
        return remove_addresses(value, names) if any(name.lower() in folded for name in names) else value
    if isinstance(value, list):
        return [_without(item, names) for item in value]
    if isinstance(value, dict):
        return {name: _without(item, names) for name, item in value.items()}
    return value
