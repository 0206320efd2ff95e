"""Header blocks: where one ends, and the fields in it.

Facts:

* RFC 5322 section 2.2: `Name: value` per field, a line that starts with a blank continues it, an empty line
  ends the block. Names are printable ASCII without blank and colon.
* Section 4.5 allows blanks before the colon in old mail; bounces of gateways still have them.
* Files of old tools start with an mbox line ("From a@b Mon Jan 1 …"), gateways leave a stray line amid the
  fields or forget the empty line at the end.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_FIELD_START = re.compile(r"\n(?![ \t])")
_NAME = re.compile(r"[!-9;-~]{1,500}")
#: Names of fields that were found to be such, in lower case: a few hundred make up nearly all mail.
_KEYS: dict[str, str] = {}
_MAX_KEYS = 2000


class Header(NamedTuple):
    """The fields of one header block."""

    #: (name, value) as they stand: values unstripped at their end, folded lines parted by LF.
    fields: list[tuple[str, str]]
    #: First value of each field by its name in lower case, without blanks around it.
    first: dict[str, str]
    #: The mbox line before the first field, or None.
    unix_from: str | None
    #: Where the body starts in the data.
    body_start: int
    #: Whether fields or bytes were left unread.
    too_many_fields: bool
    too_many_bytes: bool


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
    fields: list[tuple[str, str]] = []
    first: dict[str, str] = {}
    unix_from = None
    lines = _FIELD_START.split(block, max_fields)
    too_many_fields = len(lines) > max_fields
    if too_many_fields or (too_many_bytes and len(lines) > 1):
        lines.pop()
    for index, line in enumerate(lines):
        name, colon, value = line.partition(":")
        key = _KEYS.get(name) if colon else None
        if key is None and not (colon and name and name.isascii() and name.isprintable() and " " not in name):
            if index == 0:
                if line.startswith(("From ", ">From ")):
                    unix_from = line.partition("\n")[0].rstrip("\r")
                    continue
                if line[:1] in (" ", "\t"):  # continues nothing
                    continue
            if colon and not name:
                continue
            name = name.rstrip(" \t")
            if not colon or not _NAME.fullmatch(name):
                if index == 0 or not _more_fields(lines, index):
                    body = _line_start(data, start, stop, lines, index)
                    return Header(fields, first, unix_from, body, False, False)
                continue
        if key is None:
            key = name.lower()
            if len(_KEYS) < _MAX_KEYS:
                _KEYS[name] = key
        value = value.lstrip(" \t\r\n").rstrip("\r\n")
        fields.append((name, value))
        if key not in first:
            first[key] = value.rstrip(" \t\r\n")
    return Header(fields, first, unix_from, body, too_many_fields, too_many_bytes)


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


def _more_fields(lines: list[str], index: int) -> bool:
    """Whether a stray line is followed by a field, so that the header block goes on behind it."""
    following = lines[index + 1] if index + 1 < len(lines) else ""
    name, colon, _ = following.partition(":")
    return bool(colon) and len(name) < 80 and _NAME.fullmatch(name) is not None


def _line_start(data: bytes, start: int, end: int, lines: list[str], index: int) -> int:
    """Where logical line `index` of the header block starts in the data."""
    at = start
    for line in lines[:index]:
        for _ in range(line.count("\n") + 1):
            at = data.find(b"\n", at, end) + 1
    return at
