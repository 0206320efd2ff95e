"""The questions that a bounce database answers, however it was opened: by a `Store`, or by a `Reader`.

What a question needs is loaded when it is asked: a command asks one or two.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from dsnparse.store.pieces import in_pieces
from dsnparse.store.policy.terms import Terms
from dsnparse.store.queries.answer import Decision
from dsnparse.store.queries.where import ALL, Where

if TYPE_CHECKING:
    from dsnparse.store.lists.entry import Difference, Suppression
    from dsnparse.store.queries.history import Happening
    from dsnparse.store.queries.known import Known
    from dsnparse.store.queries.standing import Standing
    from dsnparse.store.queries.stats import Count
    from dsnparse.store.queries.unknown import Unknown
    from dsnparse.store.sql.rows import Rows


class Asked:
    """Its methods raise StoreUnavailable when the database cannot be reached, StoreError when it is broken.

    Where `now` is an argument it is the clock by default.
    """

    terms: Terms

    def _answering(self) -> AbstractContextManager[Rows]:
        """What one question is put to."""
        raise NotImplementedError

    def asking(self) -> AbstractContextManager[Rows]:
        """Questions of one's own, as the modules of `store.queries` put them, answered by one state of an
        SQLite file."""
        raise NotImplementedError

    def close(self) -> None:
        """Close the connections."""
        raise NotImplementedError

    def check(self, address: str, *, now: datetime | None = None) -> Decision:
        """Whether an address may be mailed, and why not; "@example.com" asks for a whole domain.

        What is no address is answered with `Answer.NO_ADDRESS`, which is not to be mailed either.
        """
        from dsnparse.store.queries.check import check

        with self._answering() as rows:
            return check(rows, self.terms, address, clock(now))

    def check_all(self, addresses: Iterable[str], *, now: datetime | None = None) -> Iterator[Decision]:
        """The decisions about many addresses, in their order, as they come; one look-up for some hundred.

        `now` is the clock at each look-up by default.
        """
        from dsnparse.store.queries.check import AT_ONCE, check_some

        for some in in_pieces(addresses, AT_ONCE):
            with self._answering() as rows:
                found = check_some(rows, self.terms, some, clock(now))
            yield from found

    def known(self, digests: Sequence[str]) -> Mapping[str, Known]:
        """Those of some hundred messages that the store has, by their identities: to `add`, they are nothing
        new. Raise as `add` does."""
        from dsnparse.store.queries.known import find_known

        with self._answering() as rows:
            return find_known(rows, digests)

    def history(self, address: str) -> list[Happening]:
        """The notices about an address and the changes of its state and its domain's, oldest first.

        Raise NotAnAddress when it is none.
        """
        from dsnparse.store.queries.history import history

        with self.asking() as rows:
            return history(rows, self.terms, address)

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
        from dsnparse.store.queries.stats import stats

        with self._answering() as rows:
            return stats(rows, by, since=since, until=until, where=where, now=clock(now), limit=limit)

    def suppressions(self, *, now: datetime | None = None, **filters: Any) -> Iterator[Suppression]:
        """The suppression list; `states`, `reasons`, `sources` (sequences) and `domain` narrow it down."""
        from dsnparse.store.lists.listing import entries

        with self._answering() as rows:
            yield from entries(rows, clock(now), **filters)

    def suppressions_page(
        self, *, after: int = 0, limit: int = 100, now: datetime | None = None, **filters: Any
    ) -> tuple[list[Suppression], int | None]:
        """The same in parts, each with what the next one is `after`; None at the end."""
        from dsnparse.store.lists.listing import page

        with self._answering() as rows:
            return page(rows, clock(now), after=after, limit=limit, **filters)

    def search(self, text: str, *, limit: int = 100, now: datetime | None = None) -> list[Suppression]:
        """The addresses that contain a text, whatever their state ("active": nothing is held against it).

        Raise ValueError where hashes stand for addresses.
        """
        from dsnparse.store.lists.listing import search

        if self.terms.privacy.hashed:
            raise ValueError("This database holds hashes of addresses: ask for a whole one")
        with self._answering() as rows:
            return search(rows, clock(now), text, limit)

    def not_in(self, addresses: Iterable[str]) -> Iterator[Difference]:
        """Those on the list that another list does not have, given its addresses."""
        from dsnparse.store.lists.compare import missing

        theirs = frozenset(self.terms.policy.addresses.keys(address)[0] for address in addresses)
        return missing(self.suppressions(), theirs, self.terms)

    def waiting(self) -> list[tuple[str, int, int, str]]:
        """For each hook that has not been told everything: its name, how many changes wait, the most
        attempts, the last error."""
        from dsnparse.store.queries.waiting import waiting

        with self._answering() as rows:
            return waiting(rows)

    def standing(self, *, now: datetime | None = None) -> Standing:
        """How it stands: the last message, how much comes, what waits, how large it is."""
        from dsnparse.store.queries.standing import standing

        with self.asking() as rows:
            return standing(rows, clock(now))

    def unknown(self, *, since: datetime | None = None, limit: int = 1_000) -> list[Unknown]:
        """The messages that a person should look at, the latest first."""
        from dsnparse.store.queries.unknown import find_unknown

        with self._answering() as rows:
            return find_unknown(rows, since=since, limit=limit)

    def digests(self, start: str) -> list[str]:
        """The identities of messages that begin so, at most ten."""
        from dsnparse.store.queries.unknown import find_digests

        with self._answering() as rows:
            return find_digests(rows, start)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def clock(now: datetime | None) -> datetime:
    """The time that is meant. Raise ValueError for one without a zone."""
    if now is None:
        return datetime.now(UTC)
    if now.tzinfo is None:
        raise ValueError("now must be an aware datetime (with a time zone)")
    return now
