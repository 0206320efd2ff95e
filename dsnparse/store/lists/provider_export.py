"""Suppression lists as providers take them, by the `[export]` of each `suppressions.toml`."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from dsnparse import data
from dsnparse.store.lists.entry import Suppression
from dsnparse.wire.formulas import guarded

#: What a field of theirs may hold of ours; a text behind "=" stands there as it is.
VALUES = ("address", "reason", "said", "since", "since_seconds", "until_seconds")
#: The ways to write a list.
WAYS = ("csv", "json", "lines")
#: "For good", where an end must be named.
_FOR_GOOD = datetime(2100, 1, 1, tzinfo=UTC)

_Table = Mapping[str, Any]


def exports() -> dict[str, _Table]:
    """The tables of the providers that have one, by their names."""
    return {name: table["export"] for name, table in data.load("suppressions").items() if "export" in table}


def write_for(entries: Iterable[Suppression], table: _Table) -> Iterator[str]:
    """The list, a piece for each entry: CSV with a heading, JSON lines, or a JSON document."""
    fields: Mapping[str, str] = table.get("fields", {})
    match table["as"]:
        case "csv":
            yield _row(fields)
            for entry in entries:
                yield _row(_value(entry, of, table) for of in fields.values())
        case "lines":
            for entry in entries:
                yield json.dumps(_object(entry, table), ensure_ascii=False) + "\n"
        case _:
            before = f"{{{json.dumps(table['list'])}: ["
            for entry in entries:
                one = _object(entry, table) if fields else entry.address
                yield f"{before}\n{json.dumps(one, ensure_ascii=False)}"
                before = ","
            yield "\n]}\n" if before == "," else f"{before}]}}\n"


def _object(entry: Suppression, table: _Table) -> dict[str, Any]:
    """Its fields; "a.b" stands in an object."""
    found: dict[str, Any] = {}
    for name, of in table["fields"].items():
        outer, dot, inner = name.partition(".")
        value = _value(entry, of, table)
        if dot:
            found.setdefault(outer, {})[inner] = value
        else:
            found[name] = value
    return found


def _value(entry: Suppression, of: str, table: _Table) -> Any:
    match of:
        case "address":
            return entry.address
        case "reason":
            return table.get("reasons", {}).get(entry.reason, table.get("otherwise", entry.reason))
        case "said":
            return guarded((entry.detail or {}).get("diagnostic") or entry.reason)
        case "since":
            return entry.since.isoformat() if entry.since else ""
        case "since_seconds":
            return int(entry.since.timestamp()) if entry.since else ""
        case "until_seconds":
            return int((entry.until or _FOR_GOOD).timestamp())
        case _:
            return of.removeprefix("=")


def _row(cells: Iterable[Any]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(cells)
    return line.getvalue()
