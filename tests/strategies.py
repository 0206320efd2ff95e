"""Strategies that compose delivery status notifications as the world writes them, with what must come out."""

from __future__ import annotations

import base64
import quopri
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import strategies as st

from dsnparse import Action, BounceRecord
from dsnparse.model import Kind

SENDER = "nora.lind@example.com"
VICTIM = "victim@victim.example"

#: Local parts that need no quotes, and ASCII and other domains.
_ATOM = st.text("abcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-=?^_{}~", min_size=1, max_size=12).filter(
    lambda text: text[0].isalnum() and text[-1].isalnum()
)
LOCAL_PARTS = st.lists(_ATOM, min_size=1, max_size=3).map(".".join)
_LABEL = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=10)
DOMAINS = st.lists(_LABEL, min_size=1, max_size=3).map(lambda labels: ".".join([*labels, "example"]))
ASCII_ADDRESSES = st.one_of(
    st.builds("{}@{}".format, LOCAL_PARTS, DOMAINS),
    st.builds('"{} {}"@{}'.format, _LABEL, _LABEL, DOMAINS),
    st.builds("{}@[192.0.2.{}]".format, LOCAL_PARTS, st.integers(1, 254)),
)
_LETTERS = "äöüßéñçøåłžабвгдежзик日本語中文한국어αβγδ"
UNICODE_ADDRESSES = st.builds(
    "{}@{}.example".format,
    st.text(_LETTERS, min_size=1, max_size=8),
    st.text("äöüбвг語", min_size=1, max_size=6),
)
X400_ADDRESSES = st.builds("/G={}/S={}/O=firm/PRMD=firm/ADMD=post/C=DE/".format, _LABEL, _LABEL)

_WORDS = st.lists(
    st.sampled_from(
        "the address mailbox user host said server requested action not taken for <x@y.example> (#5.1.1) "
        "unknown; please try https://help.example/?q=1 again: later é 宛先 \"quoted\" 'single' a=b x".split()
    ),
    min_size=1,
    max_size=30,
).map(" ".join)
REPLIES = st.sampled_from(
    ["550 5.1.1 ", "550-5.1.1 ", "421 4.3.0 ", "452 4.2.2 ", "554 ", "550 ", "", "5.7.1 ", "250 2.1.5 "]
)
DIAGNOSTICS = st.builds("{}{}".format, REPLIES, _WORDS)
STATUSES = st.sampled_from(["5.1.1", "4.2.2", "5.7.1", "5.0.0", "4.4.7", "5.2.2", "5.999.999", "4.0.0"])
DATES = st.builds(
    lambda seconds, minutes: datetime.fromtimestamp(
        seconds, timezone(timedelta(minutes=minutes)) if minutes else UTC
    ),
    st.integers(10**9, 2 * 10**9),
    st.sampled_from([0, 0, 60, -480, 330, 540]),
)
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
HOSTS = st.builds("mx{}.{}".format, st.integers(1, 9), DOMAINS)


def written_date(date: datetime) -> str:
    return f"{date:%d} {_MONTHS[date.month - 1]} {date:%Y %H:%M:%S %z}"


@st.composite
def records(draw: st.DrawFn) -> BounceRecord:
    """What a status part can say of one recipient."""
    recipient = draw(st.one_of(ASCII_ADDRESSES, ASCII_ADDRESSES, UNICODE_ADDRESSES, X400_ADDRESSES))
    original = draw(st.one_of(st.none(), ASCII_ADDRESSES))
    if recipient.startswith("/") or (original and original.lower() == recipient.lower()):
        original = None
    action = draw(st.sampled_from([Action.FAILED, Action.FAILED, *Action]))
    status = draw(STATUSES)
    diagnostic = draw(st.one_of(st.none(), DIAGNOSTICS))
    optional_date = st.one_of(st.none(), DATES)
    return BounceRecord(
        recipient,
        original_recipient=original,
        action=action,
        status=status if action in (Action.FAILED, Action.DELAYED) else "2.1.5",
        diagnostic=diagnostic,
        diagnostic_type=draw(st.sampled_from(["smtp", "x-unix", "x400"])) if diagnostic else None,
        remote_mta=draw(st.one_of(st.none(), HOSTS)),
        last_attempt_date=draw(optional_date),
        will_retry_until=draw(optional_date),
        final_log_id=draw(st.one_of(st.none(), st.just("0a1b-2c3d/x"))),
    )


#: The fields that a status part carries, and that parsing gives back as they are.
CARRIED = (
    "recipient",
    "original_recipient",
    "action",
    "status",
    "diagnostic",
    "diagnostic_type",
    "remote_mta",
    "last_attempt_date",
    "will_retry_until",
    "final_log_id",
)


def carried(record: BounceRecord) -> dict[str, object]:
    return {name: getattr(record, name) for name in CARRIED}


def kind_of(wanted: list[BounceRecord]) -> Kind:
    actions = {record.action for record in wanted}
    if Action.FAILED in actions:
        return Kind.BOUNCE
    return Kind.DELAY if Action.DELAYED in actions else Kind.DELIVERY


@dataclass(frozen=True)
class Dsn:
    """A message and what parsing it must give."""

    data: bytes
    records: list[BounceRecord]
    kind: Kind


@st.composite
def dsns(draw: st.DrawFn, most: int = 5, wanted: list[BounceRecord] | None = None) -> Dsn:
    """A notice about any number of recipients, written in one of the many ways that are in use."""
    if wanted is None:
        wanted = draw(
            st.lists(records(), min_size=1, max_size=most, unique_by=lambda record: record.recipient.lower())
        )
    status = draw(status_parts(wanted))
    data = draw(wrapped(status))
    ending = draw(st.sampled_from([b"\n", b"\r\n", b"\r"]))
    return Dsn(data.replace(b"\n", ending), wanted, kind_of(wanted))


@st.composite
def status_parts(draw: st.DrawFn, wanted: list[BounceRecord]) -> str:
    """The fields of a status part: in any order and case, folded anywhere, with or without blank lines."""
    message = [
        f"Reporting-MTA: dns; {draw(HOSTS)}",
        *draw(
            st.sampled_from(
                [[], ["Arrival-Date: Mon, 1 Jan 2024 10:00:00 +0100"], ["X-Postfix-Queue-ID: 4Abc"]]
            )
        ),
    ]
    groups = [draw(recipient_group(record)) for record in wanted]
    between = draw(st.sampled_from(["\n\n", "\n\n", "\n", "\n \n\n"]))
    text = between.join(["\n".join(message), *groups])
    return text + draw(st.sampled_from(["\n", "\n\n", ""]))


@st.composite
def recipient_group(draw: st.DrawFn, record: BounceRecord) -> str:
    first = [("Final-Recipient", draw(typed(record.recipient)))]
    if record.original_recipient:
        first.insert(0, ("Original-Recipient", draw(typed(record.original_recipient))))
    assert record.action is not None
    assert record.status is not None
    rest = [
        (
            "Action",
            record.action.value + draw(st.sampled_from(["", "", " (permanent failure)", " (relayed to x)"])),
        ),
        ("Status", record.status + draw(st.sampled_from(["", "", " (unknown user)", " "]))),
    ]
    if record.remote_mta:
        rest.append(("Remote-MTA", draw(st.sampled_from(["dns; ", "DNS;", "dns;  "])) + record.remote_mta))
    if record.diagnostic:
        assert record.diagnostic_type is not None
        name = draw(st.sampled_from([record.diagnostic_type, record.diagnostic_type.upper()]))
        rest.append(("Diagnostic-Code", f"{name}; {record.diagnostic}"))
    for name, date in (
        ("Last-Attempt-Date", record.last_attempt_date),
        ("Will-Retry-Until", record.will_retry_until),
    ):
        if isinstance(date, datetime):
            rest.append((name, draw(st.sampled_from(["", "Mon, ", "Mon "])) + written_date(date)))
    if record.final_log_id:
        rest.append(("Final-Log-Id", record.final_log_id))
    rest.append(("X-Unknown", "something: else"))
    fields = first + draw(st.permutations(rest))
    return "\n".join(draw(field(name, value)) for name, value in fields)


@st.composite
def field(draw: st.DrawFn, name: str, value: str) -> str:
    """One field with its name in any case, folded at some of its blanks."""
    name = draw(st.sampled_from([name, name.lower(), name.upper()]))
    width = draw(st.sampled_from([998, 72, 30, 10]))
    fold = draw(st.sampled_from(["\n ", "\n\t", "\n    "]))
    first, *words = value.split(" ")
    text = f"{name}:{draw(st.sampled_from([' ', '', '  ', chr(9), fold]))}{first}"
    for word in words:
        folds = word and len(text) - text.rfind("\n") + len(word) > width
        text += (fold if folds else " ") + word
    return text


@st.composite
def typed(draw: st.DrawFn, address: str) -> str:
    """An address with its type: RFC 3464's, RFC 6533's in three encodings, and what others write."""
    if address.startswith("/"):
        return f"x400; {address}"
    if address.isascii():
        kinds = ["rfc822; ", "RFC822;", "rfc822 ; ", "unknown; ", "x-local-mail; ", ""]
        kind = draw(st.sampled_from(kinds if '"' not in address else kinds[:2]))
        return kind + draw(st.sampled_from([address, f"<{address}>"] if '"' not in address else [address]))
    escaped = "".join(char if char.isascii() else f"\\x{{{ord(char):X}}}" for char in address)
    # utf-8-address, utf-8-addr-unitext and utf-8-addr-xtext differ only in what they escape.
    return "utf-8; " + draw(st.sampled_from([address, escaped, escaped.replace("+", "\\x{2B}")]))


@st.composite
def wrapped(draw: st.DrawFn, status: str) -> bytes:
    """A whole message around a status part: a report, one inside other multiparts, or a bare status part."""
    kind = draw(
        st.sampled_from(
            ["message/delivery-status", "Message/Delivery-Status", "message/global-delivery-status"]
        )
    )
    encoding = draw(st.sampled_from(["8bit", "8bit", "base64", "quoted-printable"]))
    body = encoded(status, encoding)
    part = f"Content-Type: {kind}\nContent-Transfer-Encoding: {encoding}\n\n".encode() + body
    head = (
        "Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@mail.example.net>\n"
        f"To: {SENDER}\nSubject: {draw(st.sampled_from(['Undelivered Mail Returned to Sender', 'x', '']))}\n"
        "MIME-Version: 1.0\n"
    ).encode()
    if draw(st.integers(0, 9)) == 0:
        return head + part
    text = draw(st.sampled_from(["This is a notice.\n", "", "Der Empfänger ist unbekannt.\n"])).encode()
    parts = [b"Content-Type: text/plain; charset=utf-8\n\n" + text, part]
    returned = draw(st.sampled_from(["", "message/rfc822", "text/rfc822-headers", "message/global-headers"]))
    if returned:
        parts.append(f"Content-Type: {returned}\n\nFrom: {SENDER}\nSubject: hello\n\nbody\n".encode())
    boundary = draw(st.sampled_from(["=_b", "b", "----=_NextPart_0", "b/mail.example.net"]))
    subtype = draw(st.sampled_from(["report; report-type=delivery-status", "Report", "mixed"]))
    entity = multipart(subtype, boundary, parts)
    if draw(st.integers(0, 3)) == 0:
        disclaimer = b"Content-Type: text/plain\n\nAn added disclaimer.\n"
        entity = multipart("mixed", "outer" + boundary, [entity, disclaimer])
    return head + entity


def multipart(subtype: str, boundary: str, parts: list[bytes]) -> bytes:
    mark = boundary.encode()
    body = b"".join(b"--" + mark + b"\n" + part + b"\n" for part in parts)
    return (
        f'Content-Type: multipart/{subtype}; boundary="{boundary}"\n\n'.encode()
        + body
        + b"--"
        + mark
        + b"--\n"
    )


def encoded(text: str, encoding: str) -> bytes:
    data = text.encode()
    if encoding == "base64":
        return base64.encodebytes(data)
    return quopri.encodestring(data) if encoding == "quoted-printable" else data
