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

import re
from collections.abc import Iterator, Mapping
from hashlib import blake2b
from json.encoder import encode_basestring_ascii as _quoted
from typing import NamedTuple

from dsnparse.wire.header import FieldLines, header_end

_FIELDS = (b"message-id", b"date", b"from", b"subject")
_OWN = frozenset({*_FIELDS, b"received"})
_LINES = FieldLines(_OWN)
#: As nearly everybody spells them.
_SPELLED = {name.title(): name for name in _OWN} | {b"Message-ID": b"message-id"}
_SIZE = 20
#: Bytes of a body that are held at a time.
_CHUNK = 64 * 1024
#: Bytes that are looked at together for where the text of a body ends.
_TAIL = 4096
#: What stands before a header: an mbox separator that was left in front, and empty lines.
_BEFORE_HEADER = re.compile(rb"(?:>?From [^\r\n]*+)?[\r\n]*+")
# mboxo and mboxrd put ">" before "From " at the start of a line. How many stood there before is not known,
# so all of them go.
_QUOTED_FROM = re.compile(rb"\n>++From ")
#: What the end of a piece may be the start of.
_START_OF_IT = re.compile(rb"\n(?:>++(?:From|Fro|Fr|F)?)?")


class OwnFields(NamedTuple):
    """What a message's header says of it as one of many."""

    #: The values of Message-ID, Date, From, Subject and Received, the first of each, as they stand.
    values: Mapping[bytes, bytes]
    #: Where the body starts.
    body: int


def own_fields(data: bytes | memoryview) -> OwnFields:
    """Find them, for who asks more than one thing of a message. Raises nothing."""
    before = _BEFORE_HEADER.match(data)
    start = before.end() if before else 0
    end, body = header_end(data, start, len(data))
    found: dict[bytes, bytes] = {}
    for line in _LINES(data, start, end):
        name, _, value = line.partition(b":")
        key = _SPELLED.get(name)
        if key is None:
            if b"\n" in name:  # folded before its colon, or without one
                name, _, value = line.partition(b"\n")
            if name[:1] in (b" ", b"\t"):  # continues nothing
                continue
            key = name.strip().lower()
            if key not in _OWN:
                continue
        if key not in found:
            found[key] = value
            if len(found) == len(_OWN):
                break
    return OwnFields(found, body)


def message_identity(data: bytes | bytearray | memoryview, own: OwnFields | None = None) -> str:
    """The identity of a whole message (header and body, any line endings): 40 hexadecimal digits.

    `own`: what `own_fields` found in it. Never raises on bytes. Linear in the length of `data`, of which one
    field or a chunk is held at a time.
    """
    view = memoryview(data)
    if view.itemsize != 1 or view.ndim != 1 or not view.contiguous:
        view = memoryview(view.tobytes())
    values, body = own or own_fields(view)
    fields = b"\n".join([b" ".join(values.get(name, b"").split()) for name in _FIELDS])
    if len(view) - body <= _CHUNK:
        text = b"\n" + _with_lf(bytes(view[body:]).rstrip(b"\r\n"))
        if b">From " in text:
            text = _QUOTED_FROM.sub(b"\nFrom ", text)
        return blake2b(fields + b"\n" + text, digest_size=_SIZE).hexdigest()
    digest = blake2b(fields + b"\n", digest_size=_SIZE)
    for piece in _without_quotes(_pieces(view, body, _end_of_text(view, body))):
        digest.update(piece)
    return digest.hexdigest()


def event_identity(*parts: str | None) -> str:
    """The identity of a provider's event from what names it: provider, event id, recipient, time, …"""
    written = ", ".join(["null" if part is None else _quoted(part) for part in parts])
    return blake2b(f"[{written}]".encode(), digest_size=_SIZE).hexdigest()


def _end_of_text(view: memoryview, start: int) -> int:
    """Where the line endings at the end of `view` start; they are looked for down to `start`."""
    end = len(view)
    while end > start:
        piece = bytes(view[max(start, end - _TAIL) : end])
        text = len(piece.rstrip(b"\r\n"))
        end += text - len(piece)
        if text:
            break
    return end


def _pieces(view: memoryview, start: int, end: int) -> Iterator[bytes]:
    """The bytes from `start` to `end`, a chunk at a time, with LF for every line ending."""
    after_cr = False
    for at in range(start, end, _CHUNK):
        piece = bytes(view[at : min(at + _CHUNK, end)])
        if after_cr:
            piece = piece.removeprefix(b"\n")
        after_cr = piece.endswith(b"\r")
        yield _with_lf(piece)


def _with_lf(piece: bytes) -> bytes:
    return piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in piece else piece


def _without_quotes(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The pieces of a text, with a line end before it, without the ">" that mbox puts before "From ".

    Where one ends in the start of such a line, this is held back until the next one says what it is: with
    one ">", and the number of further ones.
    """
    held, further = b"\n", 0
    for piece in pieces:
        text = held + piece
        if further and not _START_OF_IT.fullmatch(text):
            if not _QUOTED_FROM.match(text):
                yield from _with_quotes(held[:1], further)
                text = text[1:]
            further = 0
        line = text.rfind(b"\n")
        held = text[line:] if line >= 0 and _START_OF_IT.fullmatch(text, line) else b""
        text = text[: len(text) - len(held)]
        quotes = held.count(b">")
        if quotes > 1:
            further += quotes - 1
            held = b"\n>" + held.lstrip(b"\n>")
        if b">" in text and b">From " in text:  # a single byte is found in no time
            text = _QUOTED_FROM.sub(b"\nFrom ", text)
        yield text
    yield from _with_quotes(held[:1], further)
    yield held[1:]


def _with_quotes(start: bytes, number: int) -> Iterator[bytes]:
    yield start
    for at in range(0, number, _CHUNK):
        yield b">" * min(_CHUNK, number - at)
