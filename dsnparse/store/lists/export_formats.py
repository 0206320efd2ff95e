"""Suppression lists in the formats of other systems, written. `import_formats.py` reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC
from email.utils import format_datetime
from functools import lru_cache
from typing import Any

from dsnparse.store.lists.entry import Suppression
from dsnparse.store.lists.program_formats import postfix_map
from dsnparse.store.lists.provider_export import exports, said, write_for
from dsnparse.store.lists.texts import csv_text, json_document, json_lines, together
from dsnparse.wire.formulas import guarded

#: Those of providers.
PROVIDERS = ("ses", "sendgrid", "mailgun", "postmark", "sparkpost", *exports())
#: Those of programs that send.
PROGRAMS = ("postfix", "listmonk", "mautic")
#: Our own, and all others.
FORMATS = ("csv", "csv-plain", "jsonl", "addresses", *PROVIDERS, *PROGRAMS)
_NAMES = ("address", "reason", "since", "until", "source", "by", "note")


def write_list(entries: Iterable[Suppression], form: str) -> Iterator[str]:
    """The list in a format, some hundred lines at a time. Raise ValueError when `form` is unknown.

    Whole domains stand in our own formats only: no provider takes them, and Postfix would refuse their
    subdomains, too. Free text that a spreadsheet would take for a formula gets an apostrophe in front; in
    "csv", addresses do, too.
    """
    match form:
        case "csv":
            return csv_text(_NAMES, map(_guarded_row, entries))
        case "csv-plain":
            return csv_text(_NAMES, map(_own_row, entries))
        case "jsonl":
            return json_lines(entry.to_dict() for entry in entries)
    entries = (entry for entry in entries if not entry.address.startswith("@"))
    match form:
        case "addresses" | "listmonk":
            return csv_text(["email"], ([entry.address] for entry in entries))
        case "mautic":
            return csv_text(["email", "doNotEmail"], ([entry.address, "1"] for entry in entries))
        case "postfix":
            return together(postfix_map(entries))
        case "ses":
            return json_lines(
                {"emailAddress": entry.address, "reason": _either(entry, "COMPLAINT", "BOUNCE")}
                for entry in entries
            )
        case "sendgrid":
            return csv_text(("email", "created", "status", "reason"), map(_sendgrid_row, entries))
        case "mailgun":
            return csv_text(("address", "code", "error", "created_at"), map(_mailgun_row, entries))
        case "postmark":
            return json_document("Suppressions", map(_postmark_object, entries))
        case "sparkpost":
            rows = (row for entry in entries for row in _sparkpost_rows(entry))
            return csv_text(("recipient", "type", "description"), rows)
    table = exports().get(form)
    if table is not None:
        return write_for(entries, table)
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


def _sendgrid_row(entry: Suppression) -> tuple[Any, ...]:
    created = int(entry.since.timestamp()) if entry.since else ""
    return entry.address, created, (entry.detail or {}).get("status", ""), said(entry)


def _mailgun_row(entry: Suppression) -> tuple[Any, ...]:
    detail = entry.detail or {}
    created = format_datetime(entry.since.astimezone(UTC), usegmt=True) if entry.since else ""
    code = detail.get("reply_code") or ("" if entry.reason == "complaint" else 550)
    return entry.address, code, said(entry), created.replace("GMT", "UTC")


def _postmark_object(entry: Suppression) -> dict[str, Any]:
    is_manual = entry.source == "manual"
    return {
        "EmailAddress": entry.address,
        "SuppressionReason": "ManualSuppression"
        if is_manual
        else _either(entry, "SpamComplaint", "HardBounce"),
        "Origin": "Customer" if is_manual else "Recipient",
        "CreatedAt": entry.since.isoformat() if entry.since else None,
    }


def _sparkpost_rows(entry: Suppression) -> Iterator[tuple[str, str, str]]:
    """SparkPost keeps two lists; who unsubscribed from a newsletter still gets his invoice."""
    kinds = (
        ["non_transactional"] if entry.reason == "unsubscribed" else ["transactional", "non_transactional"]
    )
    for kind in kinds:
        yield entry.address, kind, said(entry)
