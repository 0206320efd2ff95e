"""Reports as events of django-anymail (https://anymail.dev/en/stable/sending/tracking/).

A program that listens to Anymail's signal `tracking` then hears of bounces that came by mail, too.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from dsnparse.model import Action, BounceRecord, BounceType, Kind, Report
from dsnparse.understood import GOOD_NEWS
from dsnparse.vocabulary import Reason

if TYPE_CHECKING:
    from anymail.signals import AnymailTrackingEvent

# The words of Anymail's EventType and RejectReason.
_BOUNCED, _DEFERRED, _DELIVERED, _REJECTED = "bounced", "deferred", "delivered", "rejected"
#: Feedback types (RFC 5965) by which somebody complained or left; of others nobody did.
_COMPLAINTS = {
    "abuse": "complained", "fraud": "complained", "other": "complained",
    "opt-out": "unsubscribed", "opt-out-list": "unsubscribed",
}  # fmt: skip
_REJECT_REASONS = {"complained": "spam", "unsubscribed": "unsubscribed"}
#: Reasons that Anymail has a word for; the others go by their type.
_OF_REASON = {
    Reason.BAD_ADDRESS_SYNTAX: "invalid",
    Reason.EXPIRED: "timed_out",
    Reason.SPAM_CONTENT: "spam",
    Reason.SUPPRESSED: "blocked",
}
_OF_TYPE = {
    BounceType.HARD: "bounced",
    BounceType.SOFT: "bounced",
    BounceType.BLOCK: "blocked",
    BounceType.UNDETERMINED: "other",
}


def to_anymail_events(report: Report, *, received: datetime | None = None) -> list[AnymailTrackingEvent]:
    """The tracking events of a report, to be sent through Anymail's signal, one for each recipient.

        for event in to_anymail_events(parse_dsn(data)):
            tracking.send(sender=None, event=event, esp_name="dsnparse")

    A failure is `bounced`, or `rejected` where the sending service did not try; a delay is `deferred`; a
    complaint is `complained`, or `unsubscribed`; an answer by a robot is `autoresponded`, whose recipient is
    None, as that of a complaint that names nobody. Receipts, other mail, and feedback that is no complaint
    ("not-spam", "auth-failure", "virus") give no event.

    `bounced` says not yet that the address is bad: a mailbox may be full, or your server listed. `esp_event`
    is the record as a dict, whose `bounce_type` and `advice` say so; that of an answer or a complaint without
    a record is empty. `received`: when the notice came, an aware datetime, for notices that name no time.

    Raises TypeError when `report` is no `Report`, and ModuleNotFoundError without the package django-anymail.
    """
    if not isinstance(report, Report):
        raise TypeError(f"to_anymail_events() takes a Report, not {type(report).__name__}.")
    try:
        from anymail.signals import AnymailTrackingEvent
    except ModuleNotFoundError as missing:
        raise ModuleNotFoundError(
            "to_anymail_events() makes events of django-anymail, which is not installed: "
            "pip install django-anymail",
            name=missing.name,
        ) from missing
    kinds: list[tuple[str, BounceRecord | None]] = [
        (kind, record) for record in report.records if (kind := _event_type(report, record)) is not None
    ]
    if not report.records and (kind := _event_type(report, None)) is not None:
        kinds = [(kind, None)]
    return [
        AnymailTrackingEvent(
            event_type=kind,
            timestamp=_time(report, record, received),
            esp_event=record.to_dict() if record else {},
            recipient=record.recipient if record else None,
            reject_reason=_reject_reason(kind, record),
            description=_description(report, record),
            mta_response=record.diagnostic if record else None,
            message_id=report.original.message_id,
        )
        for kind, record in kinds
    ]


def _event_type(report: Report, record: BounceRecord | None) -> str | None:
    if report.kind is Kind.AUTO_REPLY:
        return "autoresponded"
    if report.kind is Kind.COMPLAINT:
        return _COMPLAINTS.get(report.feedback_type or "abuse")
    if record is None or report.kind not in (Kind.BOUNCE, Kind.DELAY, Kind.DELIVERY):
        return None
    if record.action in GOOD_NEWS or (record.action is None and report.kind is Kind.DELIVERY):
        return _DELIVERED
    if record.action is Action.DELAYED or (record.action is None and report.kind is Kind.DELAY):
        return _DEFERRED
    return _REJECTED if record.reason is Reason.SUPPRESSED else _BOUNCED


def _reject_reason(kind: str, record: BounceRecord | None) -> str | None:
    if kind in (_BOUNCED, _REJECTED) and record is not None:
        return _OF_REASON.get(record.reason) or _OF_TYPE[record.bounce_type]
    return _REJECT_REASONS.get(kind)


def _description(report: Report, record: BounceRecord | None) -> str | None:
    if report.kind is Kind.COMPLAINT:
        return report.feedback_type
    if record is None or record.action in GOOD_NEWS:
        return None
    return f"{record.reason}: {record.reason.meaning}"


def _time(report: Report, record: BounceRecord | None, received: datetime | None) -> datetime | None:
    dates = (record.last_attempt_date if record else None, received, report.arrival_date)
    return next((date for date in dates if isinstance(date, datetime)), None)
