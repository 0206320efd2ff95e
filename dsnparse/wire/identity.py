"""The identity of a message by its content, so that each bounce counts once.

The same bounce reaches several mailboxes through aliases, and every hop puts its own fields on top:
Received, Return-Path, Delivered-To, Authentication-Results, X-Spam-…, and mailboxes add Status, X-UID and
Content-Length. So the identity leaves all of these out. It is the digest of

- the values of Message-ID, Date, From and Subject, the first of each, white space folded to one space;
- the body, with LF for every line ending, mbox's `>From ` quoting undone, and no line endings at its end.

Message-ID alone is not enough: some mail systems use one over again, and whoever sends us a message chooses
it; a bounce must not be lost because another one came under its name. What changes the body on one way only
(a footer, another transfer encoding) makes another message.
"""

from __future__ import annotations

import json
import re
from hashlib import blake2b

_FIELDS = (b"message-id", b"date", b"from", b"subject")
_SIZE = 20
# mboxo and mboxrd put ">" before "From " at the start of a line. How many stood there before is not known,
# so all of them go.
_QUOTED_FROM = re.compile(rb"^>+From ", re.MULTILINE)


def message_identity(data: bytes | bytearray | memoryview) -> str:
    """The identity of a whole message (header and body, any line endings): 40 hexadecimal digits.

    Never raises on bytes. Linear in the length of `data`.
    """
    content = bytes(data)
    if b"\r" in content:
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if content.startswith((b"From ", b">From ")):  # an mbox separator left in front
        content = content.partition(b"\n")[2]
    content = content.lstrip(b"\n")
    header, blank, body = content.partition(b"\n\n")
    digest = blake2b(digest_size=_SIZE)
    for value in _values(header):
        digest.update(value + b"\n")
    digest.update(b"\n")
    if blank:
        if b">From " in body:
            body = _QUOTED_FROM.sub(b"From ", body)
        digest.update(body.rstrip(b"\n"))
    return digest.hexdigest()


def event_identity(*parts: str | None) -> str:
    """The identity of a provider's event from what names it: provider, event id, recipient, time, …"""
    return blake2b(json.dumps(parts).encode(), digest_size=_SIZE).hexdigest()


def _values(header: bytes) -> list[bytes]:
    found: dict[bytes, bytes] = {}
    name = b""
    lines: list[bytes] = []
    for line in [*header.split(b"\n"), b"end:"]:
        if line[:1] in (b" ", b"\t"):
            lines.append(line)
            continue
        if name in _FIELDS and name not in found:
            found[name] = b" ".join(b"".join(lines).split())
        name, _, value = line.partition(b":")
        name = name.strip().lower()
        lines = [value]
    return [found.get(name, b"") for name in _FIELDS]
