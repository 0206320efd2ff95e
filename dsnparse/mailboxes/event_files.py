"""Files of events as a source: `dsnparse ingest --as ses FILE`."""

from __future__ import annotations

import io
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any, BinaryIO, cast

from dsnparse.mailboxes.archive import DamagedError, decompressed
from dsnparse.mailboxes.content import HEAD_BYTES, archive_kind
from dsnparse.mailboxes.events import Event, read_events
from dsnparse.mailboxes.items import PassedOver, Problem
from dsnparse.mailboxes.sources import Mark
from dsnparse.parser import Parser
from dsnparse.read.events.tables import table_of


class EventSource:
    """Files of JSON, plain or compressed, folders of them, and `-` for standard input; all stay."""

    label = ""

    def __init__(self, provider: str, paths: Iterable[str | os.PathLike[str]], parser: Parser) -> None:
        """Raise ValueError for an unknown provider."""
        table_of(provider)
        self.provider = provider
        self.paths = [os.fspath(path) for path in paths]
        self._parser = parser

    def take(self, *, read: bool = True) -> Iterator[Event | Problem | PassedOver]:  # noqa: ARG002
        """Every event in them."""
        for path in self.paths:
            for file in _files(path):
                try:
                    yield from self._read(file)
                except DamagedError as error:
                    yield Problem(file, str(error))
                except OSError as error:
                    yield Problem.of(file, error)

    def _read(self, path: str) -> Iterator[Event | Problem | PassedOver]:
        with nullcontext(sys.stdin.buffer) if path == "-" else open(path, "rb") as file:  # noqa: PTH123
            # A look ahead without seeking: it may be a pipe.
            kind = archive_kind(cast("io.BufferedReader", file).peek(HEAD_BYTES)[:HEAD_BYTES])
            if kind in ("tar", "zip"):
                yield Problem(path, "is an archive; unpack it first")
            elif kind is not None:
                stream = io.BufferedReader(_Raw(decompressed(kind, cast("BinaryIO", _Counted(file)))))
                yield from self._events(cast("BinaryIO", stream), path)
            else:
                yield from self._events(file, path)

    def _events(self, stream: BinaryIO, path: str) -> Iterator[Event | Problem | PassedOver]:
        empty = True
        for item in read_events(self.provider, stream, path, parser=self._parser):
            empty = False
            yield item
        if empty:
            yield Problem(path, "is empty")

    def positions(self, marks: Sequence[Mark]) -> Mapping[str, str]:  # noqa: ARG002
        """Nothing: the content tells what was seen."""
        return {}

    def done(self, marks: Sequence[Mark]) -> list[Problem]:  # noqa: ARG002
        """Nothing: the files stay."""
        return []

    def wait(self, seconds: float) -> None:
        """Sleep."""
        time.sleep(seconds)

    def close(self) -> None:
        """Nothing is held."""


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


def _files(path: str) -> Iterator[str]:
    """A file itself; of a folder all files that are not hidden, by name."""
    if path == "-" or not Path(path).is_dir():
        yield path
        return
    for folder, folders, files in os.walk(path):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (f"{folder}/{name}" for name in sorted(files) if not name.startswith("."))
