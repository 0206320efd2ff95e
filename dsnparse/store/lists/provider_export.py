"""Suppression lists as providers take them, by the `[export]` of each `suppressions.toml`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from dsnparse import data
from dsnparse.store.lists.entry import Suppression
from dsnparse.store.lists.texts import csv_text, json_document, json_lines
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
    """The list as a provider takes it: CSV with a heading, JSON lines, or a JSON document."""
    fields: Mapping[str, str] = table.get("fields", {})
    match table["as"]:
        case "csv":
            return csv_text(
                fields, ([_value(entry, of, table) for of in fields.values()] for entry in entries)
            )
        case "lines":
            return json_lines(_object(entry, table) for entry in entries)
        case _:
            objects = (_object(entry, table) if fields else entry.address for entry in entries)
            return json_document(table["list"], objects)


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
            return said(entry)
        case "since":
            return entry.since.isoformat() if entry.since else ""
        case "since_seconds":
            return int(entry.since.timestamp()) if entry.since else ""
        case "until_seconds":
            return int((entry.until or _FOR_GOOD).timestamp())
        case _:
            return of.removeprefix("=")


def said(entry: Suppression) -> str:
    """What the deciding notice said, else the reason, safe for a spreadsheet."""
    return guarded((entry.detail or {}).get("diagnostic") or entry.reason)
