"""What is measured on: real messages where there are some, else the samples; and made ones for growth."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Real:
    """A message from a folder, with the kind that its label gives."""

    path: Path
    kind: str
    data: bytes


def folders() -> list[Path]:
    """Those with a labels.jsonl, below DSNPARSE_CORPORA (separated by `:`) or ../shared/corpora."""
    named = os.environ.get("DSNPARSE_CORPORA")
    roots = (
        [Path(part) for part in named.split(os.pathsep)] if named else [ROOT.parent / "shared" / "corpora"]
    )
    return sorted(labels.parent for root in roots for labels in root.glob("**/labels.jsonl"))


def real_messages() -> tuple[str, list[Real]]:
    """What they are, in words, and the messages."""
    found = []
    for folder in folders():
        for line in (folder / "labels.jsonl").read_text("utf-8").splitlines():
            label = json.loads(line)
            path = folder / label["file"]
            found.append(Real(path, label["kind"], path.read_bytes()))
    if found:
        return f"{len(found):,} real messages", found
    for path in sorted((ROOT / "samples").glob("*/*.eml")):
        label = json.loads(path.with_suffix(".json").read_text("utf-8"))
        found.append(Real(path, label["kind"], path.read_bytes()))
    return f"the {len(found):,} messages of samples/ (there are no corpora here)", found


_HEAD = b"""\
Return-Path: <>
From: MAILER-DAEMON@mx.example.net (Mail Delivery System)
To: sender@example.com
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
"""
_REPORT = (
    _HEAD
    + b"""\
Content-Type: multipart/report; report-type=delivery-status; boundary="B/mx"

--B/mx
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.example.net.

Your message could not be delivered to one or more recipients.

--B/mx
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
Arrival-Date: Mon,  2 Jun 2025 10:00:00 +0000 (UTC)

"""
)
_RECIPIENT = b"""\
Final-Recipient: rfc822; user%d@example.org
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.example.org
Diagnostic-Code: smtp; 550 5.1.1 <user%d@example.org>: Recipient address rejected: User unknown

"""
_RETURNED = b"""\
--B/mx
Content-Type: message/rfc822

From: sender@example.com
To: user0@example.org
Subject: The file you asked for
Message-ID: <1@example.com>
MIME-Version: 1.0
Content-Type: application/octet-stream
Content-Transfer-Encoding: base64

"""
_BASE64_LINE = b"TWFueSBoYW5kcyBtYWtlIGxpZ2h0IHdvcmsuTWFueSBoYW5kcyBtYWtlIGxpZ2h0IHdvcmsu\n"


#: What is said of recipients: the code, and the words.
_SAID = (
    ("5.1.1", "550 5.1.1 <%s>: Recipient address rejected: User unknown"),
    ("5.2.2", "552 5.2.2 <%s>... Mailbox full"),
    ("4.4.1", "451 4.4.1 connect to mx.example.org: connection timed out"),
    ("5.7.1", "554 5.7.1 Message refused: it looks like spam, id=%s"),
    ("5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient %s not found"),
)


def bounces(number: int) -> Iterator[bytes]:
    """So many bounces, each of another recipient, with another id, boundary and length."""
    chance = random.Random(7)
    for at in range(number):
        status, said = _SAID[at % len(_SAID)]
        name, mark = (
            f"{chance.randrange(36**8):x}.{at}@d{chance.randrange(5000)}.example",
            b"%x" % chance.getrandbits(60),
        )
        text = said % name if "%s" in said else said
        report = _REPORT.replace(b"B/mx", mark).replace(
            b"Subject:", b"Message-ID: <%d.%b@mx.example>\nSubject:" % (at, mark)
        )
        fields = f"Final-Recipient: rfc822; {name}\nAction: failed\nStatus: {status}\n"
        fields += f"Diagnostic-Code: smtp; {text}\n\n"
        returned = _RETURNED.replace(b"B/mx", mark).replace(b"<1@", b"<%b@" % mark)
        yield report + fields.encode() + returned + _BASE64_LINE * chance.randrange(20) + b"\n--%b--\n" % mark


def _one() -> bytes:
    return _RECIPIENT % (0, 0)


def returned_attachment(size: int) -> bytes:
    """A bounce of one recipient that returns an attachment; about `size` bytes altogether."""
    lines = max(1, size - len(_REPORT) - len(_RETURNED) - 200) // len(_BASE64_LINE)
    return _REPORT + _one() + _RETURNED + _BASE64_LINE * lines + b"\n--B/mx--\n"


def long_text(size: int) -> bytes:
    """A notice in prose of about `size` bytes with the failed address at the front."""
    line = b"We are sorry that this did not work and shall not try again, see http://example.net/help.\n"
    start = _HEAD + b"\n<user0@example.org>: 550 5.1.1 User unknown\n\n"
    return start + line * (max(0, size - len(start)) // len(line))


def status_recipients(number: int) -> bytes:
    """A delivery-status part with `number` recipients."""
    return _REPORT + b"".join([_RECIPIENT % (at, at) for at in range(number)]) + b"--B/mx--\n"


def text_recipients(number: int) -> bytes:
    """A notice in prose that names `number` failed addresses, each with a reply."""
    lines = [b"<user%d@example.org>: 550 5.1.1 User unknown\n" % at for at in range(number)]
    return _HEAD + b"\nYour message could not be delivered to these recipients:\n\n" + b"".join(lines)


def other_addresses(number: int) -> bytes:
    """A notice about one recipient with `number` further addresses in its text."""
    lines = [b"Questions? Write to desk%d@help.example.net any day.\n" % at for at in range(number)]
    return _HEAD + b"\n<user0@example.org>: 550 5.1.1 User unknown\n\n" + b"".join(lines)


def parts(number: int) -> bytes:
    """A report with `number` further small parts."""
    return _REPORT + _one() + b"--B/mx\nContent-Type: text/plain\n\nNothing.\n" * number + b"--B/mx--\n"


def header_lines(number: int) -> bytes:
    """A report with `number` further fields in its header."""
    return b"X-Spam-Report: nothing to see here\n" * number + _REPORT + _one() + b"--B/mx--\n"


def nested(depth: int) -> bytes:
    """A report inside `depth` multiparts."""
    opening = [b'Content-Type: multipart/mixed; boundary="n%d"\n\n--n%d\n' % (at, at) for at in range(depth)]
    return _HEAD + b"".join(opening) + _REPORT.removeprefix(_HEAD) + _one() + b"--B/mx--\n"


@dataclass(frozen=True, slots=True)
class Growing:
    """A message of any size: `make(n)` for each n of `steps`."""

    name: str
    unit: str
    make: Callable[[int], bytes]
    steps: tuple[int, ...]


_BYTES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000)
_NUMBERS = (1, 10, 100, 1_000, 10_000, 100_000)

GROWING = (
    Growing("returned attachment", "bytes", returned_attachment, _BYTES),
    Growing("text of the notice", "bytes", long_text, _BYTES),
    Growing(
        "recipients in the status part", "recipients", status_recipients, (1, 10, 100, 1_000, 10_000, 50_000)
    ),
    Growing("recipients in the text", "recipients", text_recipients, (1, 10, 100, 1_000, 10_000, 50_000)),
    Growing("other addresses in the text", "addresses", other_addresses, _NUMBERS),
    Growing("parts", "parts", parts, _NUMBERS),
    Growing("header lines", "lines", header_lines, (*_NUMBERS, 1_000_000)),
    Growing("nested multiparts", "levels", nested, _NUMBERS),
)
