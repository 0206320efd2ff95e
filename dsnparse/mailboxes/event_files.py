"""Files of events as a source: `dsnparse ingest --as ses FILE`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from dsnparse.mailboxes.events import Event, read_events
from dsnparse.mailboxes.inputs import files_in, opened
from dsnparse.mailboxes.items import PassedOver, Problem
from dsnparse.mailboxes.sources import FilesThatStay
from dsnparse.parser import Parser
from dsnparse.read.events.tables import table_of


class EventSource(FilesThatStay):
    """Files of JSON, plain or compressed, folders of them, and `-` for standard input; all stay."""

    def __init__(self, provider: str, paths: Iterable[str | os.PathLike[str]], parser: Parser) -> None:
        """Raise ValueError for an unknown provider."""
        table_of(provider)
        self.provider = provider
        self.paths = [os.fspath(path) for path in paths]
        self._parser = parser

    def take(self, *, read: bool = True) -> Iterator[Event | Problem | PassedOver]:  # noqa: ARG002
        """Every event in them."""
        for path in self.paths:
            for file in files_in(path):
                try:
                    yield from self._read(file)
                except OSError as error:
                    yield Problem.of(file, error)

    def _read(self, path: str) -> Iterator[Event | Problem | PassedOver]:
        with opened(path) as stream:
            yield from self._events(stream, path)

    def _events(self, stream: BinaryIO, path: str) -> Iterator[Event | Problem | PassedOver]:
        empty = True
        for item in read_events(self.provider, stream, path, parser=self._parser):
            empty = False
            yield item
        if empty:
            yield Problem(path, "is empty")
