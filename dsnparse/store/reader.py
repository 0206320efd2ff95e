"""A bounce database open for questions: what `Store` answers, without what changes it.

It starts in a fifth of the time, since it needs no SQLAlchemy. `Store` puts the same questions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol, Self

from dsnparse.store.address.noted import settings_of
from dsnparse.store.policy.terms import Terms
from dsnparse.store.queries.answer import Decision
from dsnparse.store.queries.check import check, check_some, in_pieces
from dsnparse.store.queries.where import ALL, Where
from dsnparse.store.sql.driver import DriverRows, driver_errors, open_driver
from dsnparse.store.sql.errors import StoreError
from dsnparse.store.sql.migrations import is_last_version

if TYPE_CHECKING:
    from dsnparse.store.lists.entry import Suppression
    from dsnparse.store.queries.history import Happening
    from dsnparse.store.queries.known import Known
    from dsnparse.store.queries.standing import Standing
    from dsnparse.store.queries.stats import Count
    from dsnparse.store.sql.libpq import LibpqRows
    from dsnparse.store.sql.rows import Rows


class Asked(Protocol):
    """What answers questions: a `Store`, or a `Reader`."""

    def check(self, address: str, *, now: datetime | None = None) -> Decision:
        """Whether an address may be mailed."""
        ...

    def known(self, digests: Sequence[str]) -> Mapping[str, Known]:
        """Those of some hundred messages that the store has, by their identities."""
        ...

    def check_all(self, addresses: Iterable[str], *, now: datetime | None = None) -> Iterator[Decision]:
        """The same for many."""
        ...

    def history(self, address: str) -> list[Happening]:
        """The notices about an address and the changes of its state."""
        ...

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
        """Counts."""
        ...

    def asking(self) -> AbstractContextManager[Rows]:
        """Questions of one's own."""
        ...

    def suppressions(self, *, now: datetime | None = None, **filters: Any) -> Iterator[Suppression]:
        """The suppression list."""
        ...

    def waiting(self) -> list[tuple[str, int, int, str]]:
        """What hooks were not told."""
        ...

    def standing(self, *, now: datetime | None = None) -> Standing:
        """How it stands."""
        ...

    def close(self) -> None:
        """Close the connections."""
        ...

    def __enter__(self) -> Self:
        """Use it in a `with` block."""
        ...

    def __exit__(self, *_: object) -> None:
        """Close it."""
        ...


class Reader:
    """An open database. The methods are those of `Store`, raise the same, and load what they need."""

    def __init__(self, rows: DriverRows | LibpqRows, terms: Terms, shown: str) -> None:
        """Use `Reader.open`."""
        self._rows = rows
        self._terms = terms
        self._shown = shown

    @classmethod
    def open(cls, url: str, terms: Terms, *, few: bool = False) -> Self | None:
        """The database; None where only `Store.open(…, read_only=True)` can open it, or say what is wrong.

        `few`: whether a question or two is all.
        """
        rows = open_driver(url, few=few)
        if rows is None:
            return None
        shown = "The database" if rows.postgresql else url
        wanted = settings_of(terms.policy.addresses, terms.privacy)
        try:
            with driver_errors(shown):
                found = dict(map(tuple, rows.rows("SELECT name, value FROM meta")))
        except StoreError:
            found = {}
        if is_last_version(found.get("schema_version")) and wanted.items() <= found.items():
            return cls(rows, terms, shown)
        rows.close()
        return None

    def check(self, address: str, *, now: datetime | None = None) -> Decision:
        """Whether an address may be mailed, and why not; "@example.com" asks for a whole domain."""
        with driver_errors(self._shown):
            return check(self._rows, self._terms, address, now or datetime.now(UTC))

    def check_all(self, addresses: Iterable[str], *, now: datetime | None = None) -> Iterator[Decision]:
        """The decisions about many addresses, in their order, as they come; one look-up for some hundred."""
        for some in in_pieces(addresses):
            with driver_errors(self._shown):
                found = check_some(self._rows, self._terms, some, now or datetime.now(UTC))
            yield from found

    def known(self, digests: Sequence[str]) -> Mapping[str, Known]:
        """Those of some hundred messages that the store has, by their identities."""
        from dsnparse.store.queries.known import find_known

        with driver_errors(self._shown):
            return find_known(self._rows, digests)

    def history(self, address: str) -> list[Happening]:
        """The notices about an address and the changes of its state and its domain's, oldest first."""
        from dsnparse.store.queries.history import history

        with driver_errors(self._shown), self._rows.together():
            return history(self._rows, self._terms, address)

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
        """Counts by "reason", "type", "provider", "domain", "day", "kind", "state" or "alert", or by two of
        the first five crossed."""
        from dsnparse.store.queries.stats import stats

        with driver_errors(self._shown):
            return stats(
                self._rows,
                by,
                since=since,
                until=until,
                where=where,
                now=now or datetime.now(UTC),
                limit=limit,
            )

    @contextmanager
    def asking(self) -> Iterator[Rows]:
        """Questions of one's own, answered by one state of an SQLite file."""
        with driver_errors(self._shown), self._rows.together():
            yield self._rows

    def suppressions(self, *, now: datetime | None = None, **filters: Any) -> Iterator[Suppression]:
        """The suppression list; `states`, `reasons`, `sources` (sequences) and `domain` narrow it down."""
        from dsnparse.store.lists.listing import entries

        with driver_errors(self._shown):
            yield from entries(self._rows, now or datetime.now(UTC), **filters)

    def waiting(self) -> list[tuple[str, int, int, str]]:
        """For each hook: its name, how many changes wait, the most attempts, the last error."""
        from dsnparse.store.queries.waiting import waiting

        with driver_errors(self._shown):
            return waiting(self._rows)

    def standing(self, *, now: datetime | None = None) -> Standing:
        """How it stands: the last message, how much comes, what waits, how large it is."""
        from dsnparse.store.queries.standing import standing

        with driver_errors(self._shown), self._rows.together():
            return standing(self._rows, now or datetime.now(UTC))

    def close(self) -> None:
        """Close the connection."""
        self._rows.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
