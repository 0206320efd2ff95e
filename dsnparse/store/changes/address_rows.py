"""An address with its state, as it is read from the database and written back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, delete, select

from dsnparse.store.changes.past_events import Past
from dsnparse.store.changes.state import State
from dsnparse.store.changes.status import ACTIVE, SUPPRESSED
from dsnparse.store.changes.times import from_epoch
from dsnparse.store.sql.bulk import insert_rows, update_rows
from dsnparse.store.sql.dialect import chunks
from dsnparse.store.sql.schema import addresses, suppressions


@dataclass(slots=True)
class Entry:
    """One address: its row, its past, and what is to be written of it."""

    id: int
    address: str
    domain: str
    past: Past
    state: State
    detail: dict[str, Any]
    was_suppressed: bool
    by: str = ""
    note: str = ""
    touched: bool = False


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
    suppressions.c.by_whom,
    suppressions.c.note,
).outerjoin(suppressions, suppressions.c.address_id == addresses.c.id)


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


def write_entries(connection: Connection, entries: Sequence[Entry]) -> None:
    """Write the states back, and the suppression list with them."""
    entries = sorted(entries, key=lambda entry: entry.id)
    if not entries:
        return
    update_rows(connection, addresses, [_address_row(entry) for entry in entries], key="id")
    gone = [entry.id for entry in entries if entry.was_suppressed and entry.state.status != SUPPRESSED]
    for ids in chunks(gone):
        connection.execute(delete(suppressions).where(suppressions.c.address_id.in_(ids)))
    listed = [_suppression_row(entry) for entry in entries if entry.state.status == SUPPRESSED]
    insert_rows(connection, suppressions, listed, key="address_id")


def _address_row(entry: Entry) -> dict[str, Any]:
    state = entry.state
    quiet = state.status == ACTIVE
    return {
        "id": entry.id,
        "status": state.status,
        "reason": state.reason,
        "since": None if quiet else from_epoch(state.since),
        "until": None if state.until is None else from_epoch(state.until),
        "source": state.source,
        "past": entry.past.dump(),
        "detail": None if quiet else entry.detail or None,
        "last_at": from_epoch(entry.past.latest) if entry.past.latest else None,
    }


def _suppression_row(entry: Entry) -> dict[str, Any]:
    state = entry.state
    return {
        "address_id": entry.id,
        "reason": state.reason,
        "since": from_epoch(state.since),
        "until": None if state.until is None else from_epoch(state.until),
        "source": state.source,
        "by_whom": entry.by,
        "note": entry.note,
        "detail": entry.detail or None,
    }
