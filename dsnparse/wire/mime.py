"""The MIME structure of a message as `email.message.Message` objects that read their parts when asked.

Facts:

* RFC 2045/2046: header block, blank line, body; a multipart's parts stand between lines of `--boundary`.
* The standard parser reads line by line, keeps several copies of everything, and recurses per level; a
  returned 25 MB attachment costs a second and 188 MB, 1,200 nested multiparts end in RecursionError.
* So: the bytes stay one buffer. A part knows where it starts and ends; its parts are found with `bytes.find`
  on the boundary, and only when something asks for them. Returned bodies are never touched.

Deliberate differences from `email.message_from_bytes`, each held by a test:

* line ends inside folded header values are LF, whatever they were;
* a stray line amid header fields is skipped, where the standard parser takes it for the start of the body;
* `message/delivery-status` stays one text (the standard parser splits it into blocks, and loses fields);
* blank lines before the first header field are skipped (the standard parser then sees no header at all);
* a multipart without a usable boundary is split by the delimiter lines in its body, with a warning;
* preamble, epilogue and defects are not kept; limits end the reading with a warning.
"""

from __future__ import annotations

import re
from email.message import Message
from typing import Any

from dsnparse.wire.limits import DEFAULT_LIMITS, Limits

_FIELD_START = re.compile(r"\n(?![ \t])")
_BOUNDARY = re.compile(r"""boundary\s{0,20}=\s{0,20}(?:"([^"\\]*)"|([^\s;"]+))""", re.IGNORECASE)
#: A delimiter line that a part's Content field follows.
_LOST_BOUNDARY = re.compile(
    rb"(?:^|\n)--([^\s-][^\r\n]{1,100}?)[ \t]{0,8}\r?\nContent-[A-Za-z-]{1,30}:", re.IGNORECASE
)
_AFTER_DELIMITER = re.compile(rb"(--)?[ \t]*(?:\r?\n|\r|\Z)")
#: How far into a message lone carriage returns are looked for; a Mac-style message shows one at once.
_LINE_END_PROBE = 64 * 1024
#: How far leading blank lines are skipped.
_BLANK_PROBE = 1024
#: Spaces after a delimiter that still make it one; longer runs are text.
_MAX_DELIMITER_TAIL = 80


class Buffer:
    """The bytes of one message, the limits, and what has been hit so far."""

    __slots__ = ("data", "has_cr", "limits", "parts_left", "warnings")

    def __init__(self, data: bytes, limits: Limits) -> None:
        self.warnings: list[str] = []
        if len(data) > limits.message_bytes:
            self.warn(f"Only the first {limits.message_bytes} of {len(data)} bytes were read.")
            data = data[: limits.message_bytes]
        head = data[:_LINE_END_PROBE]
        self.has_cr = b"\r" in head
        if self.has_cr and head.count(b"\r") - head.endswith(b"\r") > head.count(b"\r\n"):
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            self.has_cr = False
        self.data = data
        self.limits = limits
        self.parts_left = limits.parts

    def warn(self, sentence: str) -> None:
        if sentence not in self.warnings:
            self.warnings.append(sentence)


class Part(Message):
    """One entity of a message: a `Message` whose payload is found in the buffer on first use."""

    def __init__(
        self, buffer: Buffer, start: int, end: int, depth: int, number: str, default_type: str
    ) -> None:
        super().__init__()
        self.buffer = buffer
        self.depth = depth
        #: IMAP section number ("1.2"); "" for the message itself.
        self.number = number
        self._default_type = default_type
        #: First value of each field by its name in lower case, as text (surrogateescape for raw bytes).
        self.first: dict[str, str] = {}
        self.start = start
        self.body_start = _read_header(self, buffer, start, end)
        self.body_end = max(end, self.body_start)
        self.type = self._type()
        self._found: Any = None

    # `Message` keeps its payload in `_payload`; here it is made when somebody looks.
    @property
    def _payload(self) -> Any:
        if self._found is None:
            self._found = self._find_payload()
        return self._found

    @_payload.setter
    def _payload(self, value: Any) -> None:
        self._found = value

    def is_multipart(self) -> bool:
        """True for multiparts that have parts, and for messages that hold a message."""
        return isinstance(self._payload, list)

    def parts(self) -> list[Part]:
        """The parts directly inside this one; empty for a leaf."""
        payload = self._payload
        return payload if isinstance(payload, list) else []

    def raw(self, limit: int | None = None) -> bytes:
        """The body's bytes as they stand, undecoded, at most `limit` of them."""
        end = self.body_end if limit is None else min(self.body_end, self.body_start + limit)
        return self.buffer.data[self.body_start : end]

    def _type(self) -> str:
        value = self.first.get("content-type")
        if value is None:
            return self._default_type
        kind = value.partition(";")[0].strip().lower()
        return kind if kind.count("/") == 1 else "text/plain"

    def boundary(self) -> bytes | None:
        """The boundary parameter of Content-Type, or None."""
        value = self.first.get("content-type", "")
        found = _BOUNDARY.search(value)
        if found and "*" not in value and value.count('"') <= 2:
            text = found[1] if found[1] is not None else found[2]
            return text.rstrip().encode("ascii", "surrogateescape") or None
        try:
            boundary = self.get_boundary()
        except (ValueError, LookupError, TypeError):
            return None
        return boundary.encode("utf-8", "surrogateescape") if boundary else None

    def _find_payload(self) -> Any:
        buffer = self.buffer
        if self.type.startswith("multipart/"):
            boundary = self.boundary()
            if self._may_descend():
                parts = self._split(boundary) if boundary else []
                if not parts:
                    parts = self._split_by_the_body()
                if parts:
                    return parts
        elif self.type in ("message/rfc822", "message/global") and self._may_descend():
            return [Part(buffer, self.body_start, self.body_end, self.depth + 1, self.number, "text/plain")]
        return self.raw().decode("ascii", "surrogateescape")

    def _may_descend(self) -> bool:
        if self.depth < self.buffer.limits.depth:
            return True
        self.buffer.warn(f"Parts nested deeper than {self.buffer.limits.depth} levels were not read.")
        return False

    def _split_by_the_body(self) -> list[Part]:
        """The parts of a multipart whose boundary parameter is lost or wrong, by the lines in its body."""
        found = _LOST_BOUNDARY.search(
            self.buffer.data, self.body_start, min(self.body_end, self.body_start + 4096)
        )
        if found is None:
            return []
        parts = self._split(found[1])
        if parts:
            self.buffer.warn("The boundary of a multipart was missing or wrong; it was read off the body.")
        return parts

    def _split(self, boundary: bytes) -> list[Part]:
        default = "message/rfc822" if self.type == "multipart/digest" else "text/plain"
        prefix = self.number + "." if self.number else ""
        buffer = self.buffer
        found: list[Part] = []
        for start, end in _between(buffer.data, b"--" + boundary, self.body_start, self.body_end):
            if buffer.parts_left <= 0:
                buffer.warn(f"Parts beyond the first {buffer.limits.parts} were not read.")
                break
            buffer.parts_left -= 1
            found.append(Part(buffer, start, end, self.depth + 1, f"{prefix}{len(found) + 1}", default))
        return found


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


def _between(data: bytes, delimiter: bytes, start: int, end: int) -> list[tuple[int, int]]:
    """Where the parts between delimiter lines start and end; the line end before a delimiter is its own."""
    spans: list[tuple[int, int]] = []
    opened = -1
    at = data.find(delimiter, start, end)
    while at >= 0:
        after = at + len(delimiter)
        tail = _AFTER_DELIMITER.match(data, after, min(end, after + _MAX_DELIMITER_TAIL))
        if tail is None or (at > start and data[at - 1] not in b"\r\n"):
            at = data.find(delimiter, after, end)
            continue
        if opened >= 0:
            spans.append((opened, _before_line_end(data, opened, at)))
        if tail[1]:
            return spans
        opened = tail.end()
        at = data.find(delimiter, opened, end)
    if opened >= 0:
        spans.append((opened, end))
    return spans


def _before_line_end(data: bytes, start: int, at: int) -> int:
    if at > start and data[at - 1] == 10:
        at -= 1
        if at > start and data[at - 1] == 13:
            at -= 1
    elif at > start and data[at - 1] == 13:
        at -= 1
    return at


def _read_header(part: Part, buffer: Buffer, start: int, end: int) -> int:
    """Fills the fields of `part` and returns where its body starts."""
    data, limits = buffer.data, buffer.limits
    head = data[start : start + 2]
    if head[:1] == b"\n":
        return start + 1
    if head == b"\r\n":
        return start + 2
    block_end, body = _header_end(buffer, start, end)
    block = data[start:block_end].decode("ascii", "surrogateescape")
    if buffer.has_cr:
        block = block.replace("\r\n", "\n")
    fields = part._headers  # type: ignore[attr-defined]  # noqa: SLF001
    first = part.first
    lines = _FIELD_START.split(block, limits.header_fields)
    if len(lines) > limits.header_fields:
        buffer.warn(f"Header fields beyond the first {limits.header_fields} were not read.")
        lines.pop()
    for index, line in enumerate(lines):
        name, colon, value = line.partition(":")
        if not colon or not name or not name.isascii() or not name.isprintable() or " " in name:
            if index == 0 and line.startswith(("From ", ">From ")):
                part.set_unixfrom(line)
                continue
            if name[-1:] in (" ", "\t") and colon and name.rstrip().isidentifier():
                name = name.rstrip()
            elif index == 0 or not _more_fields(lines, index):
                return _line_start(data, start, block_end, lines, index)
            else:
                continue
        value = value.strip(" \t\r\n") if "\n" not in value else value.lstrip(" \t\r\n").rstrip("\r\n")
        fields.append((name, value))
        key = name.lower()
        if key not in first:
            first[key] = value
    return body


def _header_end(buffer: Buffer, start: int, end: int) -> tuple[int, int]:
    """Where the header block ends, and where the body after the blank line starts."""
    data = buffer.data
    stop = min(end, start + buffer.limits.header_bytes)
    if buffer.has_cr:
        at = data.find(b"\n\r\n", start, stop)
        lf = data.find(b"\n\n", start, at if at >= 0 else stop)
        if lf < 0 <= at:
            return at, at + 3
    else:
        lf = data.find(b"\n\n", start, stop)
    if lf >= 0:
        return lf, lf + 2
    if stop < end:
        buffer.warn(f"Only the first {buffer.limits.header_bytes} bytes of a header block were read.")
        return stop, end
    return end, end


def _more_fields(lines: list[str], index: int) -> bool:
    """Whether a stray line is followed by a field, so that the header block goes on behind it."""
    following = lines[index + 1] if index + 1 < len(lines) else ""
    name, colon, _ = following.partition(":")
    return bool(colon) and 0 < len(name) < 80 and name.isascii() and name.isprintable() and " " not in name


def _line_start(data: bytes, start: int, end: int, lines: list[str], index: int) -> int:
    """Where logical line `index` of the header block starts in the data."""
    at = start
    for line in lines[:index]:
        for _ in range(line.count("\n") + 1):
            at = data.find(b"\n", at, end) + 1
    return at
