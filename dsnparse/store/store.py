"""The store: one object that the commands and programs use. What it does stands in the modules it calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from functools import partial
from threading import Event
from typing import Any, Self

from sqlalchemy import select

from dsnparse.store import upkeep
from dsnparse.store.address.privacy import Privacy
from dsnparse.store.address.settings import check_settings
from dsnparse.store.asked import Asked, clock
from dsnparse.store.changes.batch import AddResult, Seen
from dsnparse.store.changes.hooks import Hook
from dsnparse.store.changes.kept import RawBounds
from dsnparse.store.changes.known_messages import KnowsMessage, find_lookup, known_messages
from dsnparse.store.changes.outbox import ROUND, Delivered, deliver_due
from dsnparse.store.changes.prepared import Prepared, prepare
from dsnparse.store.changes.rereading import Reread, reread
from dsnparse.store.changes.write_batch import write_batch
from dsnparse.store.lists.entry import Difference, Listed, Suppression
from dsnparse.store.lists.many import compare_all, lift_all, succeed_all, suppress_all
from dsnparse.store.policy.policy import Policy
from dsnparse.store.policy.terms import Terms
from dsnparse.store.queries.known import Known, find_known
from dsnparse.store.queries.unknown import Kept, find_kept, message_of
from dsnparse.store.removal.forgetting import Forgotten, forget
from dsnparse.store.removal.retention import Pruned
from dsnparse.store.sql.database import Database
from dsnparse.store.sql.rows import EngineRows, Rows
from dsnparse.store.sql.schema import positions


class Store(Asked):
    """A bounce database, open. Safe for several threads, and for several processes with one database.

    Times are aware datetimes. Where `now` is an argument it is the clock by default.
    """

    def __init__(
        self, database: Database, terms: Terms, hooks: Sequence[Hook], knows: KnowsMessage | None
    ) -> None:
        """Use `Store.open`."""
        self.database = database
        self.terms = terms
        self._hooks = {hook.name: hook for hook in hooks}
        self._knows = knows
        self._given: KnowsMessage | None = None
        self._hooks_stopped = Event()

    @classmethod
    def open(
        cls,
        url: str,
        *,
        policy: Policy | None = None,
        hash_key: bytes | None = None,
        hooks: Sequence[Hook] = (),
        knows_message: KnowsMessage | None = None,
        create: bool = True,
        read_only: bool = False,
    ) -> Self:
        """Open a database, and make it or bring it up to date where that is needed.

        `url`: an SQLAlchemy URL of SQLite or PostgreSQL, or the path of an SQLite file. `hash_key`: store
        keyed hashes instead of addresses; the same key from the first time on. `hooks` are told of every
        change (`ExecHook`, `WebhookHook`). `knows_message`: whether a message with this Message-ID (without
        angle brackets) was sent to this address; asked of an address that was mailed when another one
        refused, and for `confirm = ["known_message"]`. `create`: make an SQLite file that is missing.

        `read_only`: for questions (`check`, `suppressions`, `history`, `stats`) where the database may not be
        written: it must be there and up to date, and every change raises StoreError.

        Raise StoreError when trying again is no use (a newer schema, another key), StoreUnavailable when it
        is, ValueError for a short key.
        """
        policy = policy or Policy.default()
        privacy = Privacy(hash_key)
        knows = None if read_only else find_lookup(policy, knows_message)
        terms = Terms(policy, privacy, tuple(hook.name for hook in hooks))
        database = Database(
            url,
            create=create,
            read_only=read_only,
            # Also asked of another file that takes the place of this one; `change_policy` keeps [addresses].
            accept=lambda database: check_settings(database, policy.addresses, privacy),
        )
        store = cls(database, terms, hooks, knows)
        store._given = knows_message
        return store

    def add(
        self,
        items: Sequence[Seen | Prepared],
        *,
        positions: Mapping[str, str] | None = None,
        now: datetime | None = None,
    ) -> AddResult:
        """Write a batch (300 to 1,000 messages is a good size) in one transaction, committed on return.

        `items`: what was seen, or what `prepare` made of it under the same policy, as in another process.

        Messages that the store has are counted and left alone, so the same call can be made again after any
        failure. `positions`: how far each source has been read (IMAP's UIDVALIDITY and UID, an offset, …),
        any text by any name, written in the same transaction; `position(name)` reads it back.

        Raise StoreUnavailable when nothing was written and a later call may work; StoreError when not.
        """
        ready = [item if isinstance(item, Prepared) else prepare(item, self.terms) for item in items]
        known = known_messages(ready, self._knows)
        moment = clock(now)
        return self.database.write(
            partial(
                write_batch, terms=self.terms, items=ready, known=known, places=positions or {}, now=moment
            )
        )

    def known(self, digests: Sequence[str]) -> Mapping[str, Known]:
        """Those of some hundred messages that the store has, by their identities: to `add`, they are nothing
        new. Raise as `add` does."""
        with self.database.read(heeding=True) as connection:
            return find_known(EngineRows(connection), digests)

    def position(self, name: str) -> str | None:
        """What `add(…, positions={name: …})` wrote last; None when it never did."""
        with self.database.read() as connection:
            return connection.execute(select(positions.c.value).where(positions.c.name == name)).scalar()

    def delivered(
        self, wanted: Iterable[str], *, at: datetime | None = None, now: datetime | None = None
    ) -> int:
        """The sender reports deliveries: soft failures and reviews are forgotten. How many were known.

        Raise NotAnAddress, and write nothing, when one of them is no address.
        """
        moment = clock(now)
        return succeed_all(self.database, self.terms, wanted, at or moment, moment)

    def suppress(self, wanted: Iterable[Suppression], *, now: datetime | None = None) -> Listed:
        """Put addresses, and whole domains ("@example.com"), on the list: a person's, or another system's.

        Raise NotAnAddress, and write nothing, when one of them is neither.
        """
        return suppress_all(self.database, self.terms, wanted, clock(now))

    def compare(self, wanted: Iterable[Suppression], *, now: datetime | None = None) -> Iterator[Difference]:
        """What `suppress` would do with each entry; nothing is changed. Raise NotAnAddress as it does."""
        return compare_all(self.database, self.terms, wanted, clock(now))

    def lift(self, wanted: Iterable[str], *, by: str = "", now: datetime | None = None) -> list[str]:
        """Forget what is held against addresses and whole domains; those against which something was.

        Raise NotAnAddress, and write nothing, when one of them is neither.
        """
        return lift_all(self.database, self.terms, wanted, by, clock(now))

    def reapply(self, *, now: datetime | None = None) -> int:
        """Fold the past of every address by the policy of today; how many states changed.

        After a change of the policy. Without it, an address follows at its next notice.
        """
        return upkeep.reapply(self.database, self.terms, clock(now))

    @contextmanager
    def asking(self) -> Iterator[Rows]:
        """Questions of one's own, as the modules of `store.queries` put them, answered by one state of an
        SQLite file."""
        with self.database.read() as connection:
            yield EngineRows(connection)

    _answering = asking

    def message(self, digest: str) -> list[dict[str, Any]]:
        """What is stored of a message: itself, then its records; empty when there is none."""
        with self.database.read() as connection:
            return list(message_of(connection, digest))

    def kept(
        self,
        *,
        since: datetime | None = None,
        digests: Sequence[str] | None = None,
        unknown: bool = False,
    ) -> Iterator[Kept]:
        """The messages that are kept themselves: all, or these, or those that a person should look at."""
        return find_kept(self.database, since=since, digests=digests, unknown=unknown)

    def reread(self, items: Sequence[Seen], *, write: bool = True, now: datetime | None = None) -> Reread:
        """Put new readings of messages that the store has in the place of the old ones, in one transaction.

        `write`: False to be told which would change. Raise as `add` does.
        """
        ready = [prepare(item, self.terms) for item in items]
        known = known_messages(ready, self._knows)
        moment = clock(now)
        work = partial(reread, terms=self.terms, items=ready, known=known, now=moment, write=write)
        return self.database.write(work)

    def trim_raw(self, bounds: RawBounds, *, now: datetime | None = None) -> int:
        """Remove kept messages that are too old or too many; how many."""
        return upkeep.trim(self.database, bounds, clock(now))

    def prune(self, before: datetime) -> Iterator[Pruned]:
        """Remove what is older, piece by piece: what each transaction removed. States stay."""
        return upkeep.prune(self.database, before)

    def forget(self, address: str, *, keep_suppression: bool = False) -> Forgotten:
        """Remove all that concerns one address. Raise NotAnAddress when it is none."""
        done = self.database.write(
            partial(forget, terms=self.terms, address=address, keep_suppression=keep_suppression)
        )
        upkeep.empty_log(self.database)
        return done

    def compact(self) -> None:
        """Give the space of removed rows back (SQLite; PostgreSQL does so by itself). Takes its time."""
        upkeep.compact(self.database)

    def tick(self, *, now: datetime | None = None, seconds: float = ROUND) -> Delivered:
        """Housekeeping of a worker, about once a minute and at its end: release what has ended, tell the
        hooks what is due. After `seconds`, no further delivery begins."""
        moment = clock(now)
        upkeep.release_ended(self.database, self.terms, moment)
        return deliver_due(
            self.database, self._hooks, moment, seconds=seconds, stopped=self._hooks_stopped.is_set
        )

    def stop_hooks(self) -> None:
        """End deliveries that are under way, from another thread, and begin no more: before the end."""
        self._hooks_stopped.set()
        for hook in self._hooks.values():
            stop = getattr(hook, "stop", None)
            if stop is not None:
                stop()

    def change_policy(self, policy: Policy) -> None:
        """Go on with another policy. Raise StoreError when this database cannot be used with it."""
        knows = find_lookup(policy, self._given)
        check_settings(self.database, policy.addresses, self.terms.privacy)
        self._knows = knows
        self.terms = replace(self.terms, policy=policy)

    def close(self) -> None:
        """Close the connections."""
        self.database.close()
