"""The processes in which `ingest` and `watch` read messages, where there are several.

Each looks up what is known in the database by itself, by a connection of its own. What it finds there may be
old: the writer, which alone decides what is new, looks again in its transaction.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from shutil import copyfile
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import TYPE_CHECKING

import click

from dsnparse.cli.pool import Pool
from dsnparse.cli.source_options import Mailboxes
from dsnparse.cli.store_options import StoreChoice
from dsnparse.ingest import Spread
from dsnparse.ingest.reading import Keeping, Read, Reading, Task, killed
from dsnparse.store.policy.terms import Terms
from dsnparse.store.reader import Reader
from dsnparse.store.sql.driver import sqlite_path
from dsnparse.store.sql.errors import StoreError

if TYPE_CHECKING:
    from dsnparse.store.queries.known import Known


class Readers:
    """Use it in a `with` block, around that of the store: they may fork as long as no database is open.

    Call `close` before the store is closed: who closes an SQLite file last tidies it, and they only read.
    """

    def __init__(self, mailboxes: Mailboxes, choice: StoreChoice, keeping: Keeping, jobs: int) -> None:
        self._mailboxes = mailboxes
        self._choice = choice
        self._keeping = keeping
        self._jobs = jobs
        self._pool: Pool[Task, list[Read]] | None = None
        #: Copies of the files of rules, as they were when they were read: a process may be replaced later.
        self._copies: TemporaryDirectory[str] | None = None

    @property
    def spread(self) -> Spread | None:
        """What `dsnparse.ingest.ingest` takes; None for one job."""
        return None if self._pool is None else self._pool.run

    def begin_anew(self) -> None:
        """Start others, with the rules and the policy as they are now; where they are wrong, the old stay."""
        if self._pool is None:
            return
        copies, mailboxes = self._copied()
        try:
            mailboxes.parser()
        except click.UsageError:  # they changed once more since they were read
            copies.cleanup()
            return
        self.close()
        self._copies = copies
        self._pool = self._start(mailboxes, fork=False)

    def _copied(self) -> tuple[TemporaryDirectory[str], Mailboxes]:
        """Copies of the files of rules, and the mailboxes with them."""
        folder = TemporaryDirectory(prefix="dsnparse-rules-")
        rules = []
        for number, path in enumerate(self._mailboxes.rules):
            rules.append(f"{folder.name}/{number}.toml")
            try:
                copyfile(path, rules[-1])
            except OSError:
                rules[-1] = path  # who reads it says what is wrong
        return folder, replace(self._mailboxes, rules=tuple(rules))

    def _start(self, mailboxes: Mailboxes, *, fork: bool) -> Pool[Task, list[Read]]:
        # The policy is that of the writer, whatever its file says when a process has to be replaced.
        make = partial(_make, mailboxes, self._choice, self._choice.terms(), self._keeping)
        return Pool(self._jobs, make, killed, fork=fork, fork_later=False)

    def __enter__(self) -> Readers:
        if self._jobs > 1:
            self._copies, mailboxes = self._copied()
            self._pool = self._start(mailboxes, fork=True)
        return self

    def close(self) -> None:
        """End them."""
        if self._pool is not None:
            self._pool.__exit__(None, None, None)
            self._pool = None
        self._clean()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.__exit__(kind, error, trace)
        self._clean()

    def _clean(self) -> None:
        if self._copies is not None:
            self._copies.cleanup()
            self._copies = None


def _make(mailboxes: Mailboxes, choice: StoreChoice, terms: Terms, keeping: Keeping) -> Reading:
    """What reads in one process, with all loaded that it needs."""
    import gc

    from dsnparse.classify import classify_reply
    from dsnparse.store.changes.prepared import prepare

    prepared = partial(prepare, terms=terms)
    parser = mailboxes.parser()
    most = parser.limits.message_bytes
    reading = Reading(parser, _Known(choice, terms), prepare=prepared, keeping=keeping, limit=most)
    classify_reply("550 5.1.1 no such user")
    gc.freeze()
    return reading


class _Known:
    """`Store.known`; of a database that cannot be asked nothing is known: the writer says what is wrong.

    An SQLite file that has taken the place of another one is asked, not the old one: what only that one knew
    would be lost. When it does so afterwards, the writer notices it, and nothing is marked as done.
    """

    def __init__(self, choice: StoreChoice, terms: Terms) -> None:
        self._choice = choice
        self._terms = terms
        self._path = sqlite_path(choice.db)
        self._file: tuple[int, int] | None = None
        self._reader: Reader | None = None

    def __call__(self, digests: Sequence[str]) -> Mapping[str, Known]:
        try:
            if self._reader is not None and self._number() != self._file:
                self.close()
            if self._reader is None:
                self._open()
            return {} if self._reader is None else self._reader.known(digests)
        except (StoreError, OSError):
            self.close()
            return {}

    def close(self) -> None:
        """Close the connection; the next call opens another one."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _open(self) -> None:
        before = self._number()
        self._reader = Reader.open(self._choice.db, self._terms)
        if self._reader is not None and self._number() != before:
            self.close()
        self._file = before

    def _number(self) -> tuple[int, int] | None:
        """What tells an SQLite file from another one of its name."""
        if self._path is None:
            return None
        found = os.stat(self._path)  # noqa: PTH116
        return found.st_dev, found.st_ino
