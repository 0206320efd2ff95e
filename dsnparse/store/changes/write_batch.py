"""Writing a batch: identities, records, states, journal, outbox and positions, all or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection

from dsnparse.store.changes.alerts import Refusal, Refusals, alert_key, write_alerts
from dsnparse.store.changes.batch import AddResult
from dsnparse.store.changes.events import event_of
from dsnparse.store.changes.ledger import Ledger
from dsnparse.store.changes.prepared import Prepared, PreparedRecord
from dsnparse.store.changes.raw import write_raw
from dsnparse.store.changes.report_rows import MESSAGE_COLUMNS, RECORD_COLUMNS, detail_of
from dsnparse.store.changes.times import believable, happened
from dsnparse.store.policy.terms import Terms
from dsnparse.store.sql.bulk import insert_new, insert_values
from dsnparse.store.sql.dialect import insert
from dsnparse.store.sql.rows import time_value
from dsnparse.store.sql.schema import messages, positions, records

_DIAGNOSTIC = RECORD_COLUMNS.index("diagnostic")
_MESSAGE_NAMES = (*MESSAGE_COLUMNS, "seen_at", "received_at")
_RECORD_NAMES = ("message_id", "position", "address_id", "mailed_id", "happened_at", *RECORD_COLUMNS)


def write_batch(
    connection: Connection,
    terms: Terms,
    items: Sequence[Prepared],
    known: frozenset[tuple[str, str]],
    places: Mapping[str, str],
    now: datetime,
    *,
    alerts: bool = True,
) -> AddResult:
    """Write the messages that are new, in their order, inside the caller's transaction.

    `known`: Message-IDs of returned messages, each with its recipient, that the operator's look-up knows.
    `alerts`: False where their refusals were counted before.
    """
    new = _write_messages(connection, items, now)
    write_raw(connection, [(item.digest, item.raw) for item, _ in new if item.raw is not None], now)
    ledger = Ledger(connection, terms, now)
    wanted: dict[str, str] = {}
    for item, _ in new:
        for record in item.records:
            for key, address in record.named:
                wanted.setdefault(key, address)
    ledger.load(wanted)
    refusals: Refusals = {}
    rows: list[tuple[Any, ...]] = []
    postgresql = connection.dialect.name == "postgresql"
    for item, number in new:
        for position, record in enumerate(item.records):
            at = happened(record.claimed, item.received, now)
            rows.append(
                (
                    number,
                    position,
                    ledger.entries[record.key].id if record.key else None,
                    ledger.entries[record.mailed].id if record.mailed else None,
                    time_value(at, postgresql=postgresql),
                    *record.values,
                )
            )
            _apply(ledger, item, position, record, at, known)
            if record.refuser is not None:
                domain = ledger.entries[record.key].domain if record.key else ""
                alert = alert_key(item.sender, record.reason, record.refuser or domain, at)
                refusals.setdefault(alert, []).append(Refusal(at, str(record.values[_DIAGNOSTIC] or "")))
        if item.is_nameless_complaint:
            # Nobody to suppress: many providers black out the address that complained.
            at = min(item.received or now, now)
            alert = alert_key(item.sender, "complaint", item.reporting_mta, at)
            refusals.setdefault(alert, []).append(Refusal(at))
    ledger.write_addresses()
    insert_values(connection, records, _RECORD_NAMES, rows)
    for raised in write_alerts(connection, refusals if alerts else {}, terms.policy.block_alert_after):
        ledger.journal.alert(*raised)
    changes = ledger.write()
    _write_positions(connection, places, now)
    return AddResult(
        len(new), len(items) - len(new), len(rows), changes, tuple(item.digest for item, _ in new)
    )


def _write_messages(
    connection: Connection, items: Sequence[Prepared], now: datetime
) -> list[tuple[Prepared, int]]:
    """The messages that were not there yet, with their numbers, in the order of `items`."""
    unique: dict[str, Prepared] = {}
    for item in items:
        unique.setdefault(item.digest, item)
    if not unique:
        return []
    postgresql = connection.dialect.name == "postgresql"
    seen_at = time_value(now, postgresql=postgresql)
    rows = []
    # In the order of the identities: two workers with the same messages wait for each other, not for ever.
    for digest in sorted(unique):
        received = believable(unique[digest].received, now)
        at = None if received is None else time_value(received, postgresql=postgresql)
        rows.append((*unique[digest].values, seen_at, at))
    numbers = insert_new(connection, messages, _MESSAGE_NAMES, rows, key="digest")
    return [(item, numbers[digest]) for digest, item in unique.items() if digest in numbers]


def _apply(
    ledger: Ledger,
    item: Prepared,
    position: int,
    record: PreparedRecord,
    at: datetime,
    known: frozenset[tuple[str, str]],
) -> None:
    """Let happen to the addresses what the record says."""
    for one in record.events:
        is_known = bool(known) and (item.message_id, one.address) in known
        what = one.if_known if is_known else one.what
        if what is not None:
            event = event_of(
                item.digest, position, what, at, record.reason, item.mark,
                is_complaint=item.is_complaint, is_known=is_known,
            )  # fmt: skip
            ledger.apply(one.key, event, partial(detail_of, item.values, record.values))


def _write_positions(connection: Connection, places: Mapping[str, str], now: datetime) -> None:
    if not places:
        return
    statement = insert(connection, positions)
    statement = statement.on_conflict_do_update(
        index_elements=["name"],
        set_={"value": statement.excluded.value, "written_at": statement.excluded.written_at},
    )
    rows = [{"name": name, "value": places[name], "written_at": now} for name in sorted(places)]
    connection.execute(statement, rows)
