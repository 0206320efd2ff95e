"""Every record of a span of time, oldest first, with what its message says: for reports and exports."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dsnparse.store.queries.where import ALL, Where
from dsnparse.store.sql.rows import Rows, read_json, read_time, time_value

#: Records that are fetched at a time.
_PAGE = 2_000

_OF_RECORD = """
    recipient original_recipient actual_recipient action status effective_status reply_code diagnostic
    remote_mta smtp_command reason bounce_type advice provider confidence
""".split()
_OF_MESSAGE = "kind digest source feedback_type reporting_mta envelope_id original authenticity".split()
_PLAIN = (*_OF_RECORD, *_OF_MESSAGE[:-2])


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """One recipient of one notice, as the database has it. Names are those of BounceRecord and Report.

    Attributes:
        at: When it happened.
        domain: The domain of the address that was refused; "" for what is no address.
        digest: The identity of the message.
        original: What is known of the returned message, under the names of its JSON ("list_id", "from", …).
        authenticity: How far the notice is to be believed; None where it was not asked.
    """

    id: int
    at: datetime
    domain: str
    recipient: str
    original_recipient: str | None
    actual_recipient: str | None
    action: str | None
    status: str | None
    effective_status: str | None
    reply_code: int | None
    diagnostic: str | None
    remote_mta: str | None
    smtp_command: str | None
    reason: str
    bounce_type: str
    advice: str
    provider: str | None
    confidence: float
    kind: str
    digest: str
    source: str
    feedback_type: str | None
    reporting_mta: str | None
    envelope_id: str | None
    original: dict[str, Any]
    authenticity: str | None


def find_records(
    rows: Rows,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    where: Where = ALL,
) -> Iterator[StoredRecord]:
    """The records that happened from `since` on and before `until`, page by page, in the order of time."""
    conditions, values = _span(since, until, rows)
    more, given = where.sql(rows)
    columns = ", ".join([f"r.{name}" for name in _OF_RECORD] + [f"m.{name}" for name in _OF_MESSAGE])
    last: list[Any] = []
    while True:
        # From where the page before ended, by the index on the time, which has the number beside it.
        after = "AND (r.happened_at, r.id) > (?, ?)" if last else ""
        statement = f"""
            SELECT r.id, r.happened_at, coalesce(a.domain, ''), {columns}
            FROM records r JOIN messages m ON m.id = r.message_id LEFT JOIN addresses a ON a.id = r.address_id
            WHERE 1 = 1 {conditions} {more} {after}
            ORDER BY r.happened_at, r.id LIMIT {_PAGE}
        """
        page = rows.rows(statement, [*values, *given, *last])
        yield from map(_record, page)
        if len(page) < _PAGE:
            return
        last = [page[-1][1], page[-1][0]]


def _record(row: Any) -> StoredRecord:
    number, at, domain, *fields, original, authenticity = row
    time = read_time(at)
    assert time is not None  # NOT NULL
    verdict = (read_json(authenticity) or {}).get("authenticity")
    named: dict[str, Any] = dict(zip(_PLAIN, fields, strict=True))
    return StoredRecord(
        id=number, at=time, domain=domain, original=read_json(original) or {}, authenticity=verdict, **named
    )


def _span(since: datetime | None, until: datetime | None, rows: Rows) -> tuple[str, list[Any]]:
    conditions, values = "", []
    for sign, time in ((">=", since), ("<", until)):
        if time is not None:
            conditions += f" AND r.happened_at {sign} ?"
            values.append(time_value(time, postgresql=rows.postgresql))
    return conditions, values
