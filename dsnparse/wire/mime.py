"""The MIME structure of a message as `email.message.Message` objects that read their parts when asked.

Facts:

* RFC 2045/2046: header block, blank line, body; a multipart's parts stand between lines of `--boundary`.
* The standard parser reads line by line, keeps several copies of everything, and recurses per level; a
  returned 25 MB attachment costs a second and 188 MB, 1,200 nested multiparts end in RecursionError.
* So: the bytes stay one buffer. A part knows where it starts and ends; its parts are found with `bytes.find`
  on the boundary, and only when something asks for them. Returned bodies are never touched.

Structure, fields and payloads are those of `email.message_from_bytes`. The deliberate differences, each
reasoned and held by an example in `tests/wire/test_mime_differences.py`:

* status fields: message/delivery-status and its like stay one text;
* lone carriage returns: are line ends in a message that has no others, else white space;
* doubled carriage returns: CR CR LF is one line end;
* folded values: their lines are parted by LF;
* leading blank lines: skipped;
* stray lines: skipped amid a header block;
* quoted mbox line: skipped like one without ">";
* mbox line at the end: starts the body;
* blank before the colon: allowed;
* missing boundary: read off the body;
* wrong boundary: the same;
* missing type: of a message whose body begins with a delimiter line, is multipart/mixed;
* empty boundary: is none;
* 8-bit boundary: matches its bytes;
* closed at once: a multipart is that ends where it starts;
* multipart without parts: its whole body is the payload;
* preamble and epilogue: not kept;
* defects: not kept.
"""

from __future__ import annotations

from email._policybase import compat32
from email.message import Message
from typing import Any, Final

from dsnparse.wire import boundary as boundaries
from dsnparse.wire.header import fields_in, read_header
from dsnparse.wire.limits import DEFAULT_LIMITS, Limits
from dsnparse.wire.warning import ParseWarning, make_warning

#: message/* types whose body is a group of fields or a bare header; it stays one text.
FIELD_TYPES: Final = frozenset(
    [
        "message/delivery-status",
        "message/global-delivery-status",
        "message/xdelivery-status",
        "message/tracking-status",
        "message/x-delivery-status",
        "message/disposition-notification",
        "message/global-disposition-notification",
        "message/feedback-report",
        "message/global-headers",
        "message/rfc822-headers",
    ]
)
#: How far into a message lone carriage returns are looked for; a message that has them shows one at once.
_LINE_END_PROBE: Final = 64 * 1024
_MOST_WARNINGS: Final = 50
#: How far leading blank lines are skipped.
_BLANK_PROBE: Final = 1024


class Buffer:
    """The bytes of one message, the limits, and what has been hit so far."""

    __slots__ = ("data", "has_cr", "limits", "parts_left", "warnings")

    def __init__(self, data: bytes, limits: Limits) -> None:
        self.warnings: list[ParseWarning] = []
        if len(data) > limits.message_bytes:
            self.warn("limit.message_bytes", most=limits.message_bytes, size=len(data))
            data = data[: limits.message_bytes]
        self.has_cr = b"\r" in data
        if self.has_cr:
            data = _with_line_feeds(data)
            self.has_cr = b"\r\n" in data
        self.data = data
        self.limits = limits
        self.parts_left = limits.parts

    def warn(self, code: str, **values: object) -> None:
        """Adds a warning of `WARNINGS`; the same one once, and no more than a screen can show."""
        if len(self.warnings) == _MOST_WARNINGS:
            return
        warning = make_warning(code, **values)
        if warning not in self.warnings:
            self.warnings.append(warning)
            if len(self.warnings) == _MOST_WARNINGS:
                self.warnings[-1] = make_warning("limit.warnings")


def _with_line_feeds(data: bytes) -> bytes:
    """`data` with LF for line ends, where they are CR alone (old Macs) or CR CR LF; else as it is.

    A CR amid lines that end in LF is no line end: whoever wrote it would make fields of his own with it.
    """
    head = data[:_LINE_END_PROBE]
    if b"\r\r\n" in head:
        return data.replace(b"\r\r\n", b"\n").replace(b"\r\n", b"\n")
    return data if b"\n" in head else data.replace(b"\r", b"\n")


class Part(Message):
    """One entity of a message: a `Message` whose payload is found in the buffer on first use."""

    policy = compat32
    preamble = None
    epilogue = None
    _unixfrom: str | None = None
    _charset = None

    def __init__(
        self, buffer: Buffer, start: int, end: int, depth: int, number: str, default_type: str
    ) -> None:
        # As `Message.__init__` does, but for what is the same for all (above), and for the fields and the
        # payload, which are made when somebody looks.
        self.defects = []
        self._default_type = default_type
        self.buffer = buffer
        self.depth = depth
        #: IMAP section number ("1.2"); "" for the message itself.
        self.number = number
        limits = buffer.limits
        header = read_header(
            buffer.data, start, end, buffer.has_cr, limits.header_bytes, limits.header_fields
        )
        if header.too_many_bytes:
            buffer.warn("limit.header_bytes", most=limits.header_bytes)
        if header.too_many_fields:
            buffer.warn("limit.header_fields", most=limits.header_fields)
        self._lines = header.lines
        self._fields: list[tuple[str, str]] | None = None
        if header.unix_from is not None:
            self.set_unixfrom(header.unix_from)
        #: First value of each field by its name in lower case, as text (surrogateescape for raw bytes).
        self.first = header.first
        self.start = start
        self.body_start = header.body_start
        self.body_end = max(end, self.body_start)
        self.type = self._type()
        self._found: Any = None
        self._parts: list[Part] | None = None

    # `Message` keeps fields in `_headers`, the payload in `_payload`; here they are made when somebody looks.
    @property
    def _headers(self) -> list[tuple[str, str]]:
        if self._fields is None:
            self._fields = fields_in(self._lines)
        return self._fields

    @_headers.setter
    def _headers(self, value: list[tuple[str, str]]) -> None:
        self._fields = value

    @property
    def _payload(self) -> Any:
        if self._found is None:
            self._found = self.parts() or self.raw().decode("ascii", "surrogateescape")
        return self._found

    @_payload.setter
    def _payload(self, value: Any) -> None:
        self._found = value

    def parts(self) -> list[Part]:
        """The parts directly inside this one; empty for a leaf."""
        if self._parts is None:
            self._parts = self._find_parts()
        return self._parts

    def raw(self, limit: int | None = None) -> bytes:
        """The body's bytes as they stand, undecoded, at most `limit` of them."""
        end = self.body_end if limit is None else min(self.body_end, self.body_start + limit)
        return self.buffer.data[self.body_start : end]

    def _type(self) -> str:
        value = self.first.get("content-type")
        if value is None:
            is_lost = self.depth == 0 and boundaries.is_multipart(
                self.buffer.data, self.body_start, self.body_end
            )
            return "multipart/mixed" if is_lost else self._default_type
        kind = value.partition(";")[0].strip().lower()
        return kind if kind.count("/") == 1 else "text/plain"

    def boundary(self) -> bytes | None:
        """The boundary parameter of Content-Type, or None."""
        return boundaries.boundary_of(self.first.get("content-type", ""))

    def _find_parts(self) -> list[Part]:
        kind = self.type
        if kind.startswith("multipart/"):
            if self._may_descend():
                boundary = self.boundary()
                return (self._split(boundary) if boundary else []) or self._split_by_the_body()
        elif kind.startswith("message/") and kind not in FIELD_TYPES and self._may_descend():
            return [
                Part(self.buffer, self.body_start, self.body_end, self.depth + 1, self.number, "text/plain")
            ]
        return []

    def _may_descend(self) -> bool:
        if self.depth < self.buffer.limits.depth:
            return True
        self.buffer.warn("limit.depth", most=self.buffer.limits.depth)
        return False

    def _split_by_the_body(self) -> list[Part]:
        """The parts of a multipart whose boundary parameter is lost or wrong, by the lines in its body."""
        found = boundaries.lost_boundary(self.buffer.data, self.body_start, self.body_end)
        parts = self._split(found) if found else []
        if parts:
            self.buffer.warn("repair.boundary")
        return parts

    def _split(self, boundary: bytes) -> list[Part]:
        default = "message/rfc822" if self.type == "multipart/digest" else "text/plain"
        prefix = self.number + "." if self.number else ""
        buffer = self.buffer
        spans = boundaries.split(buffer.data, boundary, self.body_start, self.body_end, buffer.parts_left + 1)
        if len(spans) > buffer.parts_left:
            buffer.warn("limit.parts", most=buffer.limits.parts)
            del spans[buffer.parts_left :]
        buffer.parts_left -= len(spans)
        return [
            Part(buffer, start, end, self.depth + 1, f"{prefix}{number}", default)
            for number, (start, end) in enumerate(spans, 1)
        ]


def read_message(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Part:
    """The message in `data` (any bytes) as a tree of parts. Raises nothing on any bytes."""
    buffer = Buffer(data, limits)
    return Part(buffer, _skip_blank_lines(buffer.data), len(buffer.data), 0, "", "text/plain")


def _skip_blank_lines(data: bytes) -> int:
    """Where the first line with something in it starts, if a header field does; files are saved like that."""
    if data[:1] not in (b"\n", b"\r", b" ", b"\t"):
        return 0
    head = data[:_BLANK_PROBE]
    start = len(head) - len(head.lstrip())
    start = head.rfind(b"\n", 0, start) + 1
    name, colon, _ = head[start : start + 80].partition(b":")
    return start if colon and name.isascii() and name.replace(b"-", b"").isalnum() else 0
