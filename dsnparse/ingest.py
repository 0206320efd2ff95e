"""From a mailbox to the store. The order of the steps is what loses nothing and counts nothing twice:

take → known? else parse → add to the store, in one transaction with the positions → commit → mark as done.

    with Store.open("bounces.db") as store:
        for tally in ingest(MaildirSource("/var/mail/bounces"), store.add, Parser(), known=store.known):
            print(tally.added)
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from dsnparse.mailboxes.events import Event
from dsnparse.mailboxes.items import Mail, PassedOver, Problem
from dsnparse.mailboxes.received import trace
from dsnparse.mailboxes.sources import Mark, PathSource, Source
from dsnparse.mailboxes.tally import Changed, Taken, Tally
from dsnparse.model import Kind, Report
from dsnparse.parser import Parser
from dsnparse.store.changes.batch import AddResult, Seen
from dsnparse.store.changes.kept import Raw
from dsnparse.store.queries.known import Known
from dsnparse.store.sql.errors import StoreError, StoreUnavailable
from dsnparse.trust.envelope import Envelope
from dsnparse.understood import is_understood
from dsnparse.wire.identity import message_identity

#: Messages in one transaction. SQLite needs a few hundred to be fast; more gain little.
BATCH = 500
#: A batch is stored after so many seconds even when it is not full, so that a slow mailbox shows results.
PATIENCE = 5.0


#: Messages that are looked up at a time, and the bytes that are held meanwhile.
LOOKED_UP = 64
_BYTES_HELD = 1024 * 1024

#: `Store.known`.
Look = Callable[[Sequence[str]], Mapping[str, Known]]


@dataclass(frozen=True, slots=True)
class Keeping:
    """Which messages are kept themselves."""

    #: "none", "unknown" (those that a person should look at) or "all" are written into the store.
    raw: str = "none"
    #: Writes a copy of one that a person should look at, by its name; what could not be written.
    copy: Callable[[str, bytes], list[Problem]] = lambda _name, _data: []

    def wants(self, *, understood: bool) -> bool:
        """Whether a message is to be written into the store."""
        return self.raw == "all" or (self.raw == "unknown" and not understood)


NOTHING_KEPT = Keeping()


class Add(Protocol):
    """`Store.add`, or something that calls it."""

    def __call__(self, items: Sequence[Seen], *, positions: Mapping[str, str] | None = None) -> AddResult:
        """Write a batch in one transaction."""
        ...


def ingest(
    source: Source,
    add: Add,
    parser: Parser,
    *,
    batch: int = BATCH,
    stop: Callable[[], bool] = lambda: False,
    strict: bool = False,
    envelope: Envelope | None = None,
    known: Look = lambda _: {},
    keeping: Keeping = NOTHING_KEPT,
) -> Iterator[Tally]:
    """Work off what is in `source` now; after each batch what came of it.

    `stop` is asked after each message: when it says True, what was taken is still stored and marked, and that
    is all. `strict`: what does not look like a message at all (a stray file in a folder) is a problem.
    `envelope`: with which a mail server handed over what the source holds.
    `known`: `Store.known`, with which messages that the store has are not parsed again.
    `keeping`: which messages are kept themselves, and where copies go.

    Raise StoreUnavailable when the database is away, StoreError when it does not work, OSError when the
    mailbox does not; what was taken and not stored is given back by `source.close()`.
    """
    pending = _Batch(source.label, parser, known, keeping, strict=strict)
    started = time.monotonic()
    for item in source.take():
        if isinstance(item, PassedOver):
            pending.tally.passed_over += 1
        elif isinstance(item, Problem):
            pending.read()  # what is told keeps its order
            pending.tally.problems.append(item)
        elif isinstance(item, Event):
            pending.event(item)
        else:
            pending.take(item if envelope is None else item._replace(envelope=envelope))
        if pending.size >= batch or time.monotonic() - started > PATIENCE or stop():
            yield pending.flush(source, add)
            pending = _Batch(source.label, parser, known, keeping, strict=strict)
            started = time.monotonic()
        if stop():
            return
    yield pending.flush(source, add)


def store_all(
    mails: Sequence[Mail], label: str, add: Add, parser: Parser, *, keeping: Keeping = NOTHING_KEPT
) -> tuple[Tally, frozenset[str]]:
    """Store messages that somebody hands over and waits for: what came of it, and the keys of those stored.

    Raise StoreUnavailable or StoreError when none of them could be stored.
    """
    pending = _Batch(label, parser, lambda _: {}, keeping)
    for mail in mails:
        pending.take(mail)
    tally = pending.flush(PathSource([]), add)
    return tally, frozenset(mark.key for mark in pending.marks)


class _Batch:
    """Messages and events that were read and are not stored yet."""

    def __init__(
        self, label: str, parser: Parser, known: Look, keeping: Keeping, *, strict: bool = False
    ) -> None:
        self.tally = Tally()
        self.seen: list[Seen] = []
        self.marks: list[Mark] = []
        #: Messages that the store had before.
        self.known: list[Mark] = []
        #: Messages that cannot be stored: to be moved out of the way, for a person.
        self.refused: list[Mark] = []
        #: What is told of each message, by its identity, without what it changed.
        self._told: dict[str, Taken] = {}
        #: The messages that were new to the store, and what they changed.
        self._new: set[str] = set()
        self._changes: defaultdict[str, list[Changed]] = defaultdict(list)
        self._label = label
        self._parser = parser
        self._look = known
        self._keeping = keeping
        self._strict = strict
        #: Messages that are not looked up yet, each with its identity, and their bytes.
        self._taken: list[tuple[str, Mail]] = []
        self._bytes = 0

    @property
    def size(self) -> int:
        """How many messages and events there are."""
        return len(self.seen) + len(self.known) + len(self._taken)

    def take(self, mail: Mail) -> None:
        self._taken.append((message_identity(mail.data), mail))
        self._bytes += len(mail.data)
        if len(self._taken) >= LOOKED_UP or self._bytes >= _BYTES_HELD:
            self.read()

    def read(self) -> None:
        """Look up what was taken, and parse what is new."""
        known = self._look([digest for digest, _ in self._taken]) if self._taken else {}
        taken, self._taken, self._bytes = self._taken, [], 0
        for digest, mail in taken:
            if digest in known:
                self._pass(digest, mail, known[digest])
            else:
                self._parse(digest, mail)

    def _pass(self, digest: str, mail: Mail, known: Known) -> None:
        self.tally.weight += mail.weight
        self.tally.note_size(mail)
        if not known.understood:
            self._copy(mail.name, mail.data)
        self.tally.kinds[known.kind.value] += 1
        self.tally.unknown += not known.understood
        self.tally.duplicates += 1
        self.known.append(Mark(mail.key, known.understood, other=known.kind is Kind.OTHER))
        found = trace(mail.data)
        self.tally.taken.append(
            Taken(
                digest, self._label or mail.name, mail.name, known.kind.value, known.understood, known=True,
                message_id=found.message_id, queue_id=found.queue_id,
            )
        )  # fmt: skip

    def _parse(self, digest: str, mail: Mail) -> None:
        report = self.tally.parse(mail, self._parser)
        if report is None:
            self.refused.append(Mark(mail.key, understood=False))
            return
        if self._strict and self.tally.is_stray(mail, report):
            return
        self.tally.note_size(mail)
        found = trace(mail.data, mail.arrived)
        understood = is_understood(report)
        if not understood:
            self._copy(mail.name, mail.data)
        wanted = not mail.truncated and self._keeping.wants(understood=understood)
        raw = Raw.of(mail.data, mail.arrived, mail.envelope) if wanted else None
        seen = Seen(digest, self._label or mail.name, report, found.at, raw=raw)
        self.seen.append(seen)
        self.marks.append(Mark(mail.key, understood, other=report.kind is Kind.OTHER))
        self._told[digest] = _taken(seen, mail.name, found.message_id, found.queue_id)

    def event(self, event: Event) -> None:
        self.read()
        seen = Seen(event.identity, event.name, event.report, event.happened, by_mail=event.by_mail)
        self.seen.append(seen)
        self._told[event.identity] = _taken(seen, event.name)
        self.marks.append(Mark(event.name, understood=is_understood(event.report)))
        if not is_understood(event.report):
            self._copy(event.name, json.dumps(event.event).encode())

    def _copy(self, name: str, data: bytes) -> None:
        """Before it is stored: killed in between, a second run writes the same file."""
        self.tally.problems += self._keeping.copy(name, data)

    def flush(self, source: Source, add: Add) -> Tally:
        self.read()
        tally = self.tally
        if self.seen or self.known:
            positions = source.positions(self.marks + self.known + self.refused)
            try:
                result = add(self.seen, positions=positions)
            except StoreUnavailable:
                raise
            except StoreError:
                self._one_by_one(add, positions)
            else:
                self._written(result)
        for seen, mark in zip(self.seen, self.marks, strict=True):
            tally.kinds[seen.report.kind.value] += 1
            tally.unknown += not mark.understood
            new = seen.digest in self._new
            self._new.discard(seen.digest)  # the same one again, in one batch
            changes = tuple(self._changes.pop(seen.digest, ()))
            tally.taken.append(self._told[seen.digest]._replace(known=not new, changes=changes))
        for left in self._changes.values():
            tally.apart += left
        tally.refused = len(self.refused)
        tally.problems += source.done(self.marks + self.known + self.refused)
        return tally

    def _written(self, result: AddResult) -> None:
        """Count what the store says."""
        self.tally.added += result.added
        self.tally.duplicates += result.duplicates
        self.tally.records += result.records
        self._new.update(result.new)
        for change in result.changes:
            self._changes[change.detail.get("notice", "")].append(
                Changed(change.event, change.address, change.before, change.after, change.reason)
            )
            self.tally.events[change.event] += 1
            if change.before != change.after:
                self.tally.states.update({change.after: 1})
                self.tally.states.subtract({change.before: 1})

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
                self._written(result)
                kept.append((seen, mark))
        if failure is not None and not kept:
            raise failure
        add([], positions=positions)
        self.seen = [seen for seen, _ in kept]
        self.marks = [mark for _, mark in kept]


def _taken(seen: Seen, name: str, message_id: str = "", queue_id: str = "") -> Taken:
    report: Report = seen.report
    return Taken(
        seen.digest,
        seen.source,
        name,
        report.kind.value,
        is_understood(report),
        records=len(report.records),
        reasons=tuple(dict.fromkeys(record.reason.value for record in report.records)),
        message_id=message_id,
        queue_id=queue_id,
    )
