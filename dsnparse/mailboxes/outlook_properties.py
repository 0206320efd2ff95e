"""MAPI properties of a .msg file ([MS-OXMSG]): of the message, its recipients and its attachments."""

from __future__ import annotations

import struct
from codecs import lookup
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

from dsnparse.errors import DsnparseError

#: Types of properties: a number, text in two forms, bytes, a time.
_NUMBER, _TEXT8, _TEXT, _BINARY, _TIME = 0x0003, 0x001E, 0x001F, 0x0102, 0x0040
_OBJECT = "000D"
#: Bytes before the entries of a list of properties: of the file, of a message within it, of all others.
_FILE_HEADER, _MESSAGE_HEADER, _OTHER_HEADER = 32, 24, 8
_ENTRY = struct.Struct("<HHI8s")
_CODE_PAGES = (0x3FFD, 0x3FDE)
_UTF8_PAGE = 65001
#: Streams and storages of a file; what Outlook saves of a notice has some hundreds.
_NAMES = 100_000
#: FILETIME counts tenths of microseconds since 1601.
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


class TooMuch(DsnparseError):  # noqa: N818  (it says what is wrong)
    """A file that holds more than may be read of it."""


class _File:
    """The open compound file, and how much of it may still be read."""

    def __init__(self, data: bytes, budget: int) -> None:
        import olefile

        self._ole: Any = olefile.OleFileIO(BytesIO(data))
        self.budget = budget
        names = self._ole.listdir(streams=True, storages=True)
        if len(names) > _NAMES:
            raise TooMuch
        #: What is in each storage, by its path: names with their case, which differs between writers.
        self.inside: dict[tuple[str, ...], dict[str, str]] = {}
        for path in names:
            self.inside.setdefault(tuple(path[:-1]), {})[path[-1].lower()] = path[-1]

    def read(self, path: tuple[str, ...]) -> bytes:
        stream = self._ole.openstream(list(path))
        if stream.size > self.budget:
            raise TooMuch
        self.budget -= stream.size
        content: bytes = stream.read()
        return content


def open_file(data: bytes, budget: int) -> Properties:
    """The message of a file, of which at most `budget` bytes are read. Raises whatever `olefile` does for a
    damaged file, TooMuch, and ModuleNotFoundError without it."""
    return Properties(_File(data, budget), (), _FILE_HEADER)


class Properties:
    """The properties of one message, recipient or attachment; what is not there is empty."""

    def __init__(self, file: _File, path: tuple[str, ...], header: int, code_page: str = "cp1252") -> None:
        self._file = file
        self._path = path
        self._fixed = dict(self._entries(header))
        self._code_page = self._stated_code_page() or code_page

    def text(self, name: int) -> str:
        """A property that is text, without what NUL ends."""
        content = self._variable(name, _TEXT)
        if content is None:
            content = self._variable(name, _TEXT8)
            if content is None:
                return ""
            return content.decode(self._code_page, "replace").partition("\0")[0]
        return content.decode("utf-16-le", "replace").partition("\0")[0]

    def binary(self, name: int) -> bytes:
        """A property that is bytes."""
        return self._variable(name, _BINARY) or b""

    def number(self, name: int) -> int | None:
        """A property that is a whole number of 32 bits."""
        value = self._fixed.get((name, _NUMBER))
        return None if value is None else int.from_bytes(value[:4], "little", signed=True)

    def time(self, name: int) -> datetime | None:
        """A property that is a time."""
        value = self._fixed.get((name, _TIME))
        if value is None:
            return None
        try:
            return _EPOCH + timedelta(microseconds=int.from_bytes(value, "little") // 10)
        except OverflowError:
            return None

    def storage(self, name: int) -> Properties | None:
        """A property that is a message of its own."""
        found = self._name(f"__substg1.0_{name:04X}{_OBJECT}")
        if found is None or not self._file.inside.get((*self._path, found)):
            return None
        return Properties(self._file, (*self._path, found), _MESSAGE_HEADER, self._code_page)

    def inner(self, prefix: str, most: int) -> Iterator[Properties]:
        """The recipients or attachments, at most so many."""
        names = [one for one in self._file.inside.get(self._path, {}) if one.startswith(prefix)]
        for name in sorted(names)[:most]:
            stored = self._file.inside[self._path][name]
            yield Properties(self._file, (*self._path, stored), _OTHER_HEADER, self._code_page)

    def _entries(self, header: int) -> Iterator[tuple[tuple[int, int], bytes]]:
        content = self._stream("__properties_version1.0") or b""
        body = content[header:]
        for kind, name, _, value in _ENTRY.iter_unpack(body[: len(body) // _ENTRY.size * _ENTRY.size]):
            yield (name, kind), value

    def _stated_code_page(self) -> str | None:
        for name in _CODE_PAGES:
            number = self.number(name)
            if number:
                page = "utf-8" if number == _UTF8_PAGE else f"cp{number}"
                try:
                    return lookup(page).name
                except LookupError:
                    continue
        return None

    def _variable(self, name: int, kind: int) -> bytes | None:
        return self._stream(f"__substg1.0_{name:04X}{kind:04X}")

    def _stream(self, name: str) -> bytes | None:
        found = self._name(name)
        return None if found is None else self._file.read((*self._path, found))

    def _name(self, name: str) -> str | None:
        return self._file.inside.get(self._path, {}).get(name.lower())
