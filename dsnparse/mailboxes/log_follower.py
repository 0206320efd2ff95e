"""A log that grows and is rotated, as a source: `dsnparse watch --as postfix /var/log/mail.log`.

Facts, beside those of `rotation.py`:

* A renamed file is read to its end under its new name before newer ones.
* Joins of lines need what came before: at the start the file and the one before it are read again, in
  silence, up to where the last run stored what it saw. What is seen twice all the same is one event: its
  identity says so.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import BinaryIO, NamedTuple

from dsnparse.mailboxes.events import Event
from dsnparse.mailboxes.inputs import opened
from dsnparse.mailboxes.items import Problem
from dsnparse.mailboxes.journal import JOURNAL, JournalSource
from dsnparse.mailboxes.logs import events_of
from dsnparse.mailboxes.rotation import head_of, rotated
from dsnparse.mailboxes.sources import MailboxAway, Mark
from dsnparse.parser import Parser
from dsnparse.read.logs.formats import LogReader, log_reader
from dsnparse.read.logs.line import MAX_LINE, Clock, LogLine, log_lines

#: Rotated files that are looked at for the one that was read last.
_ROTATED = 20


class Place(NamedTuple):
    """How far a log was read: in which file, and to which byte."""

    head: str
    offset: int


class FollowedLog:
    """A log file under its name, whatever file that is by now."""

    def __init__(
        self,
        log: str,
        path: str,
        parser: Parser,
        position: Callable[[str], str | None],
        *,
        zone: tzinfo | None = None,
    ) -> None:
        """`position`: what the store remembers of a name. `zone`: of times that name none.

        Raise ValueError for a log that is not read.
        """
        log_reader(log, Clock())
        self.log = log
        self.path = path
        self.label = f"log:{path}"
        #: Its rules are used; another one may take its place.
        self.parser = parser
        self._position = position
        self._file: BinaryIO | None = None
        self._reader: LogReader | None = None
        self._clock = Clock(None, zone)
        self._lines = 0
        #: What is read and handed over.
        self._place = Place("", 0)

    def take(self, *, read: bool = True) -> Iterator[Event | Problem]:  # noqa: ARG002
        """The final outcomes in the lines that have come. Raise MailboxAway when there is no file."""
        if self._file is None or self._reader is None:
            yield from self._begin()
        while True:
            yield from self._read(self._file)
            if not self._is_rotated():
                return
            yield from self._go_on()

    def _begin(self) -> Iterator[Event | Problem]:
        """Where the last run stopped, also when the file was rotated meanwhile."""
        self._reader = log_reader(self.log, self._clock)
        self._lines = 0
        stored = json.loads(self._position(self.label) or "null")
        place = Place(*stored) if stored else None
        files = self._files()
        known = self._find(place, files)
        if known is None:  # never read: the file as it is; read long ago: all that is here
            known, place = len(files) - 1 if place else 0, None
        if known + 1 < len(files):
            self._replay(files[known + 1])
        silent = place.offset if place is not None else 0
        if known:
            yield from self._old(files[known], silent, joins=True)
            silent = 0
        yield from self._newer(files, known)
        self._open(self.path)
        self._skip(silent)

    def _go_on(self) -> Iterator[Event | Problem]:
        """What was written behind the last line, in the file that this one has become; and what came then."""
        files = self._files()
        known = self._find(self._place, files) or 0
        if known:
            yield from self._old(files[known], self._place.offset, joins=False)
        yield from self._newer(files, known)
        self._open(self.path)

    def _newer(self, files: list[str], known: int) -> Iterator[Event | Problem]:
        """The files between the one that was read and the one under the log's name."""
        for at in range(known - 1, 0, -1):
            yield from self._old(files[at], 0, joins=False)

    def _files(self) -> list[str]:
        return [self.path, *rotated(self.path)][:_ROTATED]

    def _find(self, place: Place | None, files: list[str]) -> int | None:
        """Which of the files is the one that was read last."""
        if place is None or not place.head:
            return None
        return next((at for at, file in enumerate(files) if head_of(file) == place.head), None)

    def _replay(self, path: str) -> None:
        """Read a file for its joins alone."""
        try:
            with opened(path) as stream:
                self._feed(iter(lambda: stream.readline(MAX_LINE), b""))
        except OSError:
            return

    def _old(self, path: str, done: int, *, joins: bool) -> Iterator[Event | Problem]:
        """A rotated file. What was `done` of it is read for the `joins` alone, or passed over."""
        try:
            with opened(path) as stream:
                at = 0
                while line := stream.readline(MAX_LINE):
                    at += len(line)
                    if at > done:
                        yield from self._events(line)
                    elif joins:
                        self._feed([line])
        except OSError as error:
            yield Problem.of(path, error)

    def _open(self, path: str) -> None:
        self.close_file()
        try:
            self._file = open(path, "rb")  # noqa: PTH123, SIM115
        except OSError as error:
            raise MailboxAway(f"{path} {(error.strerror or 'cannot be read').lower()}") from None
        self._place = Place(head_of(path), 0)

    def _skip(self, offset: int) -> None:
        """What the last run has handed over: for the joins alone."""
        assert self._file is not None
        while self._file.tell() < offset and (line := self._file.readline(MAX_LINE)):
            self._feed([line])
        self._place = self._place._replace(offset=self._file.tell())

    def _read(self, file: BinaryIO | None) -> Iterator[Event | Problem]:
        """Lines that are complete; the place behind each counts once its events are taken."""
        assert file is not None
        while line := file.readline(MAX_LINE):
            if not line.endswith(b"\n") and len(line) < MAX_LINE:
                file.seek(-len(line), os.SEEK_CUR)
                return
            yield from self._events(line)
            head = self._place.head or head_of(self.path)
            self._place = Place(head, file.tell())

    def _feed(self, lines: Sequence[bytes] | Iterator[bytes]) -> None:
        for line in lines:
            for _ in self._events(line):
                pass

    def _events(self, raw: bytes) -> Iterator[Event | Problem]:
        self._lines += 1
        for line in log_lines([raw], self._clock):
            yield from self._told(line._replace(number=self._lines))

    def _told(self, line: LogLine) -> Sequence[Event | Problem]:
        assert self._reader is not None
        return events_of(self._reader, line, self.path, self.parser.rules)

    def _is_rotated(self) -> bool:
        """Whether another file with lines stands under the name by now, or this one was cut.

        A new file without lines is none yet: the server writes to the old one until it is told.
        """
        assert self._file is not None
        try:
            now = Path(self.path).stat()
        except OSError:
            return False  # between two files
        mine = os.fstat(self._file.fileno())
        if (now.st_ino, now.st_dev) != (mine.st_ino, mine.st_dev):
            return now.st_size > 0
        head = head_of(self.path)
        return mine.st_size < self._file.tell() or bool(
            head and self._place.head and head != self._place.head
        )

    def positions(self, marks: Sequence[Mark]) -> Mapping[str, str]:  # noqa: ARG002
        """How far the log is read."""
        return {self.label: json.dumps(self._place)} if self._place.head else {}

    def done(self, marks: Sequence[Mark]) -> list[Problem]:  # noqa: ARG002
        """Nothing: the file stays."""
        return []

    def wait(self, seconds: float) -> None:
        """Sleep."""
        time.sleep(seconds)

    def close(self) -> None:
        """Begin anew at what the store remembers."""
        self.close_file()
        self._reader = None

    def close_file(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
            self._file = None


def followed_log(
    log: str, name: str, parser: Parser, position: Callable[[str], str | None], zone: tzinfo | None = None
) -> FollowedLog | JournalSource:
    """What follows a log: a file by its path, or `journal:UNIT`."""
    if name.startswith(JOURNAL):
        return JournalSource(log, name, parser, position)
    return FollowedLog(log, name, parser, position, zone=zone)
