"""Reports as the parser makes them, in one line each, and what is seen of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from dsnparse import Action, BounceRecord, Evidence, Kind, OriginalMessage, Reason, Report
from dsnparse.store import Seen, event_identity

#: The first day of all stories, and the clock of the tests, which is later than all of them.
START = datetime(2025, 1, 1, 12, tzinfo=UTC)
NOW = START + timedelta(days=1)


def day(number: float) -> datetime:
    """So many days after the start."""
    return START + timedelta(days=number)


def record(
    address: str = "jane@example.com", reason: Reason = Reason.USER_UNKNOWN, **more: Any
) -> BounceRecord:
    """A failed recipient with the reason's own type, quite certain."""
    fields: dict[str, Any] = {
        "action": Action.FAILED,
        "status": "5.1.1",
        "reply_code": 550,
        "diagnostic": f"550 5.1.1 <{address}>: {reason.meaning}",
        "remote_mta": "mx.example.com",
        "reason": reason,
        "bounce_type": reason.bounce_type,
        "advice": reason.advice,
        "confidence": 0.95,
        "evidence": (Evidence("reason", "2", 7, "phrase.test", f"<{address}>: {reason.meaning}"),),
    }
    return BounceRecord(address, **(fields | more))


def seen(
    report: Report, name: str, at: datetime | None = START, source: str = "maildir:/var/bounces"
) -> Seen:
    """A report as a message that was read; `name` makes its identity."""
    return Seen(event_identity(name), source, report, at)


def bounce(
    name: str,
    address: str = "jane@example.com",
    reason: Reason = Reason.USER_UNKNOWN,
    at: datetime | None = START,
    **more: Any,
) -> Seen:
    """One bounce for one address."""
    original = OriginalMessage(message_id=f"<{name}@sender.example>", from_="news@sender.example")
    report = Report(
        Kind.BOUNCE,
        (record(address, reason, **more),),
        reporting_mta="mail.sender.example",
        original=original,
        format="rfc3464",
    )
    return seen(report, name, at)


def complaint(
    name: str,
    address: str = "jane@example.com",
    feedback: str | None = "abuse",
    at: datetime | None = START,
) -> Seen:
    """A complaint among a mail service's events."""
    report = Report(Kind.COMPLAINT, (BounceRecord(address),), feedback_type=feedback)
    return replace(seen(report, name, at), by_mail=False)


def delivery(name: str, address: str = "jane@example.com", at: datetime | None = START) -> Seen:
    """A notice of delivery."""
    who = BounceRecord(address, action=Action.DELIVERED, status="2.0.0")
    return seen(Report(Kind.DELIVERY, (who,)), name, at)


def of_kind(kind: Kind, name: str, address: str = "jane@example.com", **more: Any) -> Seen:
    """A message of another kind that still names an address, as if it were a hard bounce."""
    return seen(Report(kind, (record(address, **more),)), name)
