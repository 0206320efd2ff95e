"""Writing a batch: identities, records, states, journal, outbox and positions, all or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection

from dsnparse.store.changes.alerts import Refusal, Refusals, alert_key, write_alerts
from dsnparse.store.changes.batch import AddResult, Seen
from dsnparse.store.changes.events import event_of, happened_to, keys_of
from dsnparse.store.changes.ledger import Ledger
from dsnparse.store.changes.report_rows import detail, message_row, record_row
from dsnparse.store.changes.times import happened
from dsnparse.store.changes.treatment import complaint_treatment, treatment
from dsnparse.store.policy.terms import Terms
from dsnparse.store.sql.bulk import insert_rows
from dsnparse.store.sql.dialect import insert
from dsnparse.store.sql.schema import messages, positions, records


def write_batch(
    connection: Connection,
    terms: Terms,
    items: Sequence[Seen],
    known: frozenset[tuple[str, str]],
    places: Mapping[str, str],
    now: datetime,
) -> AddResult:
    """Write the messages that are new, in their order, inside the caller's transaction.

    `known`: Message-IDs of returned messages, each with its recipient, that the operator's look-up knows.
    """
    new = _write_messages(connection, terms, items, now)
    ledger = Ledger(connection, terms, now)
    identity = terms.policy.addresses
    found = [
        (seen, number, message, position, record)
        for seen, number, message in new
        for position, record in enumerate(seen.report.records)
    ]
    named = [
        address
        for *_, record in found
        for address in (record.recipient, record.original_recipient)
        if address is not None
    ]
    wanted: dict[str, str] = {}
    for address in named:
        wanted.setdefault(identity.key(address), address)
    wanted.pop("", None)
    ledger.load(wanted)
    rows: list[dict[str, Any]] = []
    refusals: Refusals = {}
    for seen, number, message, position, record in found:
        key, mailed = keys_of(record, identity)
        at = happened(record, seen.report, seen.received, now)
        row = record_row(record, terms.privacy)
        row.update(
            message_id=number,
            position=position,
            address_id=ledger.entries[key].id if key else None,
            mailed_id=ledger.entries[mailed].id if mailed else None,
            happened_at=at,
        )
        rows.append(row)
        treated = treatment(seen.report, record, terms.policy, by_mail=seen.by_mail)
        if treated == "block":
            domain = ledger.entries[key].domain if key else ""
            alert = alert_key(seen.report, record.reason, record.provider or domain, at)
            refusals.setdefault(alert, []).append(Refusal(at, row["diagnostic"] or ""))
        for address, what, is_known in happened_to(terms.policy, seen, record, treated, known):
            event = event_of(seen, position, record, what, at, is_known=is_known)
            ledger.apply(address, event, partial(detail, message, row))
    for seen, *_ in new:
        if not seen.report.records and complaint_treatment(seen.report, terms.policy) == "complaint":
            # Nobody to suppress: many providers black out the address that complained.
            at = min(seen.received or now, now)
            alert = alert_key(seen.report, "complaint", seen.report.reporting_mta, at)
            refusals.setdefault(alert, []).append(Refusal(at))
    insert_rows(connection, records, rows)
    for raised in write_alerts(connection, refusals, terms.policy.block_alert_after):
        ledger.alert(*raised)
    changes = ledger.write()
    _write_positions(connection, places, now)
    return AddResult(len(new), len(items) - len(new), len(rows), changes)


def _write_messages(
    connection: Connection, terms: Terms, items: Sequence[Seen], now: datetime
) -> list[tuple[Seen, int, dict[str, Any]]]:
    """The messages that were not there yet, with their numbers and rows, in the order of `items`."""
    unique: dict[str, Seen] = {}
    for seen in items:
        unique.setdefault(seen.digest, seen)
    if not unique:
        return []
    # In the order of the identities: two workers with the same messages wait for each other, not for ever.
    rows = {digest: message_row(unique[digest], now, terms.privacy) for digest in sorted(unique)}
    statement = insert(connection, messages).on_conflict_do_nothing()
    made = connection.execute(
        statement.returning(messages.c.digest, messages.c.id), list(rows.values())
    ).all()
    numbers = {row.digest: row.id for row in made}
    return [(seen, numbers[digest], rows[digest]) for digest, seen in unique.items() if digest in numbers]


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
