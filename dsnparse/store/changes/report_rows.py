"""Reports and records as rows of the database.

Processes that only read make them, too: nothing here loads SQLAlchemy before a row is looked up.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from dsnparse.model import (
    Action,
    Advice,
    BounceRecord,
    BounceType,
    Evidence,
    Kind,
    OriginalMessage,
    Reason,
    Report,
)
from dsnparse.store.address.privacy import KEPT_OF_ORIGINAL, Privacy
from dsnparse.store.changes.batch import Seen
from dsnparse.store.changes.times import aware
from dsnparse.store.sql.values import clean, clean_json, dump_json, quote

if TYPE_CHECKING:
    from sqlalchemy import Connection

#: What `detail` keeps of a diagnostic.
LONGEST_DIAGNOSTIC = 500
#: Reply codes have three digits.
_LARGEST_CODE = 999

#: Fields with a column of their own, in the order of `schema.py`; a test holds the two together.
_REPORT_NAMES = (
    "kind", "format", "reporting_mta", "arrival_date", "envelope_id", "feedback_type", "disposition",
    "warnings", "evidence",
)  # fmt: skip
_RECORD_NAMES = (
    "recipient", "original_recipient", "actual_recipient", "action", "status", "effective_status",
    "reply_code", "diagnostic", "diagnostic_type", "remote_mta", "reason", "bounce_type", "advice",
    "last_attempt_date", "will_retry_until", "final_log_id", "smtp_command", "provider", "confidence",
    "evidence",
)  # fmt: skip
_OF_A_REPORT = {f.name for f in fields(Report)} - {"original", "authenticity", "records"}
_ORIGINAL_NAMES = tuple(f.name for f in fields(OriginalMessage))
_ORIGINAL_KEYS = tuple(name.rstrip("_") for name in _ORIGINAL_NAMES)
#: Fields without a column.
_EXTRA_OF_MESSAGE = sorted(_OF_A_REPORT.difference(_REPORT_NAMES))
_EXTRA_NAMES = tuple(f.name for f in fields(BounceRecord) if f.name not in _RECORD_NAMES)
#: The columns that a report fills, in the order of its values; numbers and times come on top.
MESSAGE_COLUMNS = ("digest", "source", "original", "authenticity", "extra", *_REPORT_NAMES)
RECORD_COLUMNS = ("extra", *_RECORD_NAMES)
_OF_REPORT = attrgetter(*_REPORT_NAMES)
_OF_RECORD = attrgetter(*_RECORD_NAMES)
_OF_ORIGINAL = attrgetter(*_ORIGINAL_NAMES)
_EXTRA_OF_RECORD = attrgetter(*_EXTRA_NAMES)
_REPLY_CODE = RECORD_COLUMNS.index("reply_code")
_AS_JSON = ("original", "warnings", "evidence", "extra", "authenticity")
_SHOWN_OF_MESSAGE = (
    "kind", "feedback_type", "reporting_mta", "original", "digest", "source", "authenticity",
)  # fmt: skip
_SHOWN_OF_RECORD = ("status", "reply_code", "diagnostic", "remote_mta", "provider", "confidence")
_NEEDED = (*_SHOWN_OF_RECORD, "recipient", "original_recipient", "actual_recipient")
#: The columns that hold words of a mail system, or of the returned message.
_FREE_TEXT = ("diagnostic", "evidence", "warnings", "final_log_id", "envelope_id", "extra")


def message_values(seen: Seen, privacy: Privacy) -> tuple[Any, ...]:
    """The row of `messages` by `MESSAGE_COLUMNS`; fields of Report without a column go to `extra`."""
    report = seen.report
    original = _original(report.original)
    if privacy.hashed:
        original = {name: value for name, value in original.items() if name in KEPT_OF_ORIGINAL}
    found = _authenticity(report)
    values = [
        seen.digest,
        clean(seen.source),
        dump_json(original) if original else None,
        None if found is None else dump_json(found),
        _extra(_EXTRA_OF_MESSAGE, [getattr(report, name) for name in _EXTRA_OF_MESSAGE]),
        *_columns(_OF_REPORT(report)),
    ]
    if privacy.hashed:
        _redact(
            values, MESSAGE_COLUMNS, privacy, [name for record in report.records for name in _names(record)]
        )
    return tuple(values)


def record_values(record: BounceRecord, privacy: Privacy) -> tuple[Any, ...]:
    """The row of `records` by `RECORD_COLUMNS`; fields without a column go to `extra`."""
    values = [_origins(*_EXTRA_OF_RECORD(record)), *_columns(_OF_RECORD(record))]
    code = record.reply_code
    if code is not None and not 0 <= code <= _LARGEST_CODE:
        values[_REPLY_CODE] = None  # one message must not make a whole batch fail
    if privacy.hashed:
        _redact(values, RECORD_COLUMNS, privacy, _names(record))
        for name in ("recipient", "original_recipient", "actual_recipient"):
            place = RECORD_COLUMNS.index(name)
            if values[place] is not None:
                values[place] = privacy.stored(values[place])
    return tuple(values)


def detail_of(message: Sequence[Any], record: Sequence[Any]) -> dict[str, Any]:
    """`detail` from the values of the two rows."""
    found = dict(zip(MESSAGE_COLUMNS, message, strict=True))
    for name in ("original", "authenticity"):
        found[name] = json.loads(found[name]) if found[name] else None
    return detail(found, dict(zip(RECORD_COLUMNS, record, strict=True)))


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
    from sqlalchemy import select

    from dsnparse.store.sql.schema import messages, records

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


def _column(value: Any) -> Any:
    """A column's value. Text inside of JSON is cleaned when it is written: see `dump_json`."""
    return None if value is None else _COLUMNS.get(type(value), _other)(value)


def _columns(values: Iterable[Any]) -> list[Any]:
    """`_column` of each, some two dozen a record."""
    of_type = _COLUMNS
    return [None if value is None else of_type.get(type(value), _other)(value) for value in values]


def _other(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return value.value
    return aware(value).isoformat() if isinstance(value, datetime) else value


def _listed(value: tuple[Any, ...]) -> str | None:
    if not value:
        return None
    if type(value[0]) is Evidence:  # then all are
        return clean_json(f"[{','.join(map(_evidence, value))}]")
    return dump_json([item.to_dict() for item in value])


def _evidence(one: Evidence) -> str:
    # As `to_dict` and JSON; there are half a dozen in each report.
    return (
        f'{{"field":{quote(one.field)},"part":{quote(one.part)},"line":{one.line},'
        f'"rule":{quote(one.rule)},"text":{quote(one.text)}}}'
    )


def _original(original: OriginalMessage) -> dict[str, Any]:
    """What is known of the message that came back, as plain JSON types."""
    found: dict[str, Any] = {}
    for name, value in zip(_ORIGINAL_KEYS, _OF_ORIGINAL(original), strict=True):
        if value:
            if isinstance(value, str):
                found[name] = value
            else:
                found[name] = value.isoformat() if isinstance(value, datetime) else dict(value)
    return found


@lru_cache(maxsize=64)
def _origins(*values: Any) -> str | None:
    # A few words, the same for most records.
    return _extra(_EXTRA_NAMES, values)


def _extra(names: Iterable[str], values: Iterable[Any]) -> str | None:
    found = {name: _as_json(value) for name, value in zip(names, values, strict=True) if value}
    return dump_json(found) if found else None


def _as_json(value: Any) -> Any:
    if isinstance(value, tuple):
        return [item.to_dict() for item in value]
    return value.to_dict() if hasattr(value, "to_dict") else _column(value)


def _redact(values: list[Any], columns: Sequence[str], privacy: Privacy, names: Iterable[str]) -> None:
    given = tuple(names)
    for place, name in enumerate(columns):
        if name in _FREE_TEXT and values[place]:
            if name in _AS_JSON:
                values[place] = dump_json(privacy.redact_all(json.loads(values[place]), given))
            else:
                values[place] = privacy.redact_all(values[place], given)


def _names(record: BounceRecord) -> tuple[str, ...]:
    return tuple(filter(None, (record.recipient, record.original_recipient, record.actual_recipient)))


_COLUMNS: dict[type, Callable[[Any], Any]] = {
    str: clean,
    int: int,
    float: float,
    tuple: _listed,
    **dict.fromkeys((Kind, Action, Reason, BounceType, Advice), str.__str__),
}
