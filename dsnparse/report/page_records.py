"""The records behind the figures, as data in the page: each text once, and the rest as numbers."""

from __future__ import annotations

import json
from typing import Any

from markupsafe import Markup

from dsnparse.render.terminal import visible
from dsnparse.report.figures import Figures, Record
from dsnparse.report.remedy import shown_name

#: Bytes of the records in a page: with all else it stays under 1.5 MB.
LIMIT = 1_000_000
_LONGEST_SAID = 240
#: Values of records, each kept once; a row has their numbers behind its time and address.
_COLUMNS = (
    "receiver", "domain", "type", "reason", "status", "said", "source", "code", "ip", "list", "feedback",
    "campaign", "trust", "host", "unknown",
)  # fmt: skip
#: Stands for the recipient's address in what was said, so that the same words are the same text.
_ADDRESS = "\u0001"
#: What could end the data, or begin something else.
_ESCAPED = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def records_data(figures: Figures, limit: int | None = None) -> tuple[Markup, int]:
    """The data for the page, and how many records of the period are not in it.

    `limit`: the bytes that it may have; the period's records come first, then those of the time before.
    """
    texts: dict[str, dict[str, int]] = {name: {} for name in _COLUMNS}
    rows: list[list[Any]] = []
    left = limit if limit is not None else LIMIT
    now = sum(not record.is_before for record in figures.records)
    shown = 0
    for record in figures.records:
        row, size = _row(record, texts)
        left -= size
        if left < 0:
            break
        rows.append(row)
        shown += not record.is_before
    data = {
        "names": {
            name: called for name in texts["receiver"] if (called := visible(shown_name(name))) != name
        },
        "columns": _COLUMNS,
        "texts": {name: list(found) for name, found in texts.items()},
        "rows": rows,
        "before": shown,
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for character, escaped in _ESCAPED.items():
        text = text.replace(character, escaped)
    return Markup(text), figures.left_out + now - shown  # noqa: S704  (no character of it is HTML)


def _row(record: Record, texts: dict[str, dict[str, int]]) -> tuple[list[Any], int]:
    """A row, and how many bytes it adds."""
    row: list[Any] = [int(record.at.timestamp() // 60), visible(record.address)]
    size = len(row[1]) + 20
    for name in _COLUMNS:
        value = visible(getattr(record, name))
        if name == "said":
            value = value.replace(row[1], _ADDRESS)[:_LONGEST_SAID] if row[1] else value[:_LONGEST_SAID]
        known = texts[name]
        if value not in known:
            known[value] = len(known)
            size += len(json.dumps(value)) + 1
        row.append(known[value])
        size += len(str(known[value])) + 1
    return row, size
