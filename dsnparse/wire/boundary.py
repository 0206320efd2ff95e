"""The boundary of a multipart (RFC 2046 section 5.1.1): in its Content-Type, and in its body."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message
from typing import Final

from dsnparse.wire.header import raw_bytes

#: A delimiter line that a part's Content field follows.
_LOST: Final = re.compile(
    rb"(?:^|\n)--(-{0,60}[^\s-][^\r\n]{0,100}?)(?<!--)[ \t]{0,8}\r?\nContent-[A-Za-z-]{1,30}:",
    re.IGNORECASE,
)
#: The usual case: one boundary, in quotes or bare, and no other quotes.
_PLAIN: Final = re.compile(
    r"""boundary=(?:"([^"\\]{1,200})"|([^\s"\\;<>]{1,200}))[ \t]*+(?:;|\Z)""", re.IGNORECASE
)
#: How far into a body a lost boundary is looked for; preambles are a line or two.
_LOST_PROBE: Final = 4096
_LINE_FEED: Final = 10
_TAIL: Final = re.compile(rb"(--)?[ \t]*+(?:\r?\n|\r|\Z)")
#: Content-Types with an encoded boundary (RFC 2231; never seen in a bounce) go to the standard library, whose
#: time grows with the square of their length.
_LONGEST_ENCODED: Final = 2000


def boundary_of(content_type: str) -> bytes | None:
    """The boundary parameter of a Content-Type value; None when there is none.

    `content_type`: with raw 8-bit bytes as surrogates, as header fields are read. The first boundary
    counts, quoted or not, as with the standard library; an empty one is none.
    """
    plain = _plain_boundary(content_type)
    if plain is not None:
        return plain
    encoded = False
    for parameter in _parameters(content_type):
        name, _, value = parameter.partition("=")
        name = name.strip().lower()
        if name == "boundary":
            return raw_bytes(_unquoted(value.strip()).rstrip()) or None
        encoded = encoded or name.startswith("boundary*")
    return _decoded(content_type) if encoded and len(content_type) <= _LONGEST_ENCODED else None


def _plain_boundary(content_type: str) -> bytes | None:
    """The boundary where it can be read at once: nothing before it is in quotes."""
    found = _PLAIN.search(content_type)
    if found is None:
        return None
    start = found.start()
    before = content_type[:start].rstrip(" \t\n")
    if '"' in before or before[-1:] != ";" or "oundary" in before.lower():
        return None
    value = (found[1] or found[2]).rstrip()
    return value.encode("ascii") if value and value.isascii() else None


def _parameters(value: str) -> Iterator[str]:
    """The pieces of a header value between semicolons that are not quoted."""
    waiting: list[str] = []
    quotes = 0
    for piece in value.split(";"):
        waiting.append(piece)
        quotes += piece.count('"') - piece.count('\\"')
        if quotes % 2 == 0:
            yield ";".join(waiting)
            waiting.clear()
            quotes = 0
    if waiting:
        yield ";".join(waiting)


def _unquoted(value: str) -> str:
    if len(value) > 1:
        if value[0] == value[-1] == '"':
            return value[1:-1].replace("\\\\", "\\").replace('\\"', '"')
        if value[0] == "<" and value[-1] == ">":
            return value[1:-1]
    return value


def _decoded(content_type: str) -> bytes | None:
    message: Message = Message()
    message["Content-Type"] = content_type
    try:
        boundary = message.get_boundary()
    except Exception:  # noqa: BLE001  (every codec of Python's can be named in it, each with errors of its own)
        return None
    return raw_bytes(boundary) if boundary else None


def lost_boundary(data: bytes, start: int, end: int) -> bytes | None:
    """The boundary that the delimiter lines of a multipart's body show, where its parameter does not."""
    found = _LOST.search(data, max(start - 1, 0), min(end, start + _LOST_PROBE))
    return found[1] if found else None


def is_multipart(data: bytes, start: int, end: int) -> bool:
    """Whether a body begins as a multipart's does: with a delimiter line, or the one line put above it.

    Gateways lose the Content-Type of the message, and with it the declaration of a report.
    """
    stop = min(end, start + _LOST_PROBE)
    at = data.find(b"--", start, stop)
    while at >= 0:  # from mark to mark: many times faster than the pattern by itself
        if at == start or data[at - 1] == _LINE_FEED:
            found = _LOST.match(data, at - 1 if at else 0, stop)
            if found is not None:
                preamble = data[start:at].strip()
                return not preamble or (b"MIME" in preamble and b"\n" not in preamble)
        at = data.find(b"\n--", at, stop) + 1 or -1
    return False


def split(data: bytes, boundary: bytes, start: int, end: int, most: int) -> list[tuple[int, int]]:
    """Where the parts between delimiter lines start and end, at most `most` of them.

    The line end before a delimiter belongs to it; a multipart without a closing delimiter ends with its body,
    whose last line end counts as the delimiter's.
    """
    delimiter = b"--" + boundary
    spans: list[tuple[int, int]] = []
    opened = -1
    at = data.find(delimiter, start, end)
    while at >= 0 and len(spans) < most:
        after = at + len(delimiter)
        tail = _TAIL.match(data, after, end) if at == start or data[at - 1] in b"\r\n" else None
        if tail is None:
            at = data.find(delimiter, after, end)
            continue
        if opened >= 0 and at > opened:
            spans.append((opened, _before_line_end(data, opened, at)))
        if tail[1]:
            return spans
        opened = tail.end()
        at = data.find(delimiter, opened, end)
    if opened >= 0 and at < 0:
        spans.append((opened, _before_line_end(data, opened, end) if end == len(data) else end))
    return spans


def _before_line_end(data: bytes, start: int, at: int) -> int:
    if at > start and data[at - 1] == 10:
        at -= 1
        if at > start and data[at - 1] == 13:
            at -= 1
    elif at > start and data[at - 1] == 13:
        at -= 1
    return at
