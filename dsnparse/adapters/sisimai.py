"""Reports as the records of Sisimai 5 (https://libsisimai.org/en/data/).

The names of its reasons beside ours are `Reason.sisimai`, and stand in docs/reasons.md.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from dsnparse.model import Action, BounceRecord, BounceType, Kind, Report
from dsnparse.understood import GOOD_NEWS
from dsnparse.wire.address import address_in_field

#: What Sisimai calls what is no failure.
_FEEDBACK, _DELIVERED = "feedback", "delivered"


def to_sisimai(
    report: Report, *, origin: str = "", delivered: bool = False, received: datetime | None = None
) -> list[dict[str, Any]]:
    """The records of a report under the names of Sisimai 5, as its JSON has them.

    There is one for each recipient that failed, is still being tried, or complained; with `delivered` also
    one for each that was reached. `origin`: where the message stands, for the field of that name. `received`:
    when the notice came, an aware datetime, for notices that name no time themselves.

    What is not known is an empty text, and None in `timestamp` and `timezoneoffset`. `reason` is the nearest
    that Sisimai has; `hardbounce` is True where `bounce_type` is hard, which Sisimai derives from the reason
    alone; `decodedby` is `Report.format`; `rhost` is the reporting host where no other is named, as Sisimai
    has it. Answers by robots give none: a report of them has no records.
    Raises TypeError when `report` is no `Report`.
    """
    if not isinstance(report, Report):
        raise TypeError(f"to_sisimai() takes a Report, not {type(report).__name__}.")
    if report.kind not in (Kind.BOUNCE, Kind.DELAY, Kind.DELIVERY, Kind.COMPLAINT):
        return []
    return [
        _record(report, record, origin, received)
        for record in report.records
        if delivered or not _is_delivered(report, record)
    ]


def _is_delivered(report: Report, record: BounceRecord) -> bool:
    return record.action in GOOD_NEWS or (record.action is None and report.kind is Kind.DELIVERY)


def _record(report: Report, record: BounceRecord, origin: str, received: datetime | None) -> dict[str, Any]:
    original = report.original
    remote, reporting = _host(record.remote_mta), _host(report.reporting_mta)
    addresser = _address(original.from_) or _address(original.return_path)
    when = next(
        (
            date
            for date in (record.last_attempt_date, report.arrival_date, received, original.date)
            if isinstance(date, datetime)
        ),
        None,
    )
    if report.kind is Kind.COMPLAINT:
        reason = _FEEDBACK
    else:
        reason = _DELIVERED if _is_delivered(report, record) else record.reason.sisimai.lower()
    return {
        "action": _action(report, record),
        "addresser": addresser,
        "alias": record.original_recipient or "",
        "catch": "",
        "command": record.smtp_command or "",
        "decodedby": report.format or "",
        "deliverystatus": record.effective_status or record.status or "",
        "destination": _domain(record.recipient),
        "diagnosticcode": record.diagnostic or "",
        "diagnostictype": (record.diagnostic_type or ("smtp" if record.reply_code else "")).upper(),
        "feedbackid": original.feedback_id or "",
        "feedbacktype": report.feedback_type or "",
        "hardbounce": record.bounce_type is BounceType.HARD,
        "lhost": reporting if remote else "",
        "listid": (original.list_id or "").rpartition("<")[2].rstrip("> "),
        "messageid": (original.message_id or "").strip("<>"),
        "origin": origin,
        "reason": reason,
        "recipient": record.recipient,
        "replycode": str(record.reply_code or ""),
        "rhost": remote or reporting,
        "senderdomain": _domain(addresser),
        "subject": original.subject or "",
        "timestamp": None if when is None else int(when.timestamp()),
        "timezoneoffset": None if when is None else when.strftime("%z")[:5],
        "token": _token(addresser, record.recipient, when),
    }


def _action(report: Report, record: BounceRecord) -> str:
    if record.action is not None:
        return record.action.value
    return Action.FAILED.value if report.kind is Kind.BOUNCE else ""


def _address(field: str | None) -> str:
    found = address_in_field(field) if field else None
    return "" if found is None or found.is_uncertain else found.text


def _domain(address: str) -> str:
    return address.rpartition("@")[2] if "@" in address else ""


def _host(named: str | None) -> str:
    """Without the remarks that some systems put behind it."""
    return (named or "").strip().partition(" ")[0].rstrip(".")


def _token(addresser: str, recipient: str, when: datetime | None) -> str:
    """Sisimai's own name of a failure, the same for the same sender, recipient and second."""
    if when is None or not addresser:
        return ""
    text = f"\x02{addresser.lower()}\x1e{recipient.lower()}\x1e{int(when.timestamp())}\x03"
    return hashlib.sha1(text.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()
