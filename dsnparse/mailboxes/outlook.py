"""Messages that Outlook saved (.msg), made into mail messages as the network has them.

Facts: an OLE compound file ([MS-CFB], read by `olefile`, the extra `msg`) that holds MAPI properties
([MS-OXMSG]). A notice is kept in one of two ways. Its parts are attachments, the delivery-status part among
them; or Exchange has made a report of it (class REPORT.IPM.Note.NDR), whose recipients are properties
([MS-OXOMSG]). Of the latter a delivery-status part is written here, of what the properties say and no more.
A letter with something attached stays one, whatever that is. Text that is kept as compressed RTF alone is not
read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import sha256

from dsnparse.errors import DsnparseError
from dsnparse.extras import install_line
from dsnparse.mailboxes.outlook_properties import Properties, TooMuch, open_file

#: Exchange takes 150 MB at most, as mail; what Outlook saves of a notice has some 100 KB.
MOST_BYTES = 32 * 1024 * 1024
#: Messages within messages that are opened, and attachments and recipients of each that are read.
_DEPTH = 4
_ATTACHMENTS = 100
_RECIPIENTS = 10_000
_ATTACHMENT_BYTES = 4 * 1024 * 1024

_SAVE = "save it as .eml, as Outlook on the web and for Mac do"
_STATUS = "message/delivery-status"
# Names of properties: [MS-OXPROPS].
_CLASS, _SUBJECT, _BODY, _HTML, _HEADERS = 0x001A, 0x0037, 0x1000, 0x1013, 0x007D
_MESSAGE_ID, _SENT, _DELIVERED, _TO = 0x1035, 0x0039, 0x0E06, 0x0E04
_SENDER_NAME, _SENDER_ADDRESS, _SENDER_SMTP = 0x0C1A, 0x0C1F, 0x5D01
_METHOD, _DATA, _TYPE, _LONG_NAME, _NAME = 0x3705, 0x3701, 0x370E, 0x3707, 0x3704
_RECIPIENT_SMTP, _RECIPIENT_ADDRESS, _RECIPIENT_NAME = 0x39FE, 0x3003, 0x3001
_REPORT_TEXT, _SUPPLEMENTARY, _REMOTE_MTA, _REPORTING_MTA = 0x1001, 0x0C1B, 0x0C21, 0x6820
#: Reason, diagnosis and status of one who was not reached: only such a one has these numbers.
_NOT_DELIVERED = (0x0C04, 0x0C05, 0x0C20)
_RETURNED_SUBJECT, _RETURNED_ID = 0x0049, 0x1046
_EMBEDDED = 5
#: What the last words of a report's class say of its recipients (RFC 3464's Action), the longest first.
_ACTIONS = {
    ".delayed.dr": "delayed", ".relayed.dr": "relayed", ".expanded.dr": "expanded", ".ndr": "failed",
    ".dr": "delivered",
}  # fmt: skip
#: As Exchange writes what the other server said: "<mx.example.org #5.1.1 smtp;550 5.1.1 no such user>".
_SAID = re.compile(r"<([^\s<>#]{1,255}) #(\d\.\d{1,3}\.\d{1,3})(?![\d.])")
_ADDRESS = re.compile(r"[^\s<>@]{1,64}@[^\s<>@]{1,255}")
_MIME_TYPE = re.compile(r"[a-z]{1,20}/[a-z0-9.+-]{1,60}")
_STATUS_FIELD = re.compile(
    rb"\s{0,20}(?:reporting-mta|original-envelope-id|final-recipient|x-queue-id):", re.IGNORECASE
)
_WAS_REPORT = re.compile(r"content-type:\s{0,20}multipart/report\b", re.IGNORECASE)


class OutlookError(DsnparseError):
    """An Outlook message that cannot be read: why, as the end of a sentence."""


def as_message(data: bytes) -> bytes:
    """The message of a .msg file's bytes, as mail: for `parse_dsn`.

    Raises OutlookError when it cannot be read, or needs the extra `msg`.
    """
    if len(data) > MOST_BYTES:
        raise OutlookError(f"is an Outlook message (.msg) of more than {MOST_BYTES >> 20} MB: {_SAVE}")
    try:
        return _message(open_file(data, MOST_BYTES), _DEPTH)
    except ModuleNotFoundError:
        raise OutlookError(
            f"is an Outlook message (.msg): {install_line('msg')} reads it; or {_SAVE}"
        ) from None
    except TooMuch:
        raise OutlookError(f"is an Outlook message (.msg) that holds more than it can: {_SAVE}") from None
    except Exception as error:
        raise OutlookError(
            f"begins as an Outlook message (.msg) does, and is damaged or something else "
            f"({type(error).__name__})"
        ) from error


def _message(store: Properties, depth: int) -> bytes:
    action = _action(store.text(_CLASS))
    came = list(_came(store.text(_HEADERS)))
    is_report = action is not None or any(_WAS_REPORT.match(field) for field in came)
    attached = list(_attached(store, depth, is_report=is_report))
    kinds = [kind for kind, _ in attached]
    if action and _STATUS not in kinds:
        status = _status(store, action)
        attached = [(_STATUS, status), *attached] if status else attached
        returned = _returned(store)
        if returned and "message/rfc822" not in kinds:
            attached.append(("text/rfc822-headers", returned))
    parts = [*_text(store), *attached]
    subtype = "report; report-type=delivery-status" if is_report else "mixed"
    mark = sha256(b"".join(body for _, body in parts)).hexdigest()[:32]
    pieces = [
        _head(store, came),
        f'MIME-Version: 1.0\r\nContent-Type: multipart/{subtype}; boundary="{mark}"\r\n\r\n'.encode(),
    ]
    for kind, body in parts:
        about = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        pieces += [f"--{mark}\r\n{about}".encode(), body, b"\r\n"]
    return b"".join([*pieces, f"--{mark}--\r\n".encode()])


def _action(kind: str) -> str | None:
    """What a message's class says was done for its recipients; None where it is no report of delivery."""
    low = kind.lower()
    if not low.startswith("report."):
        return None
    return next((action for end, action in _ACTIONS.items() if low.endswith(end)), None)


def _came(header: str) -> Iterator[str]:
    """The fields of the header that a message came with, each with its continuation lines."""
    field: list[str] = []
    for line in header.split("\n"):
        line = line.removesuffix("\r")
        if line[:1] in (" ", "\t") and field:
            field.append(line)
            continue
        if field:
            yield "\r\n".join(field)
        # What Outlook puts before them ("Microsoft Mail Internet Headers …") is none.
        field = [line] if ":" in line.partition(" ")[0] else []
    if field:
        yield "\r\n".join(field)


def _head(store: Properties, came: list[str]) -> bytes:
    """The header that the message came with, or what the properties say; no fields about the body."""
    if came:
        kept = [field for field in came if not field.lower().startswith(("content-", "mime-version"))]
        return "".join(f"{field}\r\n" for field in kept).encode("utf-8", "replace")
    sender = store.text(_SENDER_SMTP) or store.text(_SENDER_ADDRESS)
    date = store.time(_DELIVERED) or store.time(_SENT)
    name = re.sub(r'[<>"]', "", _line(store.text(_SENDER_NAME)))
    address = _ADDRESS.fullmatch(sender)
    fields = {
        "From": f"{name} <{address[0]}>" if address else name,
        "To": store.text(_TO),
        "Subject": store.text(_SUBJECT),
        "Date": _date(date),
        "Message-ID": store.text(_MESSAGE_ID),
    }
    return _fields(fields)


def _text(store: Properties) -> Iterator[tuple[str, bytes]]:
    text = store.text(_BODY)
    if text.strip():
        yield "text/plain; charset=utf-8", text.encode("utf-8", "replace")
        return
    html = store.binary(_HTML)
    if html:
        yield "text/html", html
    elif store.text(_HTML):
        yield "text/html; charset=utf-8", store.text(_HTML).encode("utf-8", "replace")


def _attached(store: Properties, depth: int, *, is_report: bool) -> Iterator[tuple[str, bytes]]:
    """The attachments that say something of a delivery: type and content."""
    for attachment in store.inner("__attach_version1.0_#", _ATTACHMENTS):
        if attachment.number(_METHOD) == _EMBEDDED:
            inner = attachment.storage(_DATA)
            if inner is not None and depth:
                yield "message/rfc822", _message(inner, depth - 1)
            continue
        content = attachment.binary(_DATA)[:_ATTACHMENT_BYTES]
        kind = attachment.text(_TYPE).strip().lower()
        name = (attachment.text(_LONG_NAME) or attachment.text(_NAME)).lower()
        if is_report and _STATUS_FIELD.match(content):
            kind = _STATUS
        elif name.endswith(".eml"):
            kind = "message/rfc822"
        if content and _MIME_TYPE.fullmatch(kind) and kind.startswith(("message/", "text/")):
            yield kind, content


def _status(store: Properties, action: str) -> bytes:
    """A delivery-status part of a report's recipients; nothing where none has an address."""
    blocks = []
    for recipient in store.inner("__recip_version1.0_#", _RECIPIENTS):
        if action == "failed" and not _is_told_of(recipient):
            continue  # somebody whom the report went to
        names = (recipient.text(one) for one in (_RECIPIENT_SMTP, _RECIPIENT_ADDRESS, _RECIPIENT_NAME))
        address = next((name for name in names if _ADDRESS.fullmatch(name)), None)
        if address is not None:
            blocks.append(
                _fields({"Final-Recipient": f"rfc822; {address}", "Action": action, **_said(recipient)})
            )
    if not blocks:
        return b""
    host = _line(store.text(_REPORTING_MTA))
    return b"\r\n".join([_fields({"Reporting-MTA": f"dns; {host}" if host else ""}), *blocks])


def _is_told_of(recipient: Properties) -> bool:
    return any(recipient.number(one) is not None for one in _NOT_DELIVERED) or bool(
        recipient.text(_SUPPLEMENTARY) or recipient.text(_REPORT_TEXT)
    )


def _said(recipient: Properties) -> dict[str, str]:
    """What the other server said of a recipient."""
    text = _line(recipient.text(_SUPPLEMENTARY) or recipient.text(_REPORT_TEXT))
    host, status, kind = _line(recipient.text(_REMOTE_MTA)), "", "smtp"
    found = _SAID.match(text)
    if found:
        host, status = host or found[1], found[2]
        text = text[found.end() :].removesuffix(">").strip()
        named, semicolon, rest = text.partition(";")
        if semicolon and named.isalnum():
            kind, text = named, rest.strip()
    return {
        "Status": status,
        "Remote-MTA": f"dns; {host}" if host else "",
        "Diagnostic-Code": f"{kind}; {text}" if text else "",
    }


def _returned(store: Properties) -> bytes:
    """What a report says of the message that came back."""
    return _fields({"Subject": store.text(_RETURNED_SUBJECT), "Message-ID": store.text(_RETURNED_ID)})


def _fields(fields: dict[str, str]) -> bytes:
    """Header fields, those without a value left out."""
    lines = [f"{name}: {value}\r\n" for name, text in fields.items() if (value := _line(text))]
    return "".join(lines).encode("utf-8", "replace")


def _line(text: str) -> str:
    return " ".join(text.split())


def _date(date: datetime | None) -> str:
    return "" if date is None else format_datetime(date.astimezone(UTC))
