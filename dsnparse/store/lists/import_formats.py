"""Suppression lists of other systems, read by the tables in `suppressions.toml` of each provider."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import chain
from typing import Any, TextIO

from dsnparse import data
from dsnparse.store.address.given import NotAnAddress, read_address
from dsnparse.store.changes.times import aware
from dsnparse.store.lists.entry import Suppression
from dsnparse.store.policy.policy import SUPPRESSION_REASONS
from dsnparse.vocabulary import BounceType, Reason
from dsnparse.wire.formulas import without_guard

#: Our own, with the same names. In "csv" cells that look like formulas have an apostrophe in front.
_OURS = ("csv", "csv-plain", "jsonl", "addresses")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An entry that is no suppression, and why."""

    #: The line, or the number of the entry in a JSON document, counted from 1.
    number: int
    why: str
    #: Whether it is for want of an address.
    no_address: bool = False


def readable() -> tuple[str, ...]:
    """The names of the formats that are read: our own two, and one for each provider's table."""
    return (*_OURS, *(name for name in data.load("suppressions") if name != "csv"))


def read_list(stream: TextIO, form: str, reason: str | None = None) -> Iterator[Suppression | Unreadable]:
    """The entries of a list, one after the other; `reason` for those that name none.

    CSV with or without a heading, JSON lines and JSON documents are told apart by themselves. Raise
    ValueError when `form` is unknown, or a JSON document is broken.
    """
    if form not in readable():
        raise ValueError(f"{form!r} is no format of suppression lists; they are {', '.join(readable())}")
    table = data.load("suppressions")["csv" if form in _OURS else form]
    for number, fields in _entries(stream, table):
        if isinstance(fields, str):
            yield Unreadable(number, fields)
            continue
        if form == "csv":
            fields = {name: without_guard(str(value)) for name, value in fields.items()}
        address = _first(fields, table["address"])
        if "\ufffd" in address:
            yield Unreadable(number, f"{address} is not UTF-8", no_address=True)
            continue
        try:
            read = read_address(address)
        except NotAnAddress:
            yield Unreadable(number, f"no address in {_shown(fields)}", no_address=True)
            continue
        try:
            yield Suppression(
                address=read,
                reason=_reason(fields, table, reason),
                since=read_time(_first(fields, table.get("since", []))),
                until=read_time(_first(fields, table.get("until", []))),
                source=_first(fields, table.get("source", [])) or f"import:{form}",
                by=_first(fields, table.get("by", [])),
                note=_first(fields, table.get("note", [])),
                detail=_detail(fields, table),
            )
        except ValueError as problem:
            yield Unreadable(number, f"{address}: {problem}")


def _entries(stream: TextIO, table: dict[str, Any]) -> Iterator[tuple[int, dict[str, Any] | str]]:
    first = next((line for line in stream if line.strip()), "").removeprefix("\ufeff")
    start = first.lstrip()[:1]
    if start == "[" or (start == "{" and _json(first) is None):
        yield from _document(first + stream.read(), table)
    elif start == "{":
        whole = _json(first)
        if isinstance(whole, dict) and any(name.lower() in table.get("list", []) for name in whole):
            yield from _document(first + stream.read(), table)
            return
        for number, line in enumerate(chain([first], stream), 1):
            if line.strip():
                entry = _json(line)
                yield number, _lower(entry) if isinstance(entry, dict) else "this line is no JSON object"
    elif start:
        yield from _rows(chain([first], stream), table)


def _document(text: str, table: dict[str, Any]) -> Iterator[tuple[int, dict[str, Any] | str]]:
    try:
        whole = json.loads(text)
    except ValueError as problem:
        raise ValueError(f"The list is not JSON: {problem}") from problem
    if isinstance(whole, dict):
        named = [value for name, value in whole.items() if name.lower() in table.get("list", [])]
        whole = named[0] if named else [whole]
    if not isinstance(whole, list):
        raise ValueError("The JSON document holds no list of addresses")
    for number, entry in enumerate(whole, 1):
        if isinstance(entry, str):
            entry = {table["address"][0]: entry}
        yield number, _lower(entry) if isinstance(entry, dict) else "this entry is no JSON object"


def _rows(lines: Iterable[str], table: dict[str, Any]) -> Iterator[tuple[int, dict[str, Any] | str]]:
    names: list[str] | None = None
    reader = csv.reader(lines)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            yield reader.line_num, str(problem)
            continue
        if not any(row):
            continue
        if names is None:
            names = [name.strip().lower() for name in row]
            if set(names).intersection(table["address"]):
                continue
            names = table["order"]
        yield reader.line_num, dict(zip(names, row, strict=False))


def _reason(fields: dict[str, Any], table: dict[str, Any], default: str | None) -> str:
    given = _first(fields, table.get("reason", []))
    if given:
        if "reasons" in table:
            found: str = table["reasons"].get(given.lower(), "hard_bounce")
            return found
        if given not in SUPPRESSION_REASONS:
            raise ValueError(f"{given!r} is no reason that dsnparse knows")
        return given
    if default:
        return default
    said = _said(fields, table)
    if said:
        return _classified(said)
    for name, reason in table.get("by_field", {}).items():
        if name in fields:
            return str(reason)
    return str(table["otherwise"])


def _classified(said: str) -> str:
    from dsnparse.classify import classify_reply

    verdict = classify_reply(said)
    known = verdict.bounce_type is BounceType.HARD or verdict.reason is Reason.MAILBOX_FULL
    return verdict.reason.value if known else "hard_bounce"


def _said(fields: dict[str, Any], table: dict[str, Any]) -> str:
    text = _first(fields, table.get("text", []))
    status = _first(fields, ["status", *table.get("status", [])])
    return text if not status or status in text else f"{status} {text}".strip()


def _detail(fields: dict[str, Any], table: dict[str, Any]) -> dict[str, Any] | None:
    said = _said(fields, table) if table.get("text") else ""
    return {"diagnostic": said[:500]} if said else None


def _first(fields: dict[str, Any], names: Iterable[str]) -> str:
    for name in names:
        value = fields.get(name)
        if value is not None and str(value).strip():
            return str(value).strip()
    return ""


def read_time(text: str) -> datetime | None:
    """ISO 8601, RFC 5322 or seconds of the epoch; without a zone it is UTC."""
    if not text or text.lower() in ("never", "none", "null"):
        return None
    try:
        number = float(text)
    except ValueError:
        number = None
    try:
        if number is not None:
            return datetime.fromtimestamp(number, UTC)
        try:
            return aware(datetime.fromisoformat(text.replace(" UTC", "+00:00")))
        except ValueError:
            return aware(parsedate_to_datetime(text))
    except (ValueError, TypeError, OverflowError, OSError) as problem:
        raise ValueError(f"{text!r} is no date") from problem


def _json(line: str) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _lower(entry: dict[str, Any]) -> dict[str, Any]:
    """Its names in lower case; of an object in it, `name.inner`."""
    fields = {name.lower(): value for name, value in entry.items() if not isinstance(value, dict)}
    for name, value in entry.items():
        if isinstance(value, dict):
            fields.update({f"{name}.{inner}".lower(): one for inner, one in value.items()})
    return fields


def _shown(fields: dict[str, Any]) -> str:
    text = ", ".join(str(value) for value in fields.values() if value not in (None, ""))
    return repr(text if len(text) <= 60 else text[:59] + "…")
