"""Stored records as flat rows, for spreadsheets and programs."""

from __future__ import annotations

from typing import Any

from dsnparse.render.table import Column
from dsnparse.store.queries.records import StoredRecord

_OF_ORIGINAL = ("message_id", "from", "subject", "return_path", "list_id", "feedback_id", "date")
_NAMES = """
    id at kind recipient original_recipient actual_recipient domain reason bounce_type advice provider
    action status effective_status reply_code diagnostic remote_mta smtp_command confidence feedback_type
    reporting_mta envelope_id authenticity source digest
""".split()

#: Every column, in its order.
RECORD_COLUMNS = [
    (name, Column(name)) for name in (*_NAMES, *(f"original_{name}" for name in _OF_ORIGINAL), "x_headers")
]


def record_row(record: StoredRecord) -> dict[str, Any]:
    """A record with plain values; `original_…` are fields of the returned message, `x_headers` its `X-…`
    fields as "name: value; name: value"."""
    row: dict[str, Any] = {name: getattr(record, name) for name in _NAMES}
    row["at"] = record.at.isoformat()
    row |= {f"original_{name}": _text(record.original.get(name)) for name in _OF_ORIGINAL}
    headers = record.original.get("x_headers") or {}
    row["x_headers"] = "; ".join(f"{name}: {value}" for name, value in headers.items()) or None
    return row


def _text(value: Any) -> str | None:
    return None if value is None else str(value)
