"""Reports and records as rows of the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from dsnparse.model import BounceRecord, Report
from dsnparse.store.privacy import KEPT_OF_ORIGINAL, Privacy
from dsnparse.store.schema import messages, records
from dsnparse.store.seen import Seen
from dsnparse.store.text import clean
from dsnparse.store.times import aware

#: What `detail` keeps of a diagnostic.
LONGEST_DIAGNOSTIC = 500

_MESSAGE_FIELDS = frozenset(messages.columns.keys())
_RECORD_FIELDS = frozenset(records.columns.keys())
_REPORT_NAMES = tuple(f.name for f in fields(Report) if f.name != "records")
_RECORD_NAMES = tuple(f.name for f in fields(BounceRecord))


def message_row(seen: Seen, now: datetime, privacy: Privacy) -> dict[str, Any]:
    """The row of `messages`; fields of Report that have no column of their own go to `extra`."""
    report = seen.report
    row: dict[str, Any] = {
        "digest": seen.digest,
        "source": clean(seen.source),
        "seen_at": now,
        "received_at": seen.received,
        "extra": None,
    }
    names = tuple(_addresses(report)) if privacy.hashed else ()
    for name in _REPORT_NAMES:
        _put(row, name, getattr(report, name), _MESSAGE_FIELDS, privacy, names)
    if row["original"]:
        original = row["original"]
        if privacy.hashed:
            whole = _plain(report.original)
            original = {name: value for name, value in whole.items() if name in KEPT_OF_ORIGINAL}
        row["original"] = {name: value for name, value in original.items() if value} or None
    return row


def record_row(record: BounceRecord, privacy: Privacy) -> dict[str, Any]:
    """The row of `records`, without its keys; fields that have no column go to `extra`."""
    row: dict[str, Any] = {"extra": None}
    names = _names(record) if privacy.hashed else ()
    for name in _RECORD_NAMES:
        _put(row, name, getattr(record, name), _RECORD_FIELDS, privacy, names)
    if privacy.hashed:
        row["recipient"] = privacy.stored(clean(record.recipient))
        if record.original_recipient:
            row["original_recipient"] = privacy.stored(clean(record.original_recipient))
    return row


def detail(seen: Seen, record: BounceRecord, privacy: Privacy) -> dict[str, Any]:
    """What a decision shows of the notice that it rests on."""
    report = seen.report
    names = _names(record)
    found = {
        "kind": report.kind.value,
        "feedback_type": report.feedback_type,
        "recipient": record.recipient if record.original_recipient and not privacy.hashed else None,
        "status": record.status,
        "reply_code": record.reply_code,
        "diagnostic": privacy.redact(record.diagnostic, names) if record.diagnostic else None,
        "remote_mta": record.remote_mta,
        "reporting_mta": report.reporting_mta,
        "provider": record.provider,
        "confidence": record.confidence,
        "original_message_id": report.original.message_id,
        "notice": seen.digest,
        "source": seen.source,
    }
    return {
        name: clean(value, LONGEST_DIAGNOSTIC) if isinstance(value, str) else value
        for name, value in found.items()
        if value not in (None, "")
    }


def _put(
    row: dict[str, Any],
    name: str,
    value: Any,
    columns: frozenset[str],
    privacy: Privacy,
    names: tuple[str, ...],
) -> None:
    plain = _plain(value)
    if privacy.hashed and not isinstance(value, StrEnum):
        plain = privacy.redact_all(plain, names)
    if name in columns:
        row[name] = None if plain in ([], {}) else plain
    elif plain not in (None, [], {}):
        row["extra"] = {**(row["extra"] or {}), name: plain}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return clean(value.value if isinstance(value, StrEnum) else value)
    if isinstance(value, datetime):
        return aware(value).isoformat()
    if isinstance(value, (tuple, list)):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {clean(str(name)): _plain(item) for name, item in value.items()}
    return _plain(value.to_dict())


def _names(record: BounceRecord) -> tuple[str, ...]:
    return tuple(filter(None, (record.recipient, record.original_recipient)))


def _addresses(report: Report) -> list[str]:
    return [name for record in report.records for name in _names(record)]
