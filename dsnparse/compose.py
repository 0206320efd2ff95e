"""The way back: a delivery status notification (RFC 3464) from a report.

For those who test what becomes of bounces, or pass on what they learnt from a provider's web hook to a system
that reads only mail. Parsing what is composed here gives the same records.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import datetime
from email.utils import format_datetime

from dsnparse.model import Action, Kind, OriginalMessage, Report
from dsnparse.reply.command import command_in

_SUBJECTS = {
    Kind.BOUNCE: "Undelivered Mail Returned to Sender",
    Kind.DELAY: "Delayed Mail (still being retried)",
    Kind.DELIVERY: "Successful Mail Delivery Report",
}
_SENTENCES = {
    Kind.BOUNCE: "Your message could not be delivered to one or more recipients.",
    Kind.DELAY: "Your message could not be delivered yet. It will be retried until it is five days old.",
    Kind.DELIVERY: "Your message was successfully delivered to the destinations listed below.",
}
_ACTIONS = {Kind.BOUNCE: Action.FAILED, Kind.DELAY: Action.DELAYED, Kind.DELIVERY: Action.DELIVERED}
#: As Postfix names them; what the parser calls RCPT is the reply to RCPT TO.
_COMMANDS = {
    "RCPT": "RCPT TO command",
    "MAIL": "MAIL FROM command",
    "DATA": "end of DATA command",
    "CONN": "initial connection",
}
_WIDTH = 76
_NOT_XTEXT = re.compile(r"[^!-*,-<>-~]")
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def compose_dsn(report: Report, *, to: str | None = None, date: datetime | None = None) -> bytes:
    """Writes `report` as a multipart/report message (RFC 3464, 3462; RFC 6533 where it is not ASCII).

    `to`: the address that the notice goes to; the returned message's sender when it is None. `date`: of the
    notice, an aware datetime; without it, and without an arrival date, there is no Date field, and the mail
    system that sends the message adds one. Gives the bytes of the message with CRLF line ends.

    What a DSN has no field for is left out: reason, type, advice and evidence follow from the rest. A status
    that the record does not state is not made up.

    Raises TypeError when `report` is no `Report`; ValueError when its kind is none of bounce, delay and
    delivery, when it has no records, and when a value has a control character, which no field can hold.
    """
    if not isinstance(report, Report):
        raise TypeError(
            f"compose_dsn() takes a Report, not {type(report).__name__}: put records into "
            "Report(Kind.BOUNCE, records=(…,))."
        )
    if report.kind not in _SUBJECTS:
        raise ValueError(f"A DSN tells of a bounce, a delay or a delivery, not of kind {report.kind}.")
    if not report.records:
        raise ValueError("A DSN needs at least one recipient: the report has no records.")
    host = report.reporting_mta or "localhost"
    status = "\r\n".join([*_message_fields(report, host), *_recipient_fields(report)])
    text = "".join(_text(report, host))
    returned = "".join(_returned(report.original))
    parts = [
        _part("text/plain; charset=utf-8", text),
        _part("message/delivery-status" if status.isascii() else "message/global-delivery-status", status),
    ]
    if returned:
        parts.append(
            _part("text/rfc822-headers" if returned.isascii() else "message/global-headers", returned)
        )
    mark = hashlib.sha256("".join(parts).encode()).hexdigest()[:24]
    boundary = f"=_dsn_{mark}"
    sent = date or (report.arrival_date if isinstance(report.arrival_date, datetime) else None)
    head = [
        _field("From", f"Mail Delivery System <MAILER-DAEMON@{host}>"),
        _field("To", to or report.original.return_path or report.original.from_ or f"postmaster@{host}"),
        _field("Subject", _SUBJECTS[report.kind]),
        _field("Date", _date(sent)) if sent else "",
        _field("Message-ID", f"<{mark}@{host}>"),
        _field("Auto-Submitted", "auto-replied"),
        _field("MIME-Version", "1.0"),
        _field("Content-Type", f'multipart/report; report-type=delivery-status; boundary="{boundary}"'),
    ]
    body = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts)
    return f"{''.join(head)}\r\n{body}--{boundary}--\r\n".encode()


def _part(content_type: str, text: str) -> str:
    encoding = "7bit" if text.isascii() else "8bit"
    return f"Content-Type: {content_type}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{text}"


def _message_fields(report: Report, host: str) -> Iterator[str]:
    yield from (
        _field("Original-Envelope-Id", _xtext(report.envelope_id) if report.envelope_id else None)
        + _field("Reporting-MTA", f"dns; {host}")
        + _field("Arrival-Date", _date(report.arrival_date)),
    )


def _recipient_fields(report: Report) -> Iterator[str]:
    for record in report.records:
        kind, said = record.diagnostic_type, record.diagnostic or ""
        action = record.action or _ACTIONS[report.kind]
        yield (
            _field("Original-Recipient", _address(record.original_recipient))
            + _field("Final-Recipient", _address(record.recipient))
            + _field("X-Actual-Recipient", _address(record.actual_recipient))
            + _field("Action", action.value)
            + _field("Status", record.status)
            + _field("Remote-MTA", f"dns; {record.remote_mta}" if record.remote_mta else None)
            + _field("Diagnostic-Code", f"{kind}; {said}".strip() if kind else said or None)
            + _field("Last-Attempt-Date", _date(record.last_attempt_date))
            + _field("Final-Log-Id", record.final_log_id)
            + _field("Will-Retry-Until", _date(record.will_retry_until))
        )


def _address(address: str | None) -> str | None:
    """An address with its type (RFC 3464 section 2.3.1, RFC 6533 section 3)."""
    if address is None:
        return None
    if address.startswith("/"):
        return f"x400; {address}"
    return f"rfc822; {address}" if address.isascii() else f"utf-8; {address}"


def _xtext(text: str) -> str:
    """RFC 3461 section 4: everything that is not printable ASCII, "+" and "=" in hexadecimal."""
    return _NOT_XTEXT.sub(lambda found: f"+{ord(found[0]):02X}" if ord(found[0]) < 128 else found[0], text)


def _date(date: datetime | str | None) -> str | None:
    return format_datetime(date) if isinstance(date, datetime) else date


def _text(report: Report, host: str) -> Iterator[str]:
    yield f"This is the mail system at host {host}.\r\n\r\n{_SENTENCES[report.kind]}\r\n"
    for record in report.records:
        said, command = record.diagnostic or "", record.smtp_command
        if command and command_in(said) is None:
            said = f"{said} (in reply to {_COMMANDS.get(command, command + ' command')})".strip()
        if said:
            yield f"\r\n<{record.recipient}>: {said}\r\n"


def _returned(original: OriginalMessage) -> Iterator[str]:
    yield _field("Return-Path", original.return_path)
    yield _field("From", original.from_)
    yield _field("To", original.to)
    yield _field("Subject", original.subject)
    yield _field("Date", _date(original.date))
    yield _field("Message-ID", original.message_id)
    yield _field("List-Id", original.list_id)
    yield _field("List-Unsubscribe", original.list_unsubscribe)
    yield _field("Feedback-ID", original.feedback_id)
    for name, value in original.x_headers.items():
        yield _field(name, value)


def _field(name: str, value: str | None) -> str:
    """One field, folded at its blanks; nothing where there is no value."""
    if value is None:
        return ""
    if _UNFIT.search(value) or _UNFIT.search(name) or ":" in name:
        raise ValueError(f"No field can hold this, for its control characters: {name}: {value!r:.200}")
    first, *words = value.split(" ")
    lines = [f"{name}: {first}"]
    for word in words:
        if len(lines[-1]) + len(word) >= _WIDTH and word:
            lines.append("")
        lines[-1] += f" {word}"
    return "\r\n".join(lines).rstrip() + "\r\n"
