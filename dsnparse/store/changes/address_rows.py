"""An address with its state, as it is read from the database and written back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from operator import attrgetter
from typing import Any

from sqlalchemy import Connection, select

from dsnparse.store.changes.past_events import LISTED, Past
from dsnparse.store.changes.state import Event, State, What
from dsnparse.store.changes.status import ACTIVE, SUPPRESSED
from dsnparse.store.changes.times import from_epoch, to_epoch
from dsnparse.store.sql.bulk import insert_new, insert_values, next_ids, update_values
from dsnparse.store.sql.dialect import chunks
from dsnparse.store.sql.rows import json_value, time_value
from dsnparse.store.sql.schema import addresses, records


@dataclass(slots=True)
class Entry:
    """One address: its row, its past, and what is to be written of it."""

    id: int
    key: str
    address: str
    domain: str
    past: Past
    state: State
    detail: dict[str, Any]
    by: str = ""
    note: str = ""
    touched: bool = False
    #: Whether its row is yet to be made.
    new: bool = False
    #: Whether its only change, onto the list, has no line in the journal yet.
    unwritten: bool = False


SELECT = select(
    addresses.c.id,
    addresses.c.key,
    addresses.c.address,
    addresses.c.domain,
    addresses.c.status,
    addresses.c.reason,
    addresses.c.since,
    addresses.c.until,
    addresses.c.source,
    addresses.c.past,
    addresses.c.detail,
    addresses.c.by_whom,
    addresses.c.note,
)


def load_past(row: Any) -> Past:
    """What an address has been through, from its row."""
    return Past(events=[listing(row)]) if row.past == LISTED else Past.load(row.past)


def listing(row: Any) -> Event:
    """The event of a row that says no more than that the address was put on the list."""
    until = None if row.until is None else to_epoch(row.until)
    return added(row.reason, to_epoch(row.since), until, row.source)


def added(reason: str, at: float, until: float | None, source: str) -> Event:
    """Somebody put an address on the list."""
    return Event(at, f"{source}:{reason}:{at:.3f}", What.ADDED, reason, until=until, source=source)


def shown_state(row: Any, folded: State) -> State:
    """The state as the database shows it, which another policy than today's may have made."""
    return replace(
        folded,
        status=row.status,
        reason=row.reason,
        since=row.since.timestamp() if row.since else 0,
        until=row.until.timestamp() if row.until else None,
        source=row.source,
    )


def reserve(connection: Connection, entries: Mapping[str, Entry]) -> None:
    """Give numbers to entries that have no row, by their keys as they are stored, in the order of these.

    In PostgreSQL they get a row, so that others who come with the same address wait; one that another
    transaction has made meanwhile keeps the number 0. In SQLite nobody else writes: the row comes last.
    """
    if connection.dialect.name != "postgresql":
        for entry, number in zip(
            entries.values(), next_ids(connection, addresses, len(entries)), strict=True
        ):
            entry.id, entry.new = number, True
        return
    names = ("key", "address", "domain", "status", "reason", "source", "past", "by_whom", "note")
    values = [
        (entry.key, _address(entry), entry.domain, ACTIVE, "", "", "", "", "") for entry in entries.values()
    ]
    for key, number in insert_new(connection, addresses, names, values, key="key").items():
        entries[key].id = number


def write_entries(connection: Connection, entries: Sequence[Entry]) -> None:
    """Write the states; of entries that are new, the whole row."""
    new: list[tuple[Any, ...]] = []
    old: list[tuple[Any, ...]] = []
    time = partial(time_value, postgresql=connection.dialect.name == "postgresql")
    for entry in sorted(entries, key=attrgetter("id")):
        if entry.new:
            new.append((entry.key, _address(entry), entry.domain, *_changing(entry, time)))
        else:
            old.append(_changing(entry, time))
    insert_values(connection, addresses, ("key", "address", "domain", *_CHANGING), new)
    update_values(connection, addresses, _CHANGING, old)


def _address(entry: Entry) -> str:
    return "" if entry.address == entry.key else entry.address


#: What changes in a row, and by what it is found.
_CHANGING = (
    "status", "reason", "since", "until", "source", "past", "detail", "last_at", "by_whom", "note", "id",
)  # fmt: skip


def _changing(entry: Entry, time: Callable[[datetime], Any]) -> tuple[Any, ...]:
    """The values of `_CHANGING`."""
    state, latest = entry.state, entry.past.latest
    quiet = state.status == ACTIVE
    listed = state.status == SUPPRESSED
    return (
        state.status,
        state.reason,
        None if quiet else time(from_epoch(state.since)),
        None if state.until is None else time(from_epoch(state.until)),
        state.source,
        entry.past.dump(),
        None if quiet else json_value(entry.detail),
        time(from_epoch(latest)) if latest else None,
        entry.by if listed and entry.by != "policy" else "",
        entry.note if listed else "",
        entry.id,
    )


def addresses_of(connection: Connection, numbers: Sequence[int]) -> list[int]:
    """The addresses that these messages are about."""
    found: set[int] = set()
    for ids in chunks(numbers):
        for column in (records.c.address_id, records.c.mailed_id):
            statement = select(column).where(records.c.message_id.in_(ids), column.is_not(None))
            found.update(connection.execute(statement).scalars())
    return sorted(found)
