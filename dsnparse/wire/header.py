"""Header blocks: where one ends, and the fields in it.

Facts:

* RFC 5322 section 2.2: `Name: value` per field, a line that starts with a blank continues it, an empty line
  ends the block. Names are printable ASCII without blank and colon.
* Section 4.5 allows blanks before the colon in old mail; bounces of gateways still have them.
* Files of old tools start with an mbox line ("From a@b Mon Jan 1 …"), gateways leave a stray line amid the
  fields or forget the empty line at the end.

`read_header` reads all that a parser needs of an entity. Who wants to know one thing of a message, whatever
its line endings, has `header_end` and `header_lines`; who has text has `header_lines_of_text`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

#: The end of a line that the next one does not continue; in bytes, and there with any line endings.
_LINE_END: Final = re.compile(r"\n(?![ \t])")
_LINE_END_IN_BYTES: Final = re.compile(_LINE_END.pattern.encode())
_LINE_END_OF_ANY_KIND: Final = re.compile(rb"\n(?![ \t])|\r(?![\n \t])")
#: Two patterns that start with a byte each are found many times faster than one for both.
_EMPTY_LINE: Final = re.compile(rb"\n(?:\r\n?|\n)")
_EMPTY_LINE_BEHIND_CR: Final = re.compile(rb"\r\r\n?")
#: Bytes of a header that `header_lines` reads at a time, and the rest of the field that they end in.
_BLOCK = 64 * 1024
#: Names of fields that were found to be such, in lower case: a few hundred make up nearly all mail.
_KEYS: Final[dict[str, str]] = {}
_MAX_KEYS: Final = 2000
_BLANKS: Final = " \t\r\n"
_UNIX_FROM: Final = ("From ", ">From ")
#: The longest name of a field that goes on with a header block behind a stray line.
_LONGEST_NAME: Final = 80


class Header:
    """The fields of one header block."""

    __slots__ = (
        "body_start",
        "first",
        "lines",
        "too_many_bytes",
        "too_many_fields",
        "unix_from",
    )

    def __init__(
        self,
        lines: list[str],
        first: dict[str, str],
        unix_from: str | None,
        body_start: int,
        too_many_fields: bool,
        too_many_bytes: bool,
    ) -> None:
        #: The line of each field, folded ones parted by LF; and others that stand between them.
        self.lines = lines
        #: First value of each field by its name in lower case, without blanks around it.
        self.first = first
        #: The mbox line before the first field, or None.
        self.unix_from = unix_from
        #: Where the body starts in the data.
        self.body_start = body_start
        #: Whether fields or bytes were left unread.
        self.too_many_fields = too_many_fields
        self.too_many_bytes = too_many_bytes

    @property
    def fields(self) -> list[tuple[str, str]]:
        """(name, value) of each field, as they stand: values unstripped at their end."""
        return fields_in(self.lines)


def fields_in(lines: list[str]) -> list[tuple[str, str]]:
    """(name, value) of each line that is a field, as they stand: values unstripped at their end."""
    found = []
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            name = name.rstrip(" \t")
            if _KEYS.get(name) or _key(name):
                value = value.lstrip(_BLANKS)
                found.append((name, value if value[-1:] > " " else value.rstrip("\r\n")))
    return found


def header_end(data: bytes | memoryview, start: int, end: int) -> tuple[int, int]:
    """Where the header block that starts at `start` ends, and where the body behind the empty line starts.

    Any line endings; both are `end` where there is no empty line before it. Raises nothing.
    """
    found = _EMPTY_LINE.search(data, start, end)
    earlier = _EMPTY_LINE_BEHIND_CR.search(data, start, found.start() + 1 if found else end)
    found = earlier or found
    return found.span() if found else (end, end)


def header_lines(data: bytes | memoryview, start: int, end: int) -> Iterator[bytes]:
    """The lines of the header block from `start` to `end`, any line endings.

    A folded line is one, parted by LF; there may be an empty one behind the last. Raises nothing. They are
    read when asked for: a block of bytes, or one line, is held at a time.
    """
    return chain.from_iterable(map(_LINE_END_IN_BYTES.split, _blocks(data, start, end)))


class FieldLines:
    """Those of `header_lines` that may be one of a few fields, found without taking all lines apart."""

    def __init__(self, names: Iterable[bytes]) -> None:
        first = b"".join(name[:1].lower() + name[:1].upper() for name in names)
        # The others are blanks that may stand before a name, and make no line a continued one.
        self._pattern = re.compile(rb"\n([" + first + rb"\x0b\x0c][^\n]*(?:\n[ \t][^\n]*)*)")

    def __call__(self, data: bytes | memoryview, start: int, end: int) -> Iterator[bytes]:
        """The lines of the header block from `start` to `end`; see `header_lines`."""
        for block in _blocks(data, start, end):
            yield from self._pattern.findall(b"\n" + block)


def _blocks(data: bytes | memoryview, start: int, end: int) -> Iterator[bytes]:
    """The bytes from `start` to `end` in pieces of whole lines, with LF for every line ending."""
    while start < end:
        found = _LINE_END_OF_ANY_KIND.search(data, min(start + _BLOCK, end), end)
        stop = found.end() if found else end
        yield bytes(data[start:stop]).replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        start = stop


def header_lines_of_text(text: str, most: int = 0) -> list[str]:
    """The same of text with LF: the first `most` lines (0: all), and the rest as another."""
    return _LINE_END.split(text, most)


def read_header(data: bytes, start: int, end: int, has_cr: bool, max_bytes: int, max_fields: int) -> Header:
    """The header block that starts at `start` of `data`, in an entity that ends at `end`.

    `has_cr`: whether the data has carriage returns at all. Fields beyond `max_bytes` or `max_fields` are left
    out; the body starts behind the empty line all the same. Raises nothing.
    """
    if data[start : start + 1] == b"\n":
        return Header([], {}, None, min(start + 1, end), False, False)
    if data[start : start + 2] == b"\r\n":
        return Header([], {}, None, min(start + 2, end), False, False)
    block_end, body = _block_end(data, start, end, has_cr)
    too_many_bytes = block_end - start > max_bytes
    stop = start + max_bytes if too_many_bytes else block_end
    block = data[start:stop].decode("ascii", "surrogateescape")
    if has_cr:
        block = block.replace("\r\n", "\n")
    is_folded = "\n " in block or "\n\t" in block
    lines = header_lines_of_text(block, max_fields) if is_folded else block.split("\n", max_fields)
    too_many_fields = len(lines) > max_fields
    if too_many_fields or (too_many_bytes and len(lines) > 1):
        lines.pop()
    unix_from = None
    first: dict[str, str] = {}
    for index, line in enumerate(lines):
        name, colon, value = line.partition(":")
        key = _KEYS.get(name) if colon else ""
        if key is None:
            key = _key(name.rstrip(" \t"))
        if not key:
            if index == 0 and line.startswith(_UNIX_FROM):
                unix_from = line.partition("\n")[0].rstrip("\r")
            elif not _goes_on(lines, index):
                body = _line_start(data, start, stop, lines, index)
                return Header(lines[:index], first, unix_from, body, False, False)
        elif key not in first:
            first[key] = value.strip(_BLANKS)
    return Header(lines, first, unix_from, body, too_many_fields, too_many_bytes)


def _key(name: str) -> str:
    """`name` in lower case, and kept in `_KEYS`; "" when no field has such a name."""
    if not name.isascii() or not name.isprintable() or " " in name:
        return ""
    key = name.lower()
    if key and len(_KEYS) < _MAX_KEYS:
        _KEYS[name] = key
    return key


def _block_end(data: bytes, start: int, end: int, has_cr: bool) -> tuple[int, int]:
    """Where the header block ends, and where the body after the empty line starts."""
    if has_cr:
        at = data.find(b"\n\r\n", start, end)
        lf = data.find(b"\n\n", start, at + 1 if at >= 0 else end)
        if lf < 0 <= at:
            return at, at + 3
    else:
        lf = data.find(b"\n\n", start, end)
    return (lf, lf + 2) if lf >= 0 else (end, end)


def _goes_on(lines: list[str], index: int) -> bool:
    """Whether the header block goes on behind line `index`, which is no field."""
    line = lines[index]
    if line.startswith(":") or index == 0:
        return line.startswith((":", " ", "\t"))  # at the start, a blank continues nothing
    following = lines[index + 1] if index + 1 < len(lines) else ""
    name, colon, _ = following.partition(":")
    return bool(colon and len(name) < _LONGEST_NAME and _key(name))


def _line_start(data: bytes, start: int, end: int, lines: list[str], index: int) -> int:
    """Where line `index` of the header block starts in the data."""
    at = start
    for line in lines[:index]:
        for _ in range(line.count("\n") + 1):
            at = data.find(b"\n", at, end) + 1
    return at


def raw_bytes(value: str) -> bytes:
    """The bytes of text whose raw 8-bit bytes are surrogates; other surrogates become question marks."""
    try:
        return value.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # surrogates that stand for no byte, which JSON and UTF-7 can spell
        return value.encode("utf-8", "replace")
