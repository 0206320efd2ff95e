"""What systemd's journal has of a mail server: `dsnparse watch --as postfix journal:postfix@-.service`.

`journalctl` gives each entry as a JSON object with a cursor, from which it goes on later. Joins of lines
need what came before, so at the start the entries of some days before the stored cursor are read again, in
silence.
"""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from dsnparse.mailboxes.events import Event
from dsnparse.mailboxes.items import Problem
from dsnparse.mailboxes.logs import events_of
from dsnparse.mailboxes.sources import MailboxAway, Mark
from dsnparse.parser import Parser
from dsnparse.read.logs.formats import LogReader, log_reader
from dsnparse.read.logs.line import Clock, log_lines

JOURNAL = "journal:"
#: How long mail stays in a queue: five days with most servers.
_BEFORE = "-6 days"
_JOURNALCTL = ("journalctl", "--quiet", "--no-pager", "--output=json", "--all")


class JournalSource:
    """The entries of a unit ("journal:postfix@-.service"), of all ("journal:"), or of a file."""

    def __init__(self, log: str, name: str, parser: Parser, position: Callable[[str], str | None]) -> None:
        """`position`: what the store remembers of a name. Raise ValueError for a log that is not read."""
        self._reader: LogReader | None = None
        log_reader(log, Clock())
        self.log = log
        self.label = name
        unit = name.removeprefix(JOURNAL)
        self._of = ([f"--file={unit}"] if unit.startswith("/") else [f"--unit={unit}"]) if unit else []
        #: Its rules are used; another one may take its place.
        self.parser = parser
        self._position = position
        self._clock = Clock()
        self._cursor = ""
        self._count = 0

    def take(self, *, read: bool = True) -> Iterator[Event | Problem]:  # noqa: ARG002
        """The final outcomes in the entries that have come. Raise MailboxAway when journalctl fails."""
        if self._reader is None:
            self._reader = log_reader(self.log, self._clock)
            self._cursor = self._position(self.label) or ""
            if self._cursor:
                self._replay(self._reader)
        after = [f"--after-cursor={self._cursor}"] if self._cursor else []
        for cursor, raw in self._entries(after):
            yield from self._events(self._reader, raw)
            self._cursor = cursor

    def _replay(self, reader: LogReader) -> None:
        """Entries before the cursor, for the joins alone."""
        for cursor, raw in self._entries([f"--since={_BEFORE}"]):
            for _ in self._events(reader, raw):
                pass
            if cursor == self._cursor:
                return

    def _events(self, reader: LogReader, raw: bytes) -> Iterator[Event | Problem]:
        self._count += 1
        for line in log_lines([raw], self._clock):
            yield from events_of(reader, line._replace(number=self._count), self.label, self.parser.rules)

    def _entries(self, options: list[str]) -> Iterator[tuple[str, bytes]]:
        command = [*_JOURNALCTL, *self._of, *options]
        try:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)  # noqa: S603
        except OSError as error:
            raise MailboxAway(f"journalctl cannot be run: {error.strerror}") from None
        with process:
            assert process.stdout is not None
            assert process.stderr is not None
            try:
                for raw in process.stdout:
                    yield _cursor_of(raw), raw
            finally:
                process.stdout.close()
            said = process.stderr.read().decode("utf-8", "replace").strip()
        if process.returncode > 0:
            raise MailboxAway(f"journalctl failed: {said or process.returncode}")

    def positions(self, marks: Sequence[Mark]) -> Mapping[str, str]:  # noqa: ARG002
        """The cursor of the last entry that was taken."""
        return {self.label: self._cursor} if self._cursor else {}

    def done(self, marks: Sequence[Mark]) -> list[Problem]:  # noqa: ARG002
        """Nothing: the journal stays."""
        return []

    def wait(self, seconds: float) -> None:
        """Sleep."""
        time.sleep(seconds)

    def close(self) -> None:
        """Begin anew at what the store remembers."""
        self._reader = None


def _cursor_of(raw: bytes) -> str:
    try:
        return str(json.loads(raw)["__CURSOR"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
