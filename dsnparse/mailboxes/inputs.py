"""Files that are read as a stream, plain or compressed, and `-` for standard input."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO, cast

from dsnparse.mailboxes.archive import DamagedError, decompressed
from dsnparse.mailboxes.content import HEAD_BYTES, archive_kind


@contextmanager
def opened(path: str) -> Iterator[BinaryIO]:
    """The content of a file, decompressed where it is compressed; `-` is standard input.

    Raise OSError, and DamagedError for an archive.
    """
    with nullcontext(sys.stdin.buffer) if path == "-" else open(path, "rb") as file:  # noqa: PTH123
        # A look ahead without seeking: it may be a pipe.
        kind = archive_kind(cast("io.BufferedReader", file).peek(HEAD_BYTES)[:HEAD_BYTES])
        if kind in ("tar", "zip"):
            raise DamagedError("is an archive; unpack it first")
        if kind is None:
            yield cast("BinaryIO", file)
        else:
            raw = _Raw(decompressed(kind, cast("BinaryIO", _Counted(file))))
            yield cast("BinaryIO", io.BufferedReader(raw))


class _Counted:
    """A stream that knows how much of it was read, also when it is a pipe."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._given = 0

    def read(self, count: int = -1) -> bytes:
        data = self._stream.read(count)
        self._given += len(data)
        return data

    def tell(self) -> int:
        return self._given


class _Raw(io.RawIOBase):
    """A decompressed stream that can be buffered."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def files_in(path: str) -> Iterator[str]:
    """A file itself; of a folder all files that are not hidden, by name."""
    if path == "-" or not Path(path).is_dir():
        yield path
        return
    for folder, folders, files in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (f"{folder}/{name}" for name in sorted(files) if not name.startswith("."))
