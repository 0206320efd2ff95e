"""mbox: messages one after the other in one file, each behind a "From " line.

RFC 4155 describes the container. Three dialects matter: mboxo and mboxrd quote lines of the body that begin
with "From " by a ">"; mboxcl2 quotes nothing and states Content-Length instead. A Content-Length is believed
where it holds: where it ends at another "From " line, or at the end of the file. Otherwise a message ends
before a line that has the shape of a "From " line (weekday, month, day, time, year) and is followed by a
header field.

The splitter reads forward only, and keeps one message at a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

_CHUNK = 256 * 1024
#: A "From " line with the line after it must fit in here.
_SEPARATOR_BYTES = 2048
#: How far into a message a Content-Length is looked for.
_HEADER_BYTES = 64 * 1024

_DATE = (
    rb"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? {1,3}"
    rb"(?:[A-Z][a-z]{2} {1,3}\d{1,2}|\d{1,2} {1,3}[A-Z][a-z]{2})[ ,]"
)
_TIME = rb"\d:\d\d"
_FIELD = rb">?From |[A-Za-z][!-9;-~]{0,76}[ \t]?:"
_CONTENT_LENGTH = rb"content-length:[ \t]{0,20}(\d{1,12})[ \t]{0,20}\r?\n"
_QUOTED = rb"(?m)^>(>{0,50}From )"


class Entry(NamedTuple):
    """One message of an mbox."""

    #: Where its "From " line starts, and where the next one does (or the file ends).
    start: int
    end: int
    #: Where its first header field starts.
    offset: int
    #: Its size without the "From " line and without the blank line that closes it.
    length: int
    #: Whether ">From " lines in it are quoted "From " lines.
    quoted: bool
    #: The first bytes of the message, as many as asked for, still quoted.
    data: bytes


def unquote(data: bytes) -> bytes:
    """Takes one ">" off each line that was quoted for the mbox (">From ", ">>From ")."""
    return re.sub(_QUOTED, rb"\1", data) if b">From " in data else data


def split(stream: BinaryIO, limit: int, *, keep: bool = True) -> Iterator[Entry]:
    """The messages of an mbox, in order.

    `stream` is read to its end and never sought in. Of each message at most `limit` bytes are kept (none
    without `keep`). Memory is bounded by `limit` however large the file is. An OSError of `stream.read` is
    raised after the messages before it.
    """
    return _Splitter(stream, limit, keep).entries()


def _is_separator(text: bytes) -> bool:
    """Whether `text` begins with a dated "From " line and a header field after it."""
    line, _, following = text.partition(b"\n")
    date = re.search(_DATE, line)
    return (
        date is not None
        and re.search(_TIME, line[date.end() :]) is not None
        and re.match(_FIELD, following) is not None
    )


class _Splitter:
    """A window on the stream that begins where the current message begins."""

    def __init__(self, stream: BinaryIO, limit: int, keep: bool) -> None:
        self.stream = stream
        self.limit = limit
        self.keep = keep
        self.window = bytearray()
        self.base = 0  # position of window[0] in the stream
        self.ended = False
        self.failure: OSError | None = None

    def more(self, upto: int) -> bool:
        """Reads until the window has `upto` bytes; whether it has."""
        while len(self.window) < upto and not self.ended:
            try:
                block = self.stream.read(_CHUNK)
            except OSError as error:
                block, self.failure = b"", error
            self.ended = not block
            self.window += block
        return len(self.window) >= upto

    def entries(self) -> Iterator[Entry]:
        self.more(_CHUNK)
        while self.window:
            self.more(_SEPARATOR_BYTES)
            first = self.window.find(b"\n", 0, _SEPARATOR_BYTES) + 1 or min(
                len(self.window), _SEPARATOR_BYTES
            )
            start = self.base
            by_length = self._end_by_length(first)
            dropped = 0
            kept: bytes | None = None
            end = by_length
            scan = 0
            while end is None:
                end, scan = self._next_separator(scan)
                if end is None and len(self.window) > first + self.limit + _CHUNK:
                    # Larger than anybody will look at: keep the beginning, let the rest pass by.
                    if kept is None:
                        kept = bytes(self.window[first : first + self.limit]) if self.keep else b""
                    dropped += scan
                    self._drop(scan)
                    scan = 0
            body_end = end - self._blank_line_before(end)
            length = max(dropped + body_end - first, 0)
            if kept is None:
                kept = bytes(self.window[first : min(body_end, first + self.limit)]) if self.keep else b""
            self._drop(end)
            yield Entry(start, self.base, start + first, length, by_length is None, kept)
            self.more(1)
        if self.failure:
            raise self.failure

    def _drop(self, count: int) -> None:
        del self.window[:count]
        self.base += count

    def _blank_line_before(self, end: int) -> int:
        tail = bytes(self.window[max(0, end - 4) : end])
        for blank in (b"\r\n", b"\n"):
            if tail.endswith(b"\n" + blank):
                return len(blank)
        return 0

    def _next_separator(self, scan: int) -> tuple[int | None, int]:
        """The start of the next "From " line after `scan`, or None and where to go on when more was read."""
        while True:
            found = self.window.find(b"\nFrom ", scan)
            if found < 0:
                scan = max(scan, len(self.window) - 5)
                if self.ended:
                    return len(self.window), scan
                self.more(len(self.window) + 1)
                return None, scan
            self.more(found + _SEPARATOR_BYTES)
            if _is_separator(bytes(self.window[found + 1 : found + _SEPARATOR_BYTES])):
                return found + 1, scan
            scan = found + 1

    def _end_by_length(self, first: int) -> int | None:
        """Where the message ends by its Content-Length, if that leads to a "From " line or to the end."""
        self.more(first + _HEADER_BYTES)
        window = self.window
        stop = first + _HEADER_BYTES
        for blank in (b"\n\n", b"\n\r\n"):
            found = window.find(blank, max(0, first - 1), stop)
            if found >= 0:
                stop = found + len(blank)
        header = bytes(window[first - 1 : stop]).lower()
        stated = re.match(_CONTENT_LENGTH, header[header.find(b"\ncontent-length:") + 1 :])
        if stated is None or int(stated[1]) > self.limit:
            return None
        end = stop + int(stated[1])
        self.more(end + 8)
        if end > len(window):
            return None
        for newline in (b"\r\n", b"\n", b"\r\n", b"\n"):
            if window.startswith(newline, end):
                end += len(newline)
        at_end = self.ended and end == len(window)
        # A stranger's Content-Length may lead behind the ">" of a quoted line, to a message that nobody sent.
        starts_a_line = window.startswith(b"\nFrom ", end - 1)
        return end if at_end or starts_a_line else None
