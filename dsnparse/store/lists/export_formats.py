"""Suppression lists in the formats of other systems, written. `import_formats.py` reads them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import UTC
from email.utils import format_datetime
from functools import lru_cache
from itertools import chain, islice
from typing import Any

from dsnparse.store.lists.entry import Suppression
from dsnparse.store.lists.program_formats import postfix_map
from dsnparse.store.lists.provider_export import exports, write_for
from dsnparse.wire.formulas import guarded

#: Those of providers.
PROVIDERS = ("ses", "sendgrid", "mailgun", "postmark", "sparkpost", *exports())
#: Those of programs that send.
PROGRAMS = ("postfix", "listmonk", "mautic")
#: Our own, and all others.
FORMATS = ("csv", "csv-plain", "jsonl", "addresses", *PROVIDERS, *PROGRAMS)
#: Entries that are held at a time.
_AT_ONCE = 500
_NAMES = ("address", "reason", "since", "until", "source", "by", "note")


def write_list(entries: Iterable[Suppression], form: str) -> Iterator[str]:
    """The list in a format, some hundred lines at a time. Raise ValueError when `form` is unknown.

    Whole domains stand in our own formats only: no provider takes them, and Postfix would refuse their
    subdomains, too. Free text that a spreadsheet would
    take for a formula gets an apostrophe in front, in "csv" addresses do, too.
    """
    match form:
        case "csv":
            return _csv(_NAMES, map(_guarded_row, entries))
        case "csv-plain":
            return _csv(_NAMES, map(_own_row, entries))
        case "jsonl":
            return _together(json.dumps(entry.to_dict(), ensure_ascii=False) + "\n" for entry in entries)
    entries = (entry for entry in entries if not entry.address.startswith("@"))
    match form:
        case "addresses" | "listmonk":
            return _csv(["email"], ([entry.address] for entry in entries))
        case "mautic":
            return _csv(["email", "doNotEmail"], ([entry.address, "1"] for entry in entries))
        case "postfix":
            return _together(postfix_map(entries))
        case "ses":
            return _together(
                json.dumps({"emailAddress": entry.address, "reason": _either(entry, "COMPLAINT", "BOUNCE")})
                + "\n"
                for entry in entries
            )
        case "sendgrid":
            return _csv(("email", "created", "status", "reason"), map(_sendgrid_row, entries))
        case "mailgun":
            return _csv(("address", "code", "error", "created_at"), map(_mailgun_row, entries))
        case "postmark":
            return _together(_postmark(entries))
        case "sparkpost":
            rows = (row for entry in entries for row in _sparkpost_rows(entry))
            return _csv(("recipient", "type", "description"), rows)
    table = exports().get(form)
    if table is not None:
        return _together(write_for(entries, table))
    raise ValueError(f"{form!r} is no format of suppression lists; they are {', '.join(FORMATS)}")


def _own_row(entry: Suppression) -> tuple[str, ...]:
    """By `_NAMES`."""
    since = entry.since.isoformat() if entry.since else ""
    until = entry.until.isoformat() if entry.until else ""
    return entry.address, entry.reason, since, until, entry.source, entry.by, entry.note


def _guarded_row(entry: Suppression) -> tuple[str, ...]:
    address, reason, since, until, source, by, note = _own_row(entry)
    return guarded(address), _word(reason), since, until, _word(source), _word(by), guarded(note)


#: `guarded` for what most rows have in common.
_word = lru_cache(maxsize=1_000)(guarded)


def _either(entry: Suppression, complaint: str, bounce: str) -> str:
    return complaint if entry.reason == "complaint" else bounce


def _csv(names: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    each = chain([names], rows)
    while some := list(islice(each, _AT_ONCE)):
        lines = io.StringIO()
        csv.writer(lines, lineterminator="\n").writerows(some)
        yield lines.getvalue()


def _together(pieces: Iterable[str]) -> Iterator[str]:
    each = iter(pieces)
    while some := list(islice(each, _AT_ONCE)):
        yield "".join(some)


def _sendgrid_row(entry: Suppression) -> tuple[Any, ...]:
    detail = entry.detail or {}
    created = int(entry.since.timestamp()) if entry.since else ""
    return entry.address, created, detail.get("status", ""), guarded(detail.get("diagnostic") or entry.reason)


def _mailgun_row(entry: Suppression) -> tuple[Any, ...]:
    detail = entry.detail or {}
    created = format_datetime(entry.since.astimezone(UTC), usegmt=True) if entry.since else ""
    code = detail.get("reply_code") or ("" if entry.reason == "complaint" else 550)
    return (
        entry.address,
        code,
        guarded(detail.get("diagnostic") or entry.reason),
        created.replace("GMT", "UTC"),
    )


def _postmark(entries: Iterable[Suppression]) -> Iterator[str]:
    before = '{"Suppressions": [\n'
    for entry in entries:
        reason = (
            "ManualSuppression" if entry.source == "manual" else _either(entry, "SpamComplaint", "HardBounce")
        )
        item = {
            "EmailAddress": entry.address,
            "SuppressionReason": reason,
            "Origin": "Customer" if entry.source == "manual" else "Recipient",
            "CreatedAt": entry.since.isoformat() if entry.since else None,
        }
        yield before + json.dumps(item, ensure_ascii=False)
        before = ",\n"
    yield "\n]}\n" if before.startswith(",") else '{"Suppressions": []}\n'


def _sparkpost_rows(entry: Suppression) -> Iterator[tuple[str, str, str]]:
    """SparkPost keeps two lists; who unsubscribed from a newsletter still gets his invoice."""
    kinds = (
        ["non_transactional"] if entry.reason == "unsubscribed" else ["transactional", "non_transactional"]
    )
    for kind in kinds:
        yield entry.address, kind, guarded((entry.detail or {}).get("diagnostic") or entry.reason)
