"""A bounce database open for questions: what `Store` answers, without what changes it.

It starts in a fifth of the time, since it needs no SQLAlchemy. `Store` puts the same questions.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from dsnparse.store.address.noted import settings_of
from dsnparse.store.asked import Asked
from dsnparse.store.policy.terms import Terms
from dsnparse.store.sql.driver import DriverRows, driver_errors, open_driver
from dsnparse.store.sql.errors import StoreError
from dsnparse.store.sql.migrations import is_last_version

if TYPE_CHECKING:
    from dsnparse.store.sql.libpq import LibpqRows
    from dsnparse.store.sql.rows import Rows


class Reader(Asked):
    """An open database. The methods are those of `Store`, and raise the same."""

    def __init__(self, rows: DriverRows | LibpqRows, terms: Terms, shown: str) -> None:
        """Use `Reader.open`."""
        self._rows = rows
        self.terms = terms
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

    @contextmanager
    def _answering(self) -> Iterator[Rows]:
        with driver_errors(self._shown):
            yield self._rows

    @contextmanager
    def asking(self) -> Iterator[Rows]:
        """Questions of one's own, answered by one state of an SQLite file."""
        with driver_errors(self._shown), self._rows.together():
            yield self._rows

    def close(self) -> None:
        """Close the connection."""
        self._rows.close()
