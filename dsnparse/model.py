"""What comes out of a parse: `Report`, its `BounceRecord`s, and the `Evidence` for each value.

All are values: they do not change, compare and hash by their fields, pickle, copy, and go into JSON and back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from dsnparse.vocabulary import Action, Advice, BounceType, Kind, Origin, Reason, TrustLevel
from dsnparse.wire.plain import Plain
from dsnparse.wire.quickly import made_quickly, made_when_read
from dsnparse.wire.warning import ParseWarning

__all__ = [
    "Action",
    "Advice",
    "Authenticity",
    "BounceRecord",
    "BounceType",
    "Evidence",
    "Kind",
    "Origin",
    "OriginalMessage",
    "ParseWarning",
    "Reason",
    "Report",
    "TrustLevel",
]


class Headers(Mapping[str, str]):
    """Header fields that do not change: a dict that can be hashed, and equals a dict with the same fields."""

    __slots__ = ("_fields",)

    def __init__(self, fields: Mapping[str, str]) -> None:
        self._fields = dict(fields)

    def __getitem__(self, name: str) -> str:
        return self._fields[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __hash__(self) -> int:
        return hash(frozenset(self._fields.items()))

    def __repr__(self) -> str:
        return repr(self._fields)


_NO_HEADERS = Headers({})


@dataclass(frozen=True, slots=True, init=False)
class Evidence(Plain):
    """Where one value of a record (or the kind of a report) comes from.

    Attributes:
        field: The field that this explains: "recipient", "status", "reason", "kind", …
        part: The part of the message, numbered as in IMAP ("1", "2", "1.2"); "header" for its own header;
            "envelope" for what the mail server said beside it.
        line: The line within that part, counted from 1; 0 where a line makes no sense.
        rule: The rule that read it: "rfc3464.status", "phrase.user_unknown.no_such_user", "code.5.1.1", …
        text: The exact text that the rule looked at.
    """

    field: str
    part: str
    line: int
    rule: str
    text: str

    # A record has ten of them: this takes half the time of the one that `dataclass` writes.
    def __init__(self, field: str, part: str, line: int, rule: str, text: str) -> None:
        _set_field(self, field)
        _set_part(self, part)
        _set_line(self, line)
        _set_rule(self, rule)
        _set_text(self, text)


_set_field, _set_part, _set_line, _set_rule, _set_text = [
    vars(Evidence)[name].__set__ for name in ("field", "part", "line", "rule", "text")
]
#: The values of an `Evidence`, in the order of its fields.
Written = tuple[str, str, int, str, str]


@dataclass(frozen=True, slots=True)
class OriginalMessage(Plain):
    """What is known of the message that came back. Every field is None or empty when it did not.

    Attributes:
        message_id: Message-ID, with its angle brackets.
        subject: Subject, decoded.
        from_: From, decoded; called `from` in JSON.
        to: To, decoded.
        date: Date: an aware datetime (in JSON, ISO 8601 with its offset), or the text where it is no date.
        return_path: Return-Path: the address that bounces go to.
        list_id: List-Id.
        list_unsubscribe: List-Unsubscribe.
        feedback_id: Feedback-ID, or CFBL-Feedback-ID (RFC 9477).
        x_headers: `X-…` fields by their names in lower case, the first value of each.
    """

    message_id: str | None = None
    subject: str | None = None
    from_: str | None = None
    to: str | None = None
    date: datetime | str | None = None
    return_path: str | None = None
    list_id: str | None = None
    list_unsubscribe: str | None = None
    feedback_id: str | None = None
    x_headers: Mapping[str, str] = _NO_HEADERS

    def __post_init__(self) -> None:
        if not isinstance(self.x_headers, Headers):
            object.__setattr__(self, "x_headers", Headers(self.x_headers))


@dataclass(frozen=True, slots=True)
class Authenticity(Plain):
    """How far a notice is to be believed, and why.

    Attributes:
        verdict: The verdict.
        mailed: The address that was mailed, as a signature of ours says; None when none does.
        mailed_id: The sender's own id that a signature of ours names in its place.
        is_expected: Whether a proof can be expected: the notice came more than two weeks after the first key.
        evidence: What speaks for the verdict, and against it.
    """

    verdict: TrustLevel
    mailed: str | None = None
    mailed_id: str | None = None
    is_expected: bool = False
    evidence: tuple[Evidence, ...] = ()


@made_quickly
@dataclass(frozen=True, slots=True)
class BounceRecord(Plain):
    """What happened to one recipient.

    Attributes:
        recipient: The address that failed, as the mail system named it; the mailed one where a signed return
            path says that this is another one.
        original_recipient: The address that was mailed, where it differs (ORCPT, forwarding).
        actual_recipient: The address that it was forwarded to and that refused it, where the notice tells.
        action: What the mail system did (RFC 3464 section 2.3.3).
        status: The enhanced status code that the message states (RFC 3463).
        effective_status: The stated code, or the one that follows from the reply code or the reason.
        reply_code: The SMTP reply code (RFC 5321), such as 550.
        diagnostic: What the mail system said, unfolded and cleaned of control characters.
        diagnostic_type: The type in front of Diagnostic-Code, in lower case: "smtp", "x-unix", …
        remote_mta: The host that refused the recipient.
        reason: Why the recipient did not get the message.
        bounce_type: What the failure says about the address.
        advice: What the sender should do about the address.
        last_attempt_date: When delivery was tried last: an aware datetime (in JSON, ISO 8601 with its
            offset), or the text where it is no date.
        will_retry_until: When the mail system will give up: an aware datetime (in JSON, ISO 8601 with its
            offset), or the text where it is no date.
        final_log_id: Final-Log-ID: the name of the attempt in the mail system's log.
        smtp_command: The SMTP command that was refused: "RCPT", "DATA", "MAIL", "CONN", …
        provider: The provider whose meaning of codes and phrases applied: "google", "microsoft", …
        confidence: 0.0 to 1.0: how sure `reason` and `bounce_type` are.
        evidence: Where each value comes from.
        recipient_origin: Who says that `recipient` is the recipient's address.
        original_origin: Who says that `original_recipient` was mailed.
    """

    recipient: str
    original_recipient: str | None = None
    actual_recipient: str | None = None
    action: Action | None = None
    status: str | None = None
    effective_status: str | None = None
    reply_code: int | None = None
    diagnostic: str | None = None
    diagnostic_type: str | None = None
    remote_mta: str | None = None
    reason: Reason = Reason.UNDEFINED
    bounce_type: BounceType = BounceType.UNDETERMINED
    advice: Advice = Advice.REVIEW
    last_attempt_date: datetime | str | None = None
    will_retry_until: datetime | str | None = None
    final_log_id: str | None = None
    smtp_command: str | None = None
    provider: str | None = None
    confidence: float = 0.0
    evidence: tuple[Evidence, ...] = ()
    recipient_origin: Origin = Origin.STATED
    original_origin: Origin | None = None


made_when_read(BounceRecord, "evidence", Evidence)


@dataclass(frozen=True, slots=True)
class Report(Plain):
    """What one message says. True when it is a bounce; iterating gives its records.

    Attributes:
        kind: What sort of notice the message is.
        records: One entry for each recipient.
        reporting_mta: The mail system that wrote the notice.
        arrival_date: When that system got the message: an aware datetime (in JSON, ISO 8601 with its
            offset), or the text where it is no date.
        envelope_id: Original-Envelope-Id: the ENVID that the sender gave (RFC 3461), decoded.
        original: What is known of the message that came back.
        feedback_type: Feedback-Type of a complaint (RFC 5965), in lower case: "abuse", "auth-failure", …
        disposition: Disposition of a receipt (RFC 8098), in lower case: "displayed", "deleted", …
        format: The notice format that was recognised: "rfc3464", "qmail", "generic", …
        warnings: Limits that were hit, repairs that were made, and what is odd about an address.
        evidence: Why the message is of this kind.
        authenticity: How far it is to be believed; None when that was not asked (neither `trust` nor an
            envelope).
    """

    kind: Kind
    records: tuple[BounceRecord, ...] = ()
    reporting_mta: str | None = None
    arrival_date: datetime | str | None = None
    envelope_id: str | None = None
    original: OriginalMessage = field(default_factory=OriginalMessage)
    feedback_type: str | None = None
    disposition: str | None = None
    format: str | None = None
    warnings: tuple[ParseWarning, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    authenticity: Authenticity | None = None

    def __bool__(self) -> bool:
        return self.kind is Kind.BOUNCE

    def __iter__(self) -> Iterator[BounceRecord]:
        return iter(self.records)

    def __len__(self) -> int:
        return len(self.records)
