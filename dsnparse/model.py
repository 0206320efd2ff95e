"""What comes out of a parse: `Report`, its `BounceRecord`s, and the `Evidence` for each value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from dsnparse.vocabulary import Action, Advice, BounceType, Kind, Reason
from dsnparse.wire.warning import ParseWarning

__all__ = [
    "Action",
    "Advice",
    "BounceRecord",
    "BounceType",
    "Evidence",
    "Kind",
    "OriginalMessage",
    "ParseWarning",
    "Reason",
    "Report",
]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where one value of a record (or the kind of a report) comes from."""

    #: The field that this explains: "recipient", "status", "reason", "kind", …
    field: str
    #: The part of the message, numbered as in IMAP ("1", "2", "1.2"); "header" for the message's own header.
    part: str
    #: Line within that part, counted from 1; 0 where a line makes no sense.
    line: int
    #: The rule that read it: "rfc3464.status", "phrase.user_unknown.no_such_user", "code.5.1.1", …
    rule: str
    #: The exact text that the rule looked at.
    text: str

    def to_dict(self) -> dict[str, Any]:
        """The entry as plain JSON types."""
        return {
            "field": self.field,
            "part": self.part,
            "line": self.line,
            "rule": self.rule,
            "text": self.text,
        }


@dataclass(frozen=True, slots=True)
class OriginalMessage:
    """What is known of the message that came back. Every field is None or empty when not returned."""

    message_id: str | None = None
    subject: str | None = None
    from_: str | None = None
    to: str | None = None
    date: datetime | str | None = None
    return_path: str | None = None
    list_id: str | None = None
    list_unsubscribe: str | None = None
    feedback_id: str | None = None
    #: `X-…` fields by their names in lower case, first value of each.
    x_headers: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """The fields as plain JSON types; `from_` is called `from`."""
        return {f.name.rstrip("_"): _plain(getattr(self, f.name)) for f in fields(self)}


@dataclass(frozen=True, slots=True)
class BounceRecord:
    """What happened to one recipient."""

    #: The address that failed, as the mail system named it.
    recipient: str
    #: The address that the sender mailed, when it differs (ORCPT, forwarding).
    original_recipient: str | None = None
    #: The address that it was forwarded to and that refused it, where X-Actual-Recipient tells.
    actual_recipient: str | None = None
    action: Action | None = None
    #: The enhanced status code that the message states (RFC 3463), else None.
    status: str | None = None
    #: The stated code, or the one that follows from the reply code or the rule; never presented as stated.
    effective_status: str | None = None
    #: The SMTP reply code (RFC 5321), e.g. 550.
    reply_code: int | None = None
    #: What the mail system said, unfolded and cleaned of control characters.
    diagnostic: str | None = None
    #: The type in front of Diagnostic-Code ("smtp", "x-unix"), in lower case.
    diagnostic_type: str | None = None
    #: The host that refused the recipient.
    remote_mta: str | None = None
    reason: Reason = Reason.UNDEFINED
    bounce_type: BounceType = BounceType.UNDETERMINED
    advice: Advice = Advice.REVIEW
    #: Aware datetimes, or the text where it can't be read as one.
    last_attempt_date: datetime | str | None = None
    will_retry_until: datetime | str | None = None
    final_log_id: str | None = None
    #: The SMTP command that was refused: "RCPT", "DATA", "MAIL", "CONN", …
    smtp_command: str | None = None
    #: The provider whose meaning of codes and phrases applied ("google", "microsoft", …).
    provider: str | None = None
    #: 0.0 to 1.0: how sure `reason` and `bounce_type` are.
    confidence: float = 0.0
    evidence: tuple[Evidence, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The fields as plain JSON types, under the same names."""
        return {f.name: _plain(getattr(self, f.name)) for f in fields(self)}


@dataclass(frozen=True, slots=True)
class Report:
    """What one message says. True when it is a bounce; iterating gives its records."""

    kind: Kind
    records: tuple[BounceRecord, ...] = ()
    reporting_mta: str | None = None
    arrival_date: datetime | str | None = None
    #: Original-Envelope-Id: the ENVID that the sender gave (RFC 3461), decoded.
    envelope_id: str | None = None
    original: OriginalMessage = field(default_factory=OriginalMessage)
    #: Feedback-Type of a complaint ("abuse", "auth-failure", …), in lower case.
    feedback_type: str | None = None
    #: Disposition of a receipt ("displayed", "deleted", …), in lower case.
    disposition: str | None = None
    #: Which notice format it was: "rfc3464", "qmail", "generic", …
    format: str | None = None
    #: Limits that were hit and repairs that were made.
    warnings: tuple[ParseWarning, ...] = ()
    #: Why the message is of this kind.
    evidence: tuple[Evidence, ...] = ()

    def __bool__(self) -> bool:
        return self.kind is Kind.BOUNCE

    def __iter__(self) -> Iterator[BounceRecord]:
        return iter(self.records)

    def __len__(self) -> int:
        return len(self.records)

    def to_dict(self) -> dict[str, Any]:
        """The report as plain JSON types, under the same names."""
        return {f.name: _plain(getattr(self, f.name)) for f in fields(self)}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (int, float)):
        return value
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    return value.to_dict()
