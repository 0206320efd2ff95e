"""May an address be mailed? As the policy of `store/` has it, from rows of the table: two steps, each batch
by batch, with a sort between them that any engine can do.

    happened = rows.mapInArrow(partial(events, now=now), …)                   # what happened to each address
    decided = happened.repartition("address").sortWithinPartitions("address", "happened", "ref")
    decided.mapInArrow(partial(decide, now=now), …)                           # a row for each address

The events and their fold are those of the store (`store/changes`), so the decisions are, too; what the store
knows and the table does not is not in them: lists, successes that were reported, look-ups of Message-IDs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

from dsnparse.model import Kind
from dsnparse.scale.columns import texts, times
from dsnparse.scale.rows import report_of
from dsnparse.scale.schema import time_type
from dsnparse.store.changes.events import event_of, happened_to, keys_of
from dsnparse.store.changes.past_events import Past
from dsnparse.store.changes.state import Event, State, What, message_mark
from dsnparse.store.changes.status import ACTIVE, PAUSED, SUPPRESSED
from dsnparse.store.changes.times import claimed_time, from_epoch, happened
from dsnparse.store.changes.treatment import treatment
from dsnparse.store.policy.policy import Policy
from dsnparse.store.queries.answer import Answer

if TYPE_CHECKING:
    import pyarrow as pa

#: The columns of the table that `events` reads.
NEEDED = (
    "key", "source", "received", "error", "kind", "records", "arrival_date", "arrival_date_text", "original",
    "feedback_type", "format", "authenticity",
)  # fmt: skip
#: Rows in one batch that comes out.
BATCH_ROWS = 4_000

_ANSWERS = {SUPPRESSED: Answer.DONT, PAUSED: Answer.WAIT}


@cache
def event_schema() -> pa.Schema:
    """What happened to addresses: `address` as it is folded, `happened` in seconds of the epoch."""
    import pyarrow as pa

    names = ("ref", "what", "reason", "origin", "message")
    own = [pa.field("address", pa.string()), pa.field("happened", pa.float64())]
    return pa.schema([*own, *(pa.field(name, pa.string()) for name in names)])


@cache
def decision_schema() -> pa.Schema:
    """The decisions: `address` as it is folded, and the rest as `store.Decision` has it."""
    import pyarrow as pa

    text = pa.string()
    return pa.schema(
        [
            pa.field("address", text),
            pa.field("answer", text),
            pa.field("status", text),
            pa.field("reason", text),
            pa.field("since", time_type()),
            pa.field("until", time_type()),
            pa.field("origin", text),
        ]
    )


def events(
    batches: Iterable[pa.RecordBatch], *, now: datetime, policy: Policy | None = None
) -> Iterator[pa.RecordBatch]:
    """What happened to which address, from rows of the table (those of its columns that are in `NEEDED`).

    `now`: the time up to which something can have happened. Raises ValueError when it has no zone.
    """
    policy = policy or Policy.default()
    _check(now)
    for batch in batches:
        some = batch.select([name for name in NEEDED if name in batch.schema.names])
        found: list[tuple[str, Event]] = []
        for row in some.to_pylist():
            found += _events(row, policy, now)
            if len(found) >= BATCH_ROWS:
                yield _event_batch(found)
                found = []
        if found:
            yield _event_batch(found)


def decide(
    batches: Iterable[pa.RecordBatch], *, now: datetime, policy: Policy | None = None
) -> Iterator[pa.RecordBatch]:
    """The decision about each address as of `now`, from its events.

    `batches`: rows of `event_schema`, sorted by `address`, `happened` and `ref`, all of an address together.
    Raises ValueError when `now` has no zone.
    """
    policy = policy or Policy.default()
    _check(now)
    rows = (row for batch in batches for row in batch.to_pylist())
    decided: list[tuple[str, State]] = []
    for address, some in groupby(rows, key=lambda row: row["address"]):
        past = Past()
        for row in some:
            past.add(_event(row), policy)
        decided.append((address, past.state(policy).at(now.timestamp())))
        if len(decided) >= BATCH_ROWS:
            yield _decision_batch(decided)
            decided = []
    if decided:
        yield _decision_batch(decided)


def _check(now: datetime) -> None:
    if now.tzinfo is None:
        raise ValueError("now must be an aware datetime (with a time zone)")


def _events(row: dict[str, Any], policy: Policy, now: datetime) -> Iterator[tuple[str, Event]]:
    report = report_of(row)
    if report is None or row["key"] is None:
        return
    is_complaint = report.kind is Kind.COMPLAINT
    mark = message_mark(report.original.message_id)
    for position, record in enumerate(report.records):
        treated = treatment(report, record, policy)
        at = happened(claimed_time(record, report, row.get("received")), row.get("received"), now)
        for one in happened_to(report, record, treated, keys_of(record, policy.addresses), policy):
            if one.what is not None:
                yield one.key, event_of(
                    row["key"], position, one.what, at, record.reason.value, mark,
                    is_complaint=is_complaint, is_known=False,
                )  # fmt: skip


def _event(row: dict[str, Any]) -> Event:
    return Event(
        at=row["happened"],
        ref=row["ref"],
        what=What(row["what"]),
        reason=row["reason"],
        source=row["origin"],
        message=row["message"],
    )


def _event_batch(found: list[tuple[str, Event]]) -> pa.RecordBatch:
    import pyarrow as pa

    columns = [
        texts([address for address, _ in found]),
        pa.array([event.at for _, event in found], pa.float64()),
        *(
            texts([getattr(event, name) for _, event in found])
            for name in ("ref", "what", "reason", "source", "message")
        ),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=event_schema())


def _decision_batch(decided: list[tuple[str, State]]) -> pa.RecordBatch:
    import pyarrow as pa

    states = [state for _, state in decided]
    columns = [
        texts([address for address, _ in decided]),
        texts([_ANSWERS.get(state.status, Answer.MAIL) for state in states]),
        texts([state.status for state in states]),
        texts([state.reason or None for state in states]),
        times([None if state.status == ACTIVE else from_epoch(state.since) for state in states]),
        times([None if state.until is None else from_epoch(state.until) for state in states]),
        texts([state.source or None for state in states]),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=decision_schema())
