"""A message that is read again: the new reading takes the place of the old one, as if it had been the first.

What the old reading did to an address is taken back, and what the new one says is done, in one transaction; a
state that comes out as it was changes nothing, and nobody is told. Alerts are counted once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from dsnparse.store.changes.address_rows import SELECT, addresses_of
from dsnparse.store.changes.batch import AddResult
from dsnparse.store.changes.change import Change
from dsnparse.store.changes.ledger import Ledger
from dsnparse.store.changes.past_events import LISTED, Past
from dsnparse.store.changes.prepared import Prepared
from dsnparse.store.changes.report_rows import MESSAGE_COLUMNS, RECORD_COLUMNS
from dsnparse.store.changes.write_batch import write_batch
from dsnparse.store.policy.terms import Terms
from dsnparse.store.sql.dialect import chunks
from dsnparse.store.sql.schema import addresses, messages, records

#: What makes two readings of a message the same.
_COMPARED = (
    "recipient", "original_recipient", "actual_recipient", "action", "status", "effective_status",
    "reply_code", "diagnostic", "reason", "bounce_type", "advice", "confidence", "provider",
)  # fmt: skip


_PLACES = [RECORD_COLUMNS.index(name) for name in _COMPARED]


@dataclass(frozen=True, slots=True)
class Reread:
    """What came of messages that were read again."""

    #: The identities of those that are read otherwise now; the others are as they were.
    changed: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()


def reread(
    connection: Connection,
    terms: Terms,
    items: Sequence[Prepared],
    known: frozenset[tuple[str, str]],
    now: datetime,
    *,
    write: bool = True,
) -> Reread:
    """Put the new readings in the place of the old ones. Messages that the store has not are left out.

    `write`: False to be told what would change.
    """
    unique = {item.digest: item for item in items}
    rows = {}
    for some in chunks(sorted(unique)):
        statement = select(messages.c.id, messages.c.digest, messages.c.kind, messages.c.seen_at)
        statement = statement.where(messages.c.digest.in_(some)).order_by(messages.c.id).with_for_update()
        rows.update({row.digest: row for row in connection.execute(statement)})
    changed = [
        item for digest, item in unique.items() if digest in rows and _differs(connection, rows[digest], item)
    ]
    digests = tuple(item.digest for item in changed)
    if not changed or not write:
        return Reread(digests)
    numbers = [rows[digest].id for digest in digests]
    touched = addresses_of(connection, numbers)
    _take_back(connection, touched, digests)
    for ids in chunks(numbers):
        connection.execute(delete(records).where(records.c.message_id.in_(ids)))
        connection.execute(delete(messages).where(messages.c.id.in_(ids)))
    result: AddResult = write_batch(connection, terms, changed, known, {}, now, alerts=False)
    for digest in digests:
        seen_at = rows[digest].seen_at
        connection.execute(update(messages).where(messages.c.digest == digest).values(seen_at=seen_at))
    ledger = Ledger(connection, terms, now)
    ledger.refold(touched)
    return Reread(digests, (*result.changes, *ledger.write()))


def _differs(connection: Connection, row: Any, item: Prepared) -> bool:
    if row.kind != item.values[MESSAGE_COLUMNS.index("kind")]:
        return True
    columns = [records.c[name] for name in _COMPARED]
    statement = select(*columns).where(records.c.message_id == row.id).order_by(records.c.position)
    before = [tuple(one) for one in connection.execute(statement)]
    after = [tuple(record.values[place] for place in _PLACES) for record in item.records]
    return before != after


def _take_back(connection: Connection, touched: Sequence[int], digests: Sequence[str]) -> None:
    """Take the events of these messages out of the pasts of addresses; their states follow later."""
    gone = frozenset(digests)
    for ids in chunks(touched):
        statement = SELECT.where(addresses.c.id.in_(ids)).order_by(addresses.c.id)
        for row in connection.execute(statement.with_for_update(of=addresses)).all():
            if row.past in ("", LISTED):
                continue
            past = Past.load(row.past)
            kept = [event for event in past.events if event.ref.partition(":")[0] not in gone]
            if len(kept) != len(past.events):
                text = Past(past.base, kept).dump()
                connection.execute(update(addresses).where(addresses.c.id == row.id).values(past=text))
