"""Writing a batch: identities, records, states, journal, outbox and positions, all or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection

from dsnparse.model import BounceRecord, Kind
from dsnparse.store.address.given import is_mailbox
from dsnparse.store.address.normalize import AddressIdentity
from dsnparse.store.changes.alerts import Refusal, Refusals, alert_key, write_alerts
from dsnparse.store.changes.batch import AddResult, Seen
from dsnparse.store.changes.ledger import Ledger
from dsnparse.store.changes.raw import write_raw
from dsnparse.store.changes.report_rows import detail, message_row, record_row
from dsnparse.store.changes.state import Event, What, message_mark
from dsnparse.store.changes.times import happened, to_epoch
from dsnparse.store.changes.treatment import (
    NOT_MAILED,
    complaint_treatment,
    of_the_mailed_one,
    treatment,
    what_happened,
)
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
    *,
    alerts: bool = True,
) -> AddResult:
    """Write the messages that are new, in their order, inside the caller's transaction.

    `known`: Message-IDs of returned messages, each with its recipient, that the operator's look-up knows.
    `alerts`: False where their refusals were counted before.
    """
    new = _write_messages(connection, terms, items, now)
    write_raw(connection, [(seen.digest, seen.raw) for seen, *_ in new if seen.raw is not None], now)
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
        key, mailed = _keys(record, identity)
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
        for address, what, is_known in _happened_to(terms, seen, record, treated, known):
            event = _event(seen, position, record, what, at, is_known=is_known)
            ledger.apply(address, event, partial(detail, message, row))
    for seen, *_ in new:
        if not seen.report.records and complaint_treatment(seen.report, terms.policy) == "complaint":
            # Nobody to suppress: many providers black out the address that complained.
            at = min(seen.received or now, now)
            alert = alert_key(seen.report, "complaint", seen.report.reporting_mta, at)
            refusals.setdefault(alert, []).append(Refusal(at))
    ledger.write_addresses()
    insert_rows(connection, records, rows)
    for raised in write_alerts(connection, refusals if alerts else {}, terms.policy.block_alert_after):
        ledger.alert(*raised)
    changes = ledger.write()
    _write_positions(connection, places, now)
    return AddResult(
        len(new), len(items) - len(new), len(rows), changes, tuple(seen.digest for seen, *_ in new)
    )


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


def _happened_to(
    terms: Terms, seen: Seen, record: BounceRecord, treated: str, known: frozenset[tuple[str, str]]
) -> list[tuple[str, What, bool]]:
    """What happened to the address that was refused, and to the one that was mailed.

    The folded key of each, the event, and whether the look-up knows that the message was sent to it.
    """
    message_id = seen.report.original.message_id or ""
    refused, mailed = _keys(record, terms.policy.addresses)
    if treated == NOT_MAILED:
        # Whose failure it is, of several, nobody can say; it is not the mailed one's for certain.
        return [(mailed, What.REVIEW, False)] if mailed else []
    is_known = (message_id, record.recipient) in known
    happened = what_happened(treated, seen.report, record, terms.policy)
    events = [(refused, record.recipient, happened, is_known)]
    if mailed and record.original_recipient:
        is_known = (message_id, record.original_recipient) in known
        happened = of_the_mailed_one(happened, terms.policy, is_known=is_known)
        events.append((mailed, record.original_recipient, happened, is_known))
    return [
        # What is no address of a mailbox is nobody's, and only a person can say what was meant.
        (key, what if is_mailbox(address) or what is What.SUCCESS else What.REVIEW, is_known)
        for key, address, what, is_known in events
        if key and what is not None
    ]


def _keys(record: BounceRecord, identity: AddressIdentity) -> tuple[str, str]:
    """The folded keys of the address that was refused, and of the one that was mailed where it is another."""
    refused, mailed = identity.key(record.recipient), identity.key(record.original_recipient or "")
    return refused, "" if mailed == refused else mailed


def _event(
    seen: Seen, position: int, record: BounceRecord, what: What, at: datetime, *, is_known: bool
) -> Event:
    complaint = seen.report.kind is Kind.COMPLAINT
    return Event(
        at=to_epoch(at),
        ref=f"{seen.digest}:{position}",
        what=what,
        reason="complaint" if complaint else record.reason.value,
        known=is_known,
        source="complaint" if complaint else "bounce",
        message=message_mark(seen.report.original.message_id),
    )


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
