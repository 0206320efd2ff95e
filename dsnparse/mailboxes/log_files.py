"""Logs of mail servers as a source: `dsnparse ingest --as postfix /var/log/mail.log*`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, tzinfo
from itertools import islice
from pathlib import Path

from dsnparse.mailboxes.events import Event
from dsnparse.mailboxes.inputs import files_in, opened
from dsnparse.mailboxes.items import Problem
from dsnparse.mailboxes.logs import events_of
from dsnparse.mailboxes.sources import FilesThatStay
from dsnparse.parser import Parser
from dsnparse.read.logs.formats import log_reader
from dsnparse.read.logs.line import MAX_LINE, Clock, log_lines

#: Lines at the start of a file in which a time is looked for.
_HEAD_LINES = 50
#: So many lines of other programs say nothing: the machine's log was rotated a while ago.
_FEW_LINES = 200
_NEVER = datetime.min.replace(tzinfo=UTC)


class LogSource(FilesThatStay):
    """Log files, plain or compressed, folders of them, and `-`; all stay. The oldest is read first.

    Lines of one message are joined over the borders of files.
    """

    def __init__(
        self, log: str, paths: Iterable[str | os.PathLike[str]], parser: Parser, *, zone: tzinfo | None = None
    ) -> None:
        """`log`: "postfix", "exim", …; `zone`: of times that name none. Raise ValueError for another log."""
        self.log = log
        self.paths = [os.fspath(path) for path in paths]
        self._parser = parser
        self._zone = zone
        log_reader(log, Clock())

    def take(self, *, read: bool = True) -> Iterator[Event | Problem]:  # noqa: ARG002
        """Every final outcome in them; at the end, whether they look like another log altogether."""
        files = [file for path in self.paths for file in files_in(path)]
        if len(files) > 1:
            files.sort(key=self._beginning)
        latest = max((changed for file in files if (changed := changed_at(file))), default=None)
        clock = Clock(latest, self._zone)
        reader = log_reader(self.log, clock)
        number, known, is_the_machines = 0, False, True
        for file in files:
            try:
                with opened(file) as stream:
                    lines = iter(lambda stream=stream: stream.readline(MAX_LINE), b"")  # type: ignore[misc]
                    for line in log_lines(lines, clock):
                        number += 1
                        known = known or reader.knows(line)
                        is_the_machines = is_the_machines and bool(line.program)
                        yield from events_of(reader, line, file, self._parser.rules)
            except OSError as error:
                yield Problem.of(file, error)
        if number and not known and not (is_the_machines and number < _FEW_LINES):
            name = self.paths[0] + (f" and {len(self.paths) - 1:,} more" if len(self.paths) > 1 else "")
            yield Problem(name, f"has no line, of {number:,}, that looks like a log of {self.log}")

    def _beginning(self, file: str) -> datetime:
        """The first time in a file; what cannot be read, or has none, keeps its place at the front."""
        try:
            with opened(file) as stream:
                lines = islice(iter(lambda: stream.readline(MAX_LINE), b""), _HEAD_LINES)
                clock = Clock(changed_at(file), self._zone)
                times = [line.time or clock.read(line.text[:19]) for line in log_lines(lines, clock)]
        except OSError:
            return _NEVER
        return next((found for found in times if found is not None), _NEVER)


def changed_at(path: str) -> datetime | None:
    """When a file was last written; None for standard input and what is not there."""
    try:
        return datetime.fromtimestamp(Path(path).stat().st_mtime, UTC) if path != "-" else None
    except OSError:
        return None
