"""Writes .msg files: an OLE compound file ([MS-CFB], version 3) of MAPI properties ([MS-OXMSG]).

Small streams stand in the mini stream, as the format wants it. `msgconvert` (Email::Outlook::Message) and
`olefile` read what is written here.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Union

Tree = Mapping[str, Union[bytes, "Tree"]]
_SECTOR, _MINI, _CUTOFF = 512, 64, 4096
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_STORAGE, _STREAM, _ROOT = 1, 2, 5


@dataclass
class _Entry:
    name: str
    kind: int
    content: bytes = b""
    left: int = _FREE
    right: int = _FREE
    child: int = _FREE
    start: int = _END


class Compound:
    """A compound file of a tree of storages (mappings) and streams (bytes)."""

    def __init__(self, tree: Tree) -> None:
        self.entries = [_Entry("Root Entry", _ROOT)]
        self.entries[0].child = self._add(tree)

    def _add(self, tree: Tree) -> int:
        numbers = []
        for name in sorted(tree, key=lambda name: (len(name), name.upper())):
            value = tree[name]
            self.entries.append(
                _Entry(name, _STREAM, value) if isinstance(value, bytes) else _Entry(name, _STORAGE)
            )
            numbers.append(len(self.entries) - 1)
            if not isinstance(value, bytes):
                number = len(self.entries) - 1
                self.entries[number].child = self._add(value)
        return self._balanced(numbers)

    def _balanced(self, numbers: list[int]) -> int:
        if not numbers:
            return _FREE
        middle = len(numbers) // 2
        entry = self.entries[numbers[middle]]
        entry.left, entry.right = self._balanced(numbers[:middle]), self._balanced(numbers[middle + 1 :])
        return numbers[middle]

    def data(self) -> bytes:
        """The file's bytes."""
        sectors: list[bytes] = []
        fat: list[int] = []

        def put(content: bytes) -> int:
            if not content:
                return _END
            start = len(sectors)
            pieces = [content[at : at + _SECTOR] for at in range(0, len(content), _SECTOR)]
            sectors.extend(piece.ljust(_SECTOR, b"\0") for piece in pieces)
            fat.extend([*range(start + 1, start + len(pieces)), _END])
            return start

        mini = b""
        mini_fat: list[int] = []
        for entry in self.entries[1:]:
            if entry.kind != _STREAM or not entry.content:
                continue
            if len(entry.content) >= _CUTOFF:
                entry.start = put(entry.content)
                continue
            entry.start = len(mini_fat)
            count = -(-len(entry.content) // _MINI)
            mini_fat += [*range(entry.start + 1, entry.start + count), _END]
            mini += entry.content.ljust(count * _MINI, b"\0")
        self.entries[0].content, self.entries[0].start = mini, put(mini)
        mini_fat_start = put(struct.pack(f"<{len(mini_fat)}I", *mini_fat))
        mini_fat_sectors = -(-len(mini_fat) * 4 // _SECTOR)
        directory = b"".join(map(self._packed, self.entries))
        directory += self._packed(_Entry("", 0)) * (-len(self.entries) % 4)
        directory_start = put(directory)
        count = 1
        while count * (_SECTOR // 4) < len(fat) + count:
            count += 1
        assert count <= 109, "a larger file needs a DIFAT"
        places = list(range(len(fat), len(fat) + count))
        fat += [_FAT] * count
        fat += [_FREE] * (count * (_SECTOR // 4) - len(fat))
        table = struct.pack(f"<{len(fat)}I", *fat)
        header = struct.pack(
            "<8s16sHHHHH6sIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, b"",
            0, count, directory_start, 0, _CUTOFF, mini_fat_start, mini_fat_sectors, _END, 0,
        )  # fmt: skip
        header += struct.pack("<109I", *places, *[_FREE] * (109 - count))
        return header + b"".join(sectors) + table

    @staticmethod
    def _packed(entry: _Entry) -> bytes:
        name = (entry.name + "\0").encode("utf-16-le") if entry.name else b""
        size = len(entry.content)
        return struct.pack(
            "<64sHBBIII16sIQQIQ", name, len(name), entry.kind, 1, entry.left, entry.right, entry.child,
            b"", 0, 0, 0, entry.start if entry.kind in (_STREAM, _ROOT) else 0, size,
        )  # fmt: skip


Value = str | bytes | int | datetime
_NUMBER, _TEXT, _TIME, _BINARY, _OBJECT = 0x0003, 0x001F, 0x0040, 0x0102, 0x000D
_TEXT8 = 0x001E


@dataclass
class Message:
    """A message: properties by their ids, recipients and attachments as properties of their own.

    An attachment may hold a `Message` in 0x3701. `text8`: text in code page 1252, as older programs wrote it.
    """

    properties: Mapping[int, Value]
    recipients: Iterable[Mapping[int, Value]] = ()
    attachments: Iterable[Mapping[int, Value | Message]] = ()
    text8: bool = False
    extra: Tree = field(default_factory=dict)

    def tree(self, header: int = 32) -> Tree:
        tree: dict[str, bytes | Tree] = {**self._properties(self.properties, header), **self.extra}
        for number, recipient in enumerate(self.recipients):
            tree[f"__recip_version1.0_#{number:08X}"] = self._properties(recipient, 8)
        for number, attachment in enumerate(self.attachments):
            tree[f"__attach_version1.0_#{number:08X}"] = self._properties(attachment, 8)
        return tree

    def data(self) -> bytes:
        """The .msg file."""
        names = {f"__substg1.0_{number:04X}0102": b"" for number in (2, 3, 4)}
        return Compound({**self.tree(), "__nameid_version1.0": names}).data()

    def _properties(self, values: Mapping[int, Value | Message], header: int) -> Tree:
        tree: dict[str, bytes | Tree] = {}
        entries = []
        for name, value in values.items():
            if isinstance(value, Message):
                kind, fixed = _OBJECT, struct.pack("<II", 0xFFFFFFFF, 1)
                tree[f"__substg1.0_{name:04X}{kind:04X}"] = value.tree(24)
            elif isinstance(value, int):
                kind, fixed = _NUMBER, struct.pack("<iI", value, 0)
            elif isinstance(value, datetime):
                since = value - datetime(1601, 1, 1, tzinfo=UTC)
                kind, fixed = _TIME, struct.pack("<Q", int(since.total_seconds()) * 10_000_000)
            else:
                kind = _BINARY if isinstance(value, bytes) else _TEXT8 if self.text8 else _TEXT
                content = (
                    value
                    if isinstance(value, bytes)
                    else value.encode("cp1252" if self.text8 else "utf-16-le")
                )
                tree[f"__substg1.0_{name:04X}{kind:04X}"] = content
                extra = {_TEXT: 2, _TEXT8: 1}.get(kind, 0)
                fixed = struct.pack("<II", len(content) + extra, 0)
            entries.append(struct.pack("<HHI8s", kind, name, 6, fixed))
        tree["__properties_version1.0"] = bytes(header) + b"".join(entries)
        return tree
