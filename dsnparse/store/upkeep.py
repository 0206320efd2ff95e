"""What is done to a database now and then: ended suppressions released, old rows removed, space given back.

Each function works piece by piece, in a transaction each, so that nobody waits for long.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from dsnparse.store.changes.kept import RawBounds
from dsnparse.store.changes.ledger import Ledger
from dsnparse.store.changes.raw import trim_raw
from dsnparse.store.policy.terms import Terms
from dsnparse.store.removal.retention import Pruned, prune_some
from dsnparse.store.sql.database import Database

#: Addresses in one transaction.
AT_ONCE = 1_000


def release_ended(database: Database, terms: Terms, now: datetime) -> None:
    """Release what was paused, reviewed or suppressed until now."""
    while database.write(partial(_release, terms=terms, now=now)) == AT_ONCE:
        pass


def reapply(database: Database, terms: Terms, now: datetime) -> int:
    """Fold the past of every address by the policy of today; how many states changed."""
    changed, last = 0, -1
    while True:
        number, changes = database.write(partial(_reapply, terms=terms, after=last, now=now))
        changed += changes
        if number == last:
            return changed
        last = number


def trim(database: Database, bounds: RawBounds, now: datetime) -> int:
    """Remove kept messages that are too old or too many; how many."""
    total = 0
    while some := database.write(partial(trim_raw, bounds=bounds, now=now)):
        total += some
    return total


def prune(database: Database, before: datetime) -> Iterator[Pruned]:
    """Remove what is older: what each transaction removed."""
    while (pruned := database.write(partial(prune_some, before=before))).total:
        yield pruned
    empty_log(database)


def compact(database: Database) -> None:
    """Give the space of removed rows back; PostgreSQL does so by itself."""
    _tell_sqlite(database, "VACUUM")
    empty_log(database)


def empty_log(database: Database) -> None:
    """Take what was removed out of SQLite's write-ahead log, too."""
    _tell_sqlite(database, "PRAGMA wal_checkpoint(TRUNCATE)")


def _tell_sqlite(database: Database, statement: str) -> None:
    if database.engine.dialect.name == "sqlite":
        with database.read() as connection:
            connection.connection.driver_connection.execute(statement)  # type: ignore[union-attr]


def _release(connection: Connection, terms: Terms, now: datetime) -> int:
    ledger = Ledger(connection, terms, now)
    found = ledger.load_expired(AT_ONCE)
    ledger.write()
    return found


def _reapply(connection: Connection, terms: Terms, after: int, now: datetime) -> tuple[int, int]:
    ledger = Ledger(connection, terms, now)
    number = ledger.reapply(after, AT_ONCE)
    return number, len(ledger.write())
