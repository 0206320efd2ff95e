"""From a mailbox to the store. The order of the steps is what loses nothing and counts nothing twice:

take → parse → add to the store, in one transaction with the positions → commit → mark done in the mailbox.

    with Store.open("bounces.db") as store:
        for tally in ingest(MaildirSource("/var/mail/bounces"), store.add, Parser()):
            print(tally.added)
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from dsnparse.mailboxes.eml import looks_like_message
from dsnparse.mailboxes.events import Event
from dsnparse.mailboxes.items import Mail, PassedOver, Problem
from dsnparse.mailboxes.received import received_at
from dsnparse.mailboxes.sources import Mark, PathSource, Source
from dsnparse.model import Report
from dsnparse.parser import Parser
from dsnparse.store.changes.batch import AddResult, Seen
from dsnparse.store.changes.change import Change
from dsnparse.store.sql.errors import StoreError, StoreUnavailable
from dsnparse.understood import is_understood
from dsnparse.wire.identity import message_identity

#: Messages in one transaction. SQLite needs a few hundred to be fast; more gain little.
BATCH = 500
#: A batch is stored after so many seconds even when it is not full, so that a slow mailbox shows results.
PATIENCE = 5.0


class Add(Protocol):
    """`Store.add`, or something that calls it."""

    def __call__(self, items: Sequence[Seen], *, positions: Mapping[str, str] | None = None) -> AddResult:
        """Write a batch in one transaction."""
        ...


@dataclass(slots=True)
class Tally:
    """What came of one batch, or of several."""

    #: Messages that the store did not have, and those it had.
    added: int = 0
    duplicates: int = 0
    records: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    #: Changes of state by their event ("address.suppressed", …).
    events: Counter[str] = field(default_factory=Counter)
    #: What could not be read, stored or marked; told at once, and counted in `failed`.
    problems: list[Problem] = field(default_factory=list)
    failed: int = 0
    #: The same for messages that are stored, but were not read to the end.
    notes: list[Problem] = field(default_factory=list)
    #: Messages that were read and could not be stored.
    refused: int = 0
    #: Messages that a person should look at.
    unknown: int = 0
    passed_over: int = 0
    #: Bytes of input.
    weight: int = 0

    @property
    def messages(self) -> int:
        """How many messages are in the store now that went in with these batches."""
        return self.added + self.duplicates

    def add(self, other: Tally) -> None:
        """Add the counts of `other`; its problems are told at once and not kept."""
        self.added += other.added
        self.duplicates += other.duplicates
        self.records += other.records
        self.kinds += other.kinds
        self.events += other.events
        self.failed += len(other.problems)
        self.refused += other.refused
        self.unknown += other.unknown
        self.passed_over += other.passed_over
        self.weight += other.weight

    def written(self, result: AddResult, changes: Sequence[Change]) -> None:
        """Count what the store says."""
        self.added += result.added
        self.duplicates += result.duplicates
        self.records += result.records
        self.events.update(change.event for change in changes)


def ingest(
    source: Source,
    add: Add,
    parser: Parser,
    *,
    batch: int = BATCH,
    stop: Callable[[], bool] = lambda: False,
    strict: bool = False,
) -> Iterator[Tally]:
    """Work off what is in `source` now; after each batch what came of it.

    `stop` is asked after each message: when it says True, what was taken is still stored and marked, and that
    is all. `strict`: what does not look like a message at all (a stray file in a folder) is a problem.

    Raise StoreUnavailable when the database is away, StoreError when it does not work, OSError when the
    mailbox does not; what was taken and not stored is given back by `source.close()`.
    """
    pending = _Batch()
    started = time.monotonic()
    for item in source.take():
        if isinstance(item, PassedOver):
            pending.tally.passed_over += 1
        elif isinstance(item, Problem):
            pending.tally.problems.append(item)
        elif strict and isinstance(item, Mail) and not looks_like_message(item.data):
            pending.tally.problems.append(Problem(item.name, "is not a mail message"))
        elif isinstance(item, Event):
            pending.event(item)
        else:
            pending.read(item, source.label, parser)
        if len(pending.seen) >= batch or time.monotonic() - started > PATIENCE or stop():
            yield pending.flush(source, add)
            pending = _Batch()
            started = time.monotonic()
        if stop():
            return
    yield pending.flush(source, add)


def store_all(mails: Sequence[Mail], label: str, add: Add, parser: Parser) -> tuple[Tally, frozenset[str]]:
    """Store messages that somebody hands over and waits for: what came of it, and the keys of those stored.

    Raise StoreUnavailable or StoreError when none of them could be stored.
    """
    pending = _Batch()
    for mail in mails:
        pending.read(mail, label, parser)
    tally = pending.flush(PathSource([]), add)
    return tally, frozenset(mark.key for mark in pending.marks)


class _Batch:
    """Messages and events that were read and are not stored yet."""

    def __init__(self) -> None:
        self.tally = Tally()
        self.seen: list[Seen] = []
        self.marks: list[Mark] = []
        #: Messages that cannot be stored: to be moved out of the way, for a person.
        self.refused: list[Mark] = []

    def read(self, mail: Mail, label: str, parser: Parser) -> None:
        self.tally.weight += mail.weight
        try:
            report = parser.parse(mail.data)
        except Exception as error:  # noqa: BLE001
            # It never should. One message must not end a run over a million, nor be lost in silence.
            reason = f"made the parser fail, please report it ({type(error).__name__}: {error})"
            self.tally.problems.append(Problem(mail.name, reason))
            self.refused.append(Mark(mail.key, understood=False))
            return
        if mail.truncated:
            note = f"only the first {len(mail.data):,} of {mail.size:,} bytes were read"
            self.tally.notes.append(Problem(mail.name, note))
        self.seen.append(seen_of(mail, label or mail.name, report))
        self.marks.append(Mark(mail.key, understood=is_understood(report)))

    def event(self, event: Event) -> None:
        self.seen.append(Seen(event.identity, event.name, event.report, event.happened))
        self.marks.append(Mark(event.name, understood=is_understood(event.report)))

    def flush(self, source: Source, add: Add) -> Tally:
        tally = self.tally
        if self.seen:
            positions = source.positions(self.marks + self.refused)
            try:
                result = add(self.seen, positions=positions)
            except StoreUnavailable:
                raise
            except StoreError:
                self._one_by_one(add, positions)
            else:
                tally.written(result, result.changes)
        for seen, mark in zip(self.seen, self.marks, strict=True):
            tally.kinds[seen.report.kind.value] += 1
            tally.unknown += not mark.understood
        tally.refused = len(self.refused)
        tally.problems += source.done(self.marks + self.refused)
        return tally

    def _one_by_one(self, add: Add, positions: Mapping[str, str]) -> None:
        """The database refuses the batch: find the message that it refuses. Raise when it refuses all."""
        kept: list[tuple[Seen, Mark]] = []
        failure: StoreError | None = None
        for seen, mark in zip(self.seen, self.marks, strict=True):
            try:
                result = add([seen], positions={})
            except StoreUnavailable:
                raise
            except StoreError as error:
                failure = error
                self.tally.problems.append(Problem(mark.key, f"is refused by the database: {error}"))
                self.refused.append(Mark(mark.key, understood=False))
            else:
                self.tally.written(result, result.changes)
                kept.append((seen, mark))
        if failure is not None and not kept:
            raise failure
        add([], positions=positions)
        self.seen = [seen for seen, _ in kept]
        self.marks = [mark for _, mark in kept]


def seen_of(mail: Mail, label: str, report: Report) -> Seen:
    """What the store takes of a message."""
    received: datetime | None = received_at(mail.data, mail.arrived)
    return Seen(message_identity(mail.data), label, report, received)
