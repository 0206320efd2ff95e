"""From a mailbox to the store. The order of the steps is what loses nothing and counts nothing twice:

take → known? else parse → add to the store, in one transaction with the positions → commit → mark as done.

    with Store.open("bounces.db") as store:
        for tally in ingest(MaildirSource("/var/mail/bounces"), store.add, Parser(), known=store.known):
            print(tally.added)

Only the second step may run in other processes (`spread`); results come back in the order of the messages.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing

from dsnparse.ingest.batch import Add, Batch
from dsnparse.ingest.reading import (
    BYTES_HELD,
    LOOKED_UP,
    NOTHING_KEPT,
    Item,
    Keeping,
    Look,
    Read,
    Reading,
    Task,
)
from dsnparse.mailboxes.items import Mail, MessageRef
from dsnparse.mailboxes.sources import PathSource, Source
from dsnparse.mailboxes.tally import MessageParser, Tally
from dsnparse.trust.envelope import Envelope

__all__ = [
    "BATCH",
    "LOOKED_UP",
    "NOTHING_KEPT",
    "PATIENCE",
    "Add",
    "Keeping",
    "Look",
    "Spread",
    "ingest",
    "store_all",
]

#: Messages in one transaction. SQLite needs a few hundred to be fast; more gain little.
BATCH = 500
#: A batch is stored after so many seconds even when it is not full, so that a slow mailbox shows results.
PATIENCE = 5.0

#: Reads tasks in other processes: for pieces of them, in their order, what came of each.
Spread = Callable[[Iterator[Sequence[Task]]], Generator[list[list[Read]], None, None]]


def ingest(
    source: Source,
    add: Add,
    parser: MessageParser,
    *,
    batch: int = BATCH,
    stop: Callable[[], bool] = lambda: False,
    strict: bool = False,
    envelope: Envelope | None = None,
    known: Look = lambda _: {},
    spread: Spread | None = None,
    keeping: Keeping = NOTHING_KEPT,
    copied: bool = False,
) -> Iterator[Tally]:
    """Work off what is in `source` now; after each batch what came of it.

    `stop` is asked after each message: when it says True, what was taken is still stored and marked, and that
    is all. `strict`: what does not look like a message at all (a stray file in a folder) is a problem.
    `envelope`: with which a mail server handed over what the source holds.
    `known`: `Store.known`, with which messages that the store has are not parsed again.
    `keeping`: which messages are kept themselves, and where copies go; `copied`: whether they do.
    `spread`: where messages are read instead; `parser`, `known` and `keeping` are its own then.

    Raise StoreUnavailable when the database is away, StoreError when it does not work, OSError when the
    mailbox does not; what was taken and not stored is given back by `source.close()`.
    """
    reading = Reading(parser, known, keeping=keeping)
    tasks = (Task(item, source.label, strict, copied, envelope) for item in source.take(read=spread is None))
    pieces = _pieces(tasks, min(LOOKED_UP, batch), stop)
    pending, started = Batch(), time.monotonic()
    with closing(spread(pieces) if spread else ([reading(piece)] for piece in pieces)) as outcomes:
        for read in (one for some in outcomes for reads in some for one in reads):
            pending.put(read)
            if pending.size >= batch or time.monotonic() - started > PATIENCE:
                yield pending.flush(source, add)
                pending, started = Batch(), time.monotonic()
    yield pending.flush(source, add)


def store_all(
    mails: Sequence[Mail],
    label: str,
    add: Add,
    parser: MessageParser,
    *,
    known: Look = lambda _: {},
    keeping: Keeping = NOTHING_KEPT,
) -> tuple[Tally, frozenset[str]]:
    """Store messages that somebody hands over and waits for: what came of it, and the keys of those stored.

    `known`, `keeping`: see `ingest`. Raise StoreUnavailable or StoreError when none of them could be stored.
    """
    pending = Batch()
    for read in Reading(parser, known, keeping=keeping)([Task(mail, label, copied=True) for mail in mails]):
        pending.put(read)
    tally = pending.flush(PathSource([]), add)
    return tally, frozenset(mark.key for mark in pending.marks + pending.known)


def _pieces(tasks: Iterable[Task], most: int, stop: Callable[[], bool]) -> Iterator[list[Task]]:
    """Tasks in lists that are neither long nor heavy, nor wait for a slow mailbox; until `stop` says so."""
    piece: list[Task] = []
    held, started = 0, time.monotonic()
    for task in tasks:
        piece.append(task)
        held += _bytes_of(task.item)
        ending = stop()
        if ending or len(piece) >= most or held >= BYTES_HELD or time.monotonic() - started > PATIENCE:
            yield piece
            piece, held, started = [], 0, time.monotonic()
        if ending:
            return
    if piece:
        yield piece


def _bytes_of(item: Item) -> int:
    return len(item.data or b"") if isinstance(item, (Mail, MessageRef)) else 0
