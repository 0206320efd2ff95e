"""The store: one object that the commands and programs use. What it does stands in the modules it calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from threading import Event
from typing import Any, Self

from sqlalchemy import Connection, select

from dsnparse.store.address.given import read_address, read_mailbox
from dsnparse.store.address.privacy import Privacy
from dsnparse.store.address.settings import check_settings
from dsnparse.store.changes.batch import AddResult, Seen
from dsnparse.store.changes.hooks import Hook
from dsnparse.store.changes.kept import RawBounds
from dsnparse.store.changes.known_messages import KnowsMessage, find_lookup, known_messages
from dsnparse.store.changes.ledger import Ledger
from dsnparse.store.changes.outbox import ROUND, Delivered, deliver_due
from dsnparse.store.changes.prepared import Prepared, prepare
from dsnparse.store.changes.raw import trim_raw
from dsnparse.store.changes.rereading import Reread, reread
from dsnparse.store.changes.write_batch import write_batch
from dsnparse.store.lists.compare import compare, missing
from dsnparse.store.lists.entry import Difference, Listed, Suppression
from dsnparse.store.lists.listing import entries, page, search
from dsnparse.store.lists.suppressions import lift, succeed, suppress
from dsnparse.store.policy.policy import Policy
from dsnparse.store.policy.terms import Terms
from dsnparse.store.queries.answer import Decision
from dsnparse.store.queries.check import check, check_some, in_pieces
from dsnparse.store.queries.history import Happening, history
from dsnparse.store.queries.known import Known, find_known
from dsnparse.store.queries.standing import Standing, standing
from dsnparse.store.queries.stats import Count, stats
from dsnparse.store.queries.unknown import (
    Kept,
    Unknown,
    find_digests,
    find_unknown,
    kept_after,
    message_of,
)
from dsnparse.store.queries.waiting import waiting
from dsnparse.store.queries.where import ALL, Where
from dsnparse.store.removal.forgetting import Forgotten, forget
from dsnparse.store.removal.retention import Pruned, prune_some
from dsnparse.store.sql.database import Database
from dsnparse.store.sql.dialect import chunks
from dsnparse.store.sql.rows import EngineRows, Rows
from dsnparse.store.sql.schema import positions

#: Addresses in one transaction of a list of successes or the housekeeping.
_AT_ONCE = 1_000
#: Kept messages in memory at once: some hundred megabytes at most.
_KEPT_AT_ONCE = 50
#: The same of an import.
_IMPORTED_AT_ONCE = 5_000


class Store:
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
        moment = _clock(now)
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

    def check(self, address: str, *, now: datetime | None = None) -> Decision:
        """Whether an address may be mailed, and why not; "@example.com" asks for a whole domain.

        What is no address is answered with `Answer.NO_ADDRESS`, which is not to be mailed either.
        """
        with self.database.read() as connection:
            return check(EngineRows(connection), self.terms, address, _clock(now))

    def check_all(self, addresses: Iterable[str], *, now: datetime | None = None) -> Iterator[Decision]:
        """The decisions about many addresses, in their order, as they come; one look-up for some hundred.

        `now` is the clock at each look-up by default.
        """
        for some in in_pieces(addresses):
            with self.database.read() as connection:
                found = check_some(EngineRows(connection), self.terms, some, _clock(now))
            yield from found

    def delivered(
        self, wanted: Iterable[str], *, at: datetime | None = None, now: datetime | None = None
    ) -> int:
        """The sender reports deliveries: soft failures and reviews are forgotten. How many were known.

        Raise NotAnAddress, and write nothing, when one of them is no address.
        """
        moment, read = _clock(now), [read_mailbox(address) for address in wanted]
        return sum(
            self.database.write(partial(succeed, terms=self.terms, wanted=some, at=at or moment, now=moment))
            for some in chunks(read, _AT_ONCE)
        )

    def suppressions(self, *, now: datetime | None = None, **filters: Any) -> Iterator[Suppression]:
        """The suppression list; `states`, `reasons`, `sources` (sequences) and `domain` narrow it down."""
        with self.database.read() as connection:
            yield from entries(EngineRows(connection), _clock(now), **filters)

    def suppressions_page(
        self, *, after: int = 0, limit: int = 100, now: datetime | None = None, **filters: Any
    ) -> tuple[list[Suppression], int | None]:
        """The same in parts, each with what the next one is `after`; None at the end."""
        with self.database.read() as connection:
            return page(EngineRows(connection), _clock(now), after=after, limit=limit, **filters)

    def search(self, text: str, *, limit: int = 100, now: datetime | None = None) -> list[Suppression]:
        """The addresses that contain a text, whatever their state ("active": nothing is held against it).

        Raise ValueError where hashes stand for addresses.
        """
        if self.terms.privacy.hashed:
            raise ValueError("This database holds hashes of addresses: ask for a whole one")
        with self.database.read() as connection:
            return search(EngineRows(connection), _clock(now), text, limit)

    def suppress(self, wanted: Iterable[Suppression], *, now: datetime | None = None) -> Listed:
        """Put addresses, and whole domains ("@example.com"), on the list: a person's, or another system's.

        Raise NotAnAddress, and write nothing, when one of them is neither.
        """
        moment, read = _clock(now), list(map(_with_address_read, wanted))
        total = Listed()
        for some in chunks(read, _IMPORTED_AT_ONCE):
            total += self.database.write(partial(suppress, terms=self.terms, wanted=some, now=moment))
        return total

    def compare(self, wanted: Iterable[Suppression], *, now: datetime | None = None) -> Iterator[Difference]:
        """What `suppress` would do with each entry; nothing is changed. Raise NotAnAddress as it does."""
        moment, read = _clock(now), map(_with_address_read, wanted)
        while some := list(islice(read, _IMPORTED_AT_ONCE)):
            yield from self.database.write(partial(compare, terms=self.terms, wanted=some, now=moment))

    def not_in(self, addresses: Iterable[str]) -> Iterator[Difference]:
        """Those on the list that another list does not have, given its addresses."""
        theirs = frozenset(self.terms.policy.addresses.keys(address)[0] for address in addresses)
        return missing(self.suppressions(), theirs, self.terms)

    def lift(self, wanted: Iterable[str], *, by: str = "", now: datetime | None = None) -> list[str]:
        """Forget what is held against addresses and whole domains; those against which something was.

        Raise NotAnAddress, and write nothing, when one of them is neither.
        """
        moment, read = _clock(now), [read_address(address) for address in wanted]
        return [
            address
            for some in chunks(read, _AT_ONCE)
            for address in self.database.write(
                partial(lift, terms=self.terms, wanted=some, now=moment, by=by)
            )
        ]

    def reapply(self, *, now: datetime | None = None) -> int:
        """Fold the past of every address by the policy of today; how many states changed.

        After a change of the policy. Without it, an address follows at its next notice.
        """
        moment, changed, last = _clock(now), 0, -1
        while True:
            number, changes = self.database.write(partial(_reapply, terms=self.terms, after=last, now=moment))
            changed += changes
            if number == last:
                return changed
            last = number

    def history(self, address: str) -> list[Happening]:
        """The notices about an address and the changes of its state and its domain's, oldest first.

        Raise NotAnAddress when it is none.
        """
        with self.database.read() as connection:
            return history(EngineRows(connection), self.terms, address)

    def stats(
        self,
        by: str,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        where: Where = ALL,
        limit: int = 20,
        now: datetime | None = None,
    ) -> list[Count]:
        """Counts by "reason", "type", "provider", "domain", "day", "kind", "authenticity", "state" or
        "alert", with shares; or by two of the first five crossed, "provider,reason".

        Raise ValueError for other names, and for conditions on what is no failure."""
        with self.database.read() as connection:
            return stats(
                EngineRows(connection),
                by,
                since=since,
                until=until,
                where=where,
                now=_clock(now),
                limit=limit,
            )

    @contextmanager
    def asking(self) -> Iterator[Rows]:
        """Questions of one's own, as the modules of `store.queries` put them, answered by one state of an
        SQLite file."""
        with self.database.read() as connection:
            yield EngineRows(connection)

    def waiting(self) -> list[tuple[str, int, int, str]]:
        """For each hook that has not been told everything: its name, how many changes wait, the most
        attempts, the last error."""
        with self.database.read() as connection:
            return waiting(EngineRows(connection))

    def standing(self, *, now: datetime | None = None) -> Standing:
        """How it stands: the last message, how much comes, what waits, how large it is."""
        with self.database.read() as connection:
            return standing(EngineRows(connection), _clock(now))

    def unknown(self, *, since: datetime | None = None, limit: int = 1_000) -> list[Unknown]:
        """The messages that a person should look at, the latest first."""
        with self.database.read() as connection:
            return find_unknown(EngineRows(connection), since=since, limit=limit)

    def digests(self, start: str) -> list[str]:
        """The identities of messages that begin so, at most ten."""
        with self.database.read() as connection:
            return find_digests(EngineRows(connection), start)

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
        after = ""
        while True:
            with self.database.read() as connection:
                wanted = None if digests is None else list(digests)
                some = kept_after(
                    connection, after, since=since, digests=wanted, unknown=unknown, limit=_KEPT_AT_ONCE
                )
            if not some:
                return
            yield from some
            after = some[-1].digest

    def reread(self, items: Sequence[Seen], *, write: bool = True, now: datetime | None = None) -> Reread:
        """Put new readings of messages that the store has in the place of the old ones, in one transaction.

        `write`: False to be told which would change. Raise as `add` does.
        """
        ready = [prepare(item, self.terms) for item in items]
        known = known_messages(ready, self._knows)
        moment = _clock(now)
        work = partial(reread, terms=self.terms, items=ready, known=known, now=moment, write=write)
        return self.database.write(work)

    def trim_raw(self, bounds: RawBounds, *, now: datetime | None = None) -> int:
        """Remove kept messages that are too old or too many; how many."""
        total, moment = 0, _clock(now)
        while some := self.database.write(partial(trim_raw, bounds=bounds, now=moment)):
            total += some
        return total

    def prune(self, before: datetime) -> Iterator[Pruned]:
        """Remove what is older, piece by piece: what each transaction removed. States stay."""
        while (pruned := self.database.write(partial(prune_some, before=before))).total:
            yield pruned
        self._empty_log()

    def forget(self, address: str, *, keep_suppression: bool = False) -> Forgotten:
        """Remove all that concerns one address. Raise NotAnAddress when it is none."""
        done = self.database.write(
            partial(forget, terms=self.terms, address=address, keep_suppression=keep_suppression)
        )
        self._empty_log()
        return done

    def compact(self) -> None:
        """Give the space of removed rows back (SQLite; PostgreSQL does so by itself). Takes its time."""
        if self.database.engine.dialect.name == "sqlite":
            with self.database.read() as connection:
                connection.connection.driver_connection.execute("VACUUM")  # type: ignore[union-attr]
            self._empty_log()

    def tick(self, *, now: datetime | None = None, seconds: float = ROUND) -> Delivered:
        """Housekeeping of a worker, about once a minute and at its end: release what has ended, tell the
        hooks what is due. After `seconds`, no further delivery begins."""
        moment = _clock(now)
        while self.database.write(partial(_release, terms=self.terms, now=moment)) == _AT_ONCE:
            pass
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

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _empty_log(self) -> None:
        """Take what was removed out of SQLite's write-ahead log, too."""
        if self.database.engine.dialect.name == "sqlite":
            with self.database.read() as connection:
                connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]


def _clock(now: datetime | None) -> datetime:
    if now is None:
        return datetime.now(UTC)
    if now.tzinfo is None:
        raise ValueError("now must be an aware datetime (with a time zone)")
    return now


def _with_address_read(one: Suppression) -> Suppression:
    address = read_address(one.address)
    return one if address == one.address else replace(one, address=address)


def _release(connection: Connection, terms: Terms, now: datetime) -> int:
    ledger = Ledger(connection, terms, now)
    found = ledger.load_expired(_AT_ONCE)
    ledger.write()
    return found


def _reapply(connection: Connection, terms: Terms, after: int, now: datetime) -> tuple[int, int]:
    ledger = Ledger(connection, terms, now)
    number = ledger.reapply(after, _AT_ONCE)
    return number, len(ledger.write())
