"""Reports and records as rows of the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, select

from dsnparse.model import BounceRecord, Report
from dsnparse.store.address.privacy import KEPT_OF_ORIGINAL, Privacy
from dsnparse.store.changes.batch import Seen
from dsnparse.store.changes.times import aware, believable
from dsnparse.store.sql.schema import messages, records
from dsnparse.store.sql.values import clean

#: What `detail` keeps of a diagnostic.
LONGEST_DIAGNOSTIC = 500
#: Reply codes have three digits.
_LARGEST_CODE = 999

_MESSAGE_FIELDS = frozenset(messages.columns.keys())
_RECORD_FIELDS = frozenset(records.columns.keys())
_REPORT_NAMES = tuple(f.name for f in fields(Report) if f.name not in ("records", "authenticity"))
_RECORD_NAMES = tuple(f.name for f in fields(BounceRecord))
_SHOWN_OF_MESSAGE = (
    "kind", "feedback_type", "reporting_mta", "original", "digest", "source", "authenticity",
)  # fmt: skip
_SHOWN_OF_RECORD = ("status", "reply_code", "diagnostic", "remote_mta", "provider", "confidence")
_NEEDED = (*_SHOWN_OF_RECORD, "recipient", "original_recipient", "actual_recipient")
#: The columns that hold words of a mail system, or of the returned message.
_FREE_TEXT = ("diagnostic", "evidence", "warnings", "final_log_id", "envelope_id", "extra")


def message_row(seen: Seen, now: datetime, privacy: Privacy) -> dict[str, Any]:
    """The row of `messages`; fields of Report that have no column of their own go to `extra`."""
    report = seen.report
    row = _row(report, _REPORT_NAMES, _MESSAGE_FIELDS)
    received = believable(seen.received, now)
    row.update(digest=seen.digest, source=clean(seen.source), seen_at=now, received_at=received)
    original = row["original"]
    if privacy.hashed:
        original = {name: value for name, value in original.items() if name in KEPT_OF_ORIGINAL}
        _redact(row, privacy, tuple(name for record in report.records for name in _names(record)))
    row["original"] = {name: value for name, value in original.items() if value} or None
    row["authenticity"] = _authenticity(report)
    return row


def record_row(record: BounceRecord, privacy: Privacy) -> dict[str, Any]:
    """The row of `records`, without its keys; fields that have no column go to `extra`."""
    row = _row(record, _RECORD_NAMES, _RECORD_FIELDS)
    if row["reply_code"] is not None and not 0 <= row["reply_code"] <= _LARGEST_CODE:
        row["reply_code"] = None  # one message must not make a whole batch fail
    if privacy.hashed:
        _redact(row, privacy, _names(record))
        for name in ("recipient", "original_recipient", "actual_recipient"):
            if row[name] is not None:
                row[name] = privacy.stored(row[name])
    return row


def detail(message: Mapping[str, Any], record: Mapping[str, Any]) -> dict[str, Any]:
    """What a decision shows of the notice that it rests on, from its two rows."""
    failed = record["actual_recipient"] or record["recipient"]
    found = {
        "kind": message["kind"],
        "feedback_type": message["feedback_type"],
        "recipient": failed if record["original_recipient"] or failed != record["recipient"] else None,
        **{name: record[name] for name in _SHOWN_OF_RECORD},
        "reporting_mta": message["reporting_mta"],
        "original_message_id": (message["original"] or {}).get("message_id"),
        "notice": message["digest"],
        "source": message["source"],
        **(message["authenticity"] or {}),
    }
    if found["diagnostic"]:
        found["diagnostic"] = clean(found["diagnostic"], LONGEST_DIAGNOSTIC)
    return {name: value for name, value in found.items() if value is not None and value != ""}


def find_detail(connection: Connection, digest: str, position: int) -> dict[str, Any]:
    """The same for a record in the database; empty when it is not there any more."""
    columns = [messages.c[name] for name in _SHOWN_OF_MESSAGE] + [records.c[name] for name in _NEEDED]
    statement = (
        select(*columns)
        .join(records, records.c.message_id == messages.c.id)
        .where(messages.c.digest == digest, records.c.position == position)
    )
    row = connection.execute(statement).first()
    if row is None:
        return {}
    found = dict(zip((*_SHOWN_OF_MESSAGE, *_NEEDED), row, strict=True))
    return detail(found, found)


def _authenticity(report: Report) -> dict[str, Any] | None:
    """The verdict and the names of its proofs: no texts, which have addresses in them."""
    found = report.authenticity
    if found is None:
        return None
    because = dict.fromkeys(entry.rule for entry in found.evidence)
    return {"authenticity": found.verdict.value, "because": list(because)}


def _row(thing: Report | BounceRecord, names: tuple[str, ...], columns: frozenset[str]) -> dict[str, Any]:
    row: dict[str, Any] = {"extra": None}
    for name in names:
        value = getattr(thing, name)
        if value is not None:
            value = _plain(value)
        if name in columns:
            row[name] = value
        elif value:
            row["extra"] = {**(row["extra"] or {}), name: value}
    return row


def _plain(value: Any) -> Any:
    """A column's value. Text inside of JSON is cleaned when it is written: see `dump_json`."""
    if isinstance(value, str):
        return str(value) if isinstance(value, StrEnum) else clean(value)
    if isinstance(value, (int, float)):
        return value
    if isinstance(value, datetime):
        return aware(value).isoformat()
    if isinstance(value, (tuple, list)):
        return [item.to_dict() for item in value] or None
    return value if isinstance(value, dict) else value.to_dict()


def _redact(row: dict[str, Any], privacy: Privacy, names: tuple[str, ...]) -> None:
    for name in _FREE_TEXT:
        if row.get(name):
            row[name] = privacy.redact_all(row[name], names)


def _names(record: BounceRecord) -> tuple[str, ...]:
    return tuple(filter(None, (record.recipient, record.original_recipient, record.actual_recipient)))
