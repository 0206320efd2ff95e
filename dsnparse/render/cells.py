"""Values as JSON and as cells of CSV, with nothing in them that acts on a terminal or in a spreadsheet."""

from __future__ import annotations

import json
from typing import Any

from dsnparse.render.terminal import json_safe, visible
from dsnparse.wire.formulas import guarded

#: One encoder for all: json.dumps makes a new one for each call that is not plain.
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def to_json(data: Any) -> str:
    """`data` on one line of JSON, with nothing in it that acts on a terminal."""
    return json_safe(_encode(data))


def csv_line(cells: list[str]) -> str:
    """One line of CSV (RFC 4180, but with a line feed alone at its end)."""
    import csv
    import io

    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()


def csv_cell(value: object, *, plain: bool = False) -> str:
    """`value` as a cell without control characters; no spreadsheet takes it for a formula, unless `plain`."""
    if value is None:
        return ""
    if not isinstance(value, str):
        return str(value)
    text = visible(value)
    return text if plain else guarded(text)
