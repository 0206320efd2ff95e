"""Removing the personal data of one address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Table, Text, cast, func, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from dsnparse.store.address.given import read_address
from dsnparse.store.address.privacy import remove_addresses
from dsnparse.store.changes.address_rows import SELECT, addresses_of, load_past
from dsnparse.store.changes.raw import raw_mentioning, remove_raw
from dsnparse.store.changes.status import ACTIVE
from dsnparse.store.policy.terms import Terms
from dsnparse.store.removal.retention import overwrite_removed, remove_rows, row_ids
from dsnparse.store.sql.dialect import chunks
from dsnparse.store.sql.schema import addresses, alerts, journal, messages, outbox, records


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was known of an address that is forgotten."""

    known: bool = False
    status: str = ACTIVE
    messages: int = 0
    records: int = 0
    journal: int = 0


def forget(connection: Connection, terms: Terms, address: str, *, keep_suppression: bool) -> Forgotten:
    """Remove all that concerns one address, or a whole domain's place on the list.

    The identities of its messages stay: they name nobody, and keep the same messages from being counted
    again.

    `keep_suppression`: an address that is suppressed keeps its row and its place on the list, and nothing
    else; otherwise it may be mailed again.
    """
    overwrite_removed(connection)
    given = read_address(address)
    keys = terms.policy.addresses.keys(given)
    gone = [_forget(connection, terms.privacy.stored(key), given, keep=keep_suppression) for key in keys]
    return next((one for one in gone if one.known), gone[0])


def _forget(connection: Connection, key: str, given: str, *, keep: bool) -> Forgotten:
    row = connection.execute(SELECT.where(addresses.c.key == key).with_for_update()).first()
    if row is None:
        remove_raw(connection, raw_mentioning(connection, [given]))
        return Forgotten()
    mine = records.c.address_id == row.id
    # Another address refused what this one was mailed: that record stays, and does not name this one.
    another = records.c.mailed_id == row.id
    numbers = list(
        connection.execute(select(records.c.message_id).where(or_(mine, another)).distinct()).scalars()
    )
    spellings = {given, row.address or row.key}
    for column in (records.c.recipient, records.c.original_recipient, records.c.actual_recipient):
        spellings.update(filter(None, connection.execute(select(column).where(mine)).scalars()))
    named = select(records.c.original_recipient).where(another)
    spellings.update(filter(None, connection.execute(named).scalars()))
    for ids in chunks(numbers):
        digests = connection.execute(select(messages.c.digest).where(messages.c.id.in_(ids))).scalars()
        remove_raw(connection, list(digests))
    remove_raw(connection, raw_mentioning(connection, sorted(spellings)))
    others = addresses_of(connection, numbers)
    removed = remove_rows(connection, records, mine)
    connection.execute(update(records).where(another).values(mailed_id=None, original_recipient=None))
    _scrub(connection, numbers, others, tuple(sorted(spellings)))
    lines = row_ids(connection, journal, journal.c.address_id == row.id, limit=None)
    for ids in chunks(lines):
        remove_rows(connection, outbox, outbox.c.journal_id.in_(ids))
        remove_rows(connection, journal, journal.c.id.in_(ids))
    if keep and row.status != ACTIVE:
        bare = {"detail": None, "note": "", "past": load_past(row).dump()}
        connection.execute(update(addresses).where(addresses.c.id == row.id).values(bare))
    else:
        remove_rows(connection, addresses, addresses.c.id == row.id)
    return Forgotten(True, row.status, len(numbers), removed, len(lines))


def _scrub(
    connection: Connection, numbers: Sequence[int], others: Sequence[int], names: tuple[str, ...]
) -> None:
    """Take the address out of what stays: the messages themselves, and what they left with others."""
    _replace(connection, alerts, ("diagnostic",), alerts.c.id.is_not(None), names)
    _replace(connection, journal, ("detail",), journal.c.address_id.is_(None), names)
    _replace(connection, outbox, ("payload",), outbox.c.id.is_not(None), names)
    for ids in chunks(numbers):
        bare = {"original": None, "evidence": None, "warnings": None, "extra": None}
        connection.execute(update(messages).where(messages.c.id.in_(ids)).values(bare))
        mine = records.c.message_id.in_(ids)
        _replace(connection, records, ("diagnostic", "evidence", "extra"), mine, names)
    for ids in chunks(others):
        _replace(connection, addresses, ("detail", "note"), addresses.c.id.in_(ids), names)
        _replace(connection, journal, ("detail",), journal.c.address_id.in_(ids), names)


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
