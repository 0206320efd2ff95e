"""A database open for questions through its driver alone: SQLAlchemy takes a quarter of a second to load.

Only what is plain is opened here. Whatever else there is (another version, a file that may not be opened in
the usual way, a URL with options of SQLAlchemy's) is left to `Database`, which can say what is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Any

from dsnparse.store.sql.errors import StoreError, StoreUnavailable, is_of_driver, is_temporary, words_of
from dsnparse.store.sql.rows import STREAMED, for_driver

if TYPE_CHECKING:
    from dsnparse.store.sql.libpq import LibpqRows

#: How long SQLite waits for another writer, in seconds. A batch takes a fraction of one.
SQLITE_WAIT = 60
_SQLITE = ("sqlite:///", "sqlite+pysqlite:///")
_POSTGRESQL = ("postgresql://", "postgres://", "postgresql+psycopg://")


class DriverRows:
    """Questions through `sqlite3` or `psycopg`; see `open_driver`."""

    def __init__(self, connection: Any, *, postgresql: bool) -> None:
        self._connection = connection
        self.postgresql = postgresql

    def rows(self, statement: str, values: Sequence[Any] = ()) -> Sequence[Sequence[Any]]:
        """The rows of a statement."""
        text = for_driver(statement, postgresql=self.postgresql)
        with self._reading():
            found: Sequence[Sequence[Any]] = self._connection.execute(text, values).fetchall()
        return found

    def stream(self, statement: str, values: Sequence[Any] = ()) -> Iterator[Sequence[Any]]:
        """The rows, some at a time."""
        text = for_driver(statement, postgresql=self.postgresql)
        if not self.postgresql:
            cursor = self._connection.execute(text, values)
            while some := cursor.fetchmany(STREAMED):
                yield from some
            return
        with self._reading(), self._connection.cursor("listed") as cursor:
            cursor.execute(text, values)
            while some := cursor.fetchmany(STREAMED):
                yield from some

    @contextmanager
    def together(self) -> Iterator[None]:
        """What is asked in this block is answered by one state of an SQLite file."""
        if self.postgresql:
            yield
            return
        self._connection.execute("BEGIN")
        try:
            yield
        finally:
            self._connection.execute("ROLLBACK")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _reading(self) -> AbstractContextManager[object]:
        """PostgreSQL's transaction, which writes nothing; SQLite's connection cannot write at all.

        What is set for a session stays with the server's connection, which PgBouncer gives to others next
        (https://www.pgbouncer.org/features.html, transaction pooling).
        """
        return self._connection.transaction() if self.postgresql else nullcontext()


def open_driver(url: str, *, few: bool = False) -> DriverRows | LibpqRows | None:
    """The database, open for reading; None where `Database` is needed to open it, or to say what is wrong.

    `few`: whether a question or two is all, for which PostgreSQL's driver takes too long to load.
    """
    path = sqlite_path(url)
    if path is not None:
        return _open_sqlite(path) if path else None
    scheme = next((one for one in _POSTGRESQL if url.startswith(one)), None)
    if scheme is None or "+" in url.removeprefix(scheme):  # a blank, as SQLAlchemy reads it
        return None
    url = f"postgresql://{url.removeprefix(scheme)}"
    if few:
        from dsnparse.store.sql.libpq import connect

        rows = connect(url)
        if rows is not None:
            return rows
    return _open_postgresql(url)


def sqlite_path(url: str) -> str | None:
    """The path of an SQLite file; "" for one that is not plain (in memory, with options), None for others."""
    if "://" not in url:
        path = url
    else:
        scheme = next((one for one in _SQLITE if url.startswith(one)), None)
        if scheme is None:
            return None
        path = url.removeprefix(scheme)
        if "?" in path:
            return ""
    return "" if path == ":memory:" or path.startswith("file:") else path


def _open_sqlite(path: str) -> DriverRows | None:
    import sqlite3
    from urllib.parse import quote

    with suppress(sqlite3.Error):
        connection = sqlite3.connect(
            f"file:{quote(path)}?mode=ro",
            uri=True,
            timeout=SQLITE_WAIT,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.execute("PRAGMA query_only = ON")
        return DriverRows(connection, postgresql=False)
    return None


def _open_postgresql(url: str) -> DriverRows | None:
    try:
        import psycopg
    except ModuleNotFoundError:
        return None
    with suppress(psycopg.Error):
        connection = psycopg.connect(url, autocommit=True)
        connection.read_only = True  # of each transaction: see `DriverRows._reading`
        return DriverRows(connection, postgresql=True)
    return None


@contextmanager
def driver_errors(shown: str) -> Iterator[None]:
    """Errors of the driver as sentences: raise StoreUnavailable where asking again may help, else StoreError.

    `shown`: what to call the database.
    """
    try:
        yield
    except Exception as problem:
        if not is_of_driver(problem):
            raise
        said = words_of(problem)
        if is_temporary(problem):
            raise StoreUnavailable(f"{shown} cannot be used now: {said}") from problem
        raise StoreError(f"{shown}: {said}") from problem
