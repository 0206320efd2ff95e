"""The processes in which `ingest` and `watch` read messages, where there are several.

Each looks up what is known in the database by itself, by a connection of its own. What it finds there may be
old: the writer, which alone decides what is new, looks again in its transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from dsnparse.cli.pool import Pool
from dsnparse.cli.source_options import Mailboxes
from dsnparse.cli.store_options import StoreChoice
from dsnparse.ingest import Spread
from dsnparse.ingest.reading import Keeping, Read, Reading, Task, killed
from dsnparse.store.sql.errors import StoreError, StoreUnavailable

if TYPE_CHECKING:
    from dsnparse.store.queries.known import Known
    from dsnparse.store.reader import Asked


@contextmanager
def readers(
    mailboxes: Mailboxes, choice: StoreChoice, keeping: Keeping, jobs: int, *, fork: bool = True
) -> Iterator[Spread | None]:
    """What `dsnparse.ingest.ingest` takes as `spread`; None for one job.

    `fork`: whether no database is open yet, and no thread runs. The processes end with the block.
    """
    if jobs == 1:
        yield None
        return
    make = partial(_make, mailboxes, choice, keeping)
    with Pool[Task, list[Read]](jobs, make, killed, fork=fork, fork_later=False) as pool:
        yield pool.run


def _make(mailboxes: Mailboxes, choice: StoreChoice, keeping: Keeping) -> Reading:
    """What reads in one process, with all loaded that it needs."""
    import gc

    from dsnparse.classify import classify_reply
    from dsnparse.store.changes.prepared import prepare

    prepared = partial(prepare, terms=choice.terms())
    reading = Reading(mailboxes.parser(), _Known(choice), prepare=prepared, keeping=keeping)
    classify_reply("550 5.1.1 no such user")
    gc.freeze()
    return reading


class _Known:
    """`Store.known`; of a database that cannot be asked nothing is known: the writer says what is wrong."""

    def __init__(self, choice: StoreChoice) -> None:
        self._choice = choice
        self._asked: Asked | None = None
        self._hopeless = False

    def __call__(self, digests: Sequence[str]) -> Mapping[str, Known]:
        if self._hopeless:
            return {}
        try:
            if self._asked is None:
                self._asked = self._choice.reader()
            return self._asked.known(digests)
        except StoreError as problem:
            self._hopeless = not isinstance(problem, StoreUnavailable)
            if self._asked is not None:
                self._asked.close()
                self._asked = None
            return {}
