"""Reports as notifications of Amazon SES, for programs that read those.

Facts: https://docs.aws.amazon.com/ses/latest/dg/notification-contents.html. Programs that read them suppress
whomever a notification of the type "Permanent" names. So recipients of different types never share one, and a
failure that is not hard is never "Permanent", with one exception: what the sending service itself refused,
for its suppression list (subtype "OnAccountSuppressionList").
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dsnparse.classify import classify
from dsnparse.model import Action, BounceRecord, BounceType, Kind, OriginalMessage, Report
from dsnparse.understood import GOOD_NEWS
from dsnparse.vocabulary import Reason
from dsnparse.wire.address import listed_addresses

_PERMANENT, _TRANSIENT, _UNDETERMINED = "Permanent", "Transient", "Undetermined"
#: Type and subtype where the table of reasons has another type than the record.
_OTHERWISE = {
    BounceType.HARD: (_PERMANENT, "General"),
    BounceType.SOFT: (_TRANSIENT, "General"),
    BounceType.BLOCK: (_TRANSIENT, "General"),
    BounceType.UNDETERMINED: (_UNDETERMINED, _UNDETERMINED),
}
#: The name of a group of recipients: the event, and of a bounce its type and subtype.
_Group = tuple[str, str, str]


def to_ses_events(report: Report, *, received: datetime | None = None) -> list[dict[str, Any]]:
    """The notifications that Amazon SES would publish of a report: what SNS has in `Message`, as dicts.

    One for each sort of outcome: Bounce (one for each type and subtype), DeliveryDelay and Delivery; of a
    complaint one Complaint, also where nobody is named. Other reports give none. `received`: when the notice
    came, an aware datetime, for records that name no time.

    What is not known is left out, `feedbackId` always. `diagnosticCode` and `status` are left out, too, where
    they would say more than the record does: a reader of words would take for hard what is not.
    Raises TypeError when `report` is no `Report`.
    """
    if not isinstance(report, Report):
        raise TypeError(f"to_ses_events() takes a Report, not {type(report).__name__}.")
    if report.kind is Kind.COMPLAINT:
        return [_event("notificationType", "Complaint", _complaint(report, received), report)]
    groups: dict[_Group, list[BounceRecord]] = {}
    for record in report.records:
        group = _group(report.kind, record)
        if group is not None:
            groups.setdefault(group, []).append(record)
    return [_of_group(group, records, report, received) for group, records in groups.items()]


def _group(kind: Kind, record: BounceRecord) -> _Group | None:
    if kind not in (Kind.BOUNCE, Kind.DELAY, Kind.DELIVERY):
        return None
    if record.action in GOOD_NEWS or (record.action is None and kind is Kind.DELIVERY):
        return "Delivery", "", ""
    if record.action is Action.DELAYED or (record.action is None and kind is Kind.DELAY):
        return "DeliveryDelay", "", ""
    return "Bounce", *_bounce_type(record)


def _bounce_type(record: BounceRecord) -> tuple[str, str]:
    kind, _, subtype = record.reason.ses.partition("/")
    if record.reason is Reason.SUPPRESSED or _OTHERWISE[record.bounce_type][0] == kind:
        return kind, subtype
    return _OTHERWISE[record.bounce_type]


def _of_group(
    group: _Group, records: list[BounceRecord], report: Report, received: datetime | None
) -> dict[str, Any]:
    name, kind, subtype = group
    said = _without_nothing(
        bounceType=kind,
        bounceSubType=subtype,
        timestamp=_time(*(record.last_attempt_date for record in records), received, report.arrival_date),
        reportingMTA=f"dns; {report.reporting_mta}" if report.reporting_mta else None,
    )
    if name == "Delivery":
        said["recipients"] = [record.recipient for record in records]
        return _event("notificationType", name, said, report)
    if name == "DeliveryDelay":
        said["delayType"] = "MailboxFull" if _all(records, Reason.MAILBOX_FULL) else "General"
        ends = _time(*(record.will_retry_until for record in records))
        said |= _without_nothing(expirationTime=ends)
        said["delayedRecipients"] = [_recipient(record, report, None) for record in records]
        return _event("eventType", name, said, report)
    said["bouncedRecipients"] = [_recipient(record, report, Action.FAILED) for record in records]
    return _event("notificationType", name, said, report)


def _all(records: list[BounceRecord], reason: Reason) -> bool:
    return all(record.reason is reason for record in records)


def _recipient(record: BounceRecord, report: Report, action: Action | None) -> dict[str, str]:
    status, diagnostic = record.status, record.diagnostic
    if action is Action.FAILED and record.bounce_type is not BounceType.HARD:
        if _sounds_hard(record, report, status, diagnostic):
            diagnostic = None
        if diagnostic is None and _sounds_hard(record, report, status, None):
            status = None
    said = f"{record.diagnostic_type or 'smtp'}; {diagnostic}" if diagnostic else None
    return _without_nothing(emailAddress=record.recipient, action=action, status=status, diagnosticCode=said)


def _sounds_hard(record: BounceRecord, report: Report, status: str | None, diagnostic: str | None) -> bool:
    """Whether who reads this alone, with or without the host that reports it, takes it for a hard bounce."""
    return any(
        classify(
            diagnostic or "", status=status, action=Action.FAILED, hosts=hosts, recipient=record.recipient
        ).bounce_type
        is BounceType.HARD
        for hosts in ((), (report.reporting_mta or "",))
    )


def _complaint(report: Report, received: datetime | None) -> dict[str, Any]:
    when = _time(*(record.last_attempt_date for record in report.records), received)
    return _without_nothing(
        complainedRecipients=[{"emailAddress": record.recipient} for record in report.records],
        timestamp=when,
        complaintFeedbackType=report.feedback_type,
        arrivalDate=_time(report.arrival_date),
    )


def _event(key: str, name: str, said: dict[str, Any], report: Report) -> dict[str, Any]:
    return {key: name, name[0].lower() + name[1:]: said, "mail": _mail(report)}


def _mail(report: Report) -> dict[str, Any]:
    original = report.original
    return _without_nothing(
        timestamp=_time(original.date, report.arrival_date),
        messageId=report.envelope_id,
        source=next(iter(_addresses(original.return_path) or _addresses(original.from_)), None),
        destination=[record.original_recipient or record.recipient for record in report.records],
        commonHeaders=_headers(original) or None,
    )


def _headers(original: OriginalMessage) -> dict[str, Any]:
    date = original.date
    return _without_nothing(
        messageId=original.message_id,
        date=date.isoformat() if isinstance(date, datetime) else date,
        to=[original.to] if original.to else None,
        subject=original.subject,
        **{"from": [original.from_] if original.from_ else None},
    )


def _addresses(field: str | None) -> list[str]:
    return [found.text for found in listed_addresses(field or "") if not found.is_uncertain]


def _without_nothing(**values: Any) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, Action) else value
            for name, value in values.items() if value not in (None, "")}  # fmt: skip


def _time(*dates: datetime | str | None) -> str | None:
    """The first that is a time, as SES writes it."""
    for date in dates:
        if isinstance(date, datetime):
            utc = date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
            return utc.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return None
