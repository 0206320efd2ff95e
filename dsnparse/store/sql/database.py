"""The connection: SQLite or PostgreSQL, opened, upgraded, and its errors turned into sentences."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import StaticPool

from dsnparse.store.sql.errors import StoreError, StoreUnavailable
from dsnparse.store.sql.migrations import is_current, refuse_others, upgrade
from dsnparse.store.sql.read_only import StillFile, for_reading, immutable
from dsnparse.store.sql.values import dump_json

#: How long SQLite waits for another writer, in seconds. A batch takes a fraction of one.
SQLITE_WAIT = 60
#: How often a transaction starts over after a deadlock or a lost race. Its effect is the same each time.
ATTEMPTS = 5
#: SQLSTATEs after which the same transaction may succeed: serialization failure, deadlock, lock timeout.
_TRY_AGAIN = ("40001", "40P01", "55P03")
_SQLITE_TEMPORARY = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN")

#: What the file is known by before it was looked at.
_UNKNOWN = (-1, -1)

T = TypeVar("T")


class Database:
    """An engine with our settings. `read` and `write` give transactions.

    `read_only`: open it so that nothing is written, not even beside it; `write` raises StoreError.
    """

    def __init__(self, url: str, *, create: bool = True, read_only: bool = False) -> None:
        self.url = database_url(url)
        self.shown = self.url.render_as_string(hide_password=True)
        self.read_only = read_only
        self._still: StillFile | None = None
        if self.url.get_backend_name() == "sqlite":
            _check_sqlite_path(self.url, create=create and not read_only)
        self.engine = self._open(self.url)
        self._file: tuple[int, int] | None = _UNKNOWN
        try:
            if read_only:
                self._open_for_reading()
                return
            # Looking first: a question must not wait for somebody else's batch.
            with self.read() as connection:
                current = is_current(connection)
            if not current:
                self.write(upgrade)
            self._file = self._look()
        except BaseException:
            self.close()
            raise

    def _look(self) -> tuple[int, int] | None:
        """What an SQLite file is known by; None for what is no file. Raise OSError when it is gone."""
        path = self.url.database
        if (
            self.url.get_backend_name() != "sqlite"
            or not path
            or path == ":memory:"
            or path.startswith("file:")
        ):
            return None
        found = os.stat(path)  # noqa: PTH116
        return found.st_dev, found.st_ino

    def _check_file(self) -> None:
        """Raise StoreUnavailable when another file stands where ours was; it is opened the next time."""
        try:
            found = self._look()
        except OSError as problem:
            self.engine.dispose()
            self._file = None
            raise StoreUnavailable(f"{self.shown} is gone: {problem.strerror}") from None
        if found != self._file:
            self.engine.dispose()
            with self.read() as connection:
                current = is_current(connection)
            self._file = found
            if not current:
                self.write(upgrade)
            raise StoreUnavailable(f"{self.shown} is another file now; it was opened anew")

    def _open(self, url: URL) -> Engine:
        try:
            return _engine(url, read_only=self.read_only)
        except ModuleNotFoundError as problem:
            raise StoreError(
                f"The driver for {self.shown} is not installed ({problem.name}): "
                "pip install 'mail-dsnparse[postgresql]'"
            ) from problem

    def _open_for_reading(self) -> None:
        try:
            with self.read() as connection:
                refuse_others(connection)
        except StoreError as problem:
            if not isinstance(problem.__cause__, (DBAPIError, sqlite3.Error)):
                raise
            # SQLite makes files beside a database in WAL mode. Where it may not, an unchanging file will do.
            file = StillFile.of(self.url)
            if file is None:
                raise
            self.engine.dispose()
            self._still = file
            self.engine = self._open(immutable(self.url))
            with self.read() as connection:
                refuse_others(connection)

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in one transaction that is committed on return; start over after a lost race.

        Raise StoreUnavailable when the database cannot be reached or is locked: nothing was written.
        """
        if self.read_only:
            raise StoreError(f"{self.shown} is open for reading only")
        if self._file is not _UNKNOWN:
            self._check_file()
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self._errors(), self.engine.connect() as connection:
                    connection = connection.execution_options(dsnparse_write=True)
                    with connection.begin():
                        return work(connection)
            except _Race as race:
                if attempt == ATTEMPTS:
                    raise StoreUnavailable(f"{self.shown} is too busy: {race}") from race
        raise AssertionError

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading."""
        with self._errors(), self.engine.connect() as connection:
            yield connection
        if self._still is not None:
            self._still.check(self.shown)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as problem:
            said = " ".join(str(problem.orig).split())
            if getattr(problem.orig, "sqlstate", None) in _TRY_AGAIN:
                raise _Race(said) from problem
            if problem.connection_invalidated or _is_temporary(problem.orig):
                raise StoreUnavailable(f"{self.shown} cannot be used now: {said}") from problem
            raise StoreError(f"{self.shown}: {said}") from problem
        except sqlite3.Error as problem:  # from `_prepare_sqlite`
            kind = StoreUnavailable if _is_temporary(problem) else StoreError
            raise kind(f"{self.shown} cannot be used: {problem}") from problem
        except SQLAlchemyError as problem:
            raise StoreError(f"{self.shown}: {problem}") from problem


class _Race(Exception):  # noqa: N818
    """Another transaction was faster; the same one may succeed now."""


def database_url(text: str) -> URL:
    """The SQLAlchemy URL for a URL or a path. Raise StoreError for other databases and broken URLs."""
    if "://" not in text:
        return URL.create("sqlite", database=text)
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as problem:
        raise StoreError(
            "The database URL cannot be read; write a path, sqlite:///file.db or "
            "postgresql+psycopg://user@host/name"
        ) from problem
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        raise StoreError(
            f"{url.drivername} is not supported; the databases are SQLite (a path, or sqlite:///file.db) "
            "and PostgreSQL (postgresql+psycopg://user@host/name)"
        )
    return url


def _engine(url: URL, *, read_only: bool) -> Engine:
    try:
        if url.get_backend_name() == "postgresql":
            engine = create_engine(url, pool_pre_ping=True, json_serializer=dump_json)
            return engine.execution_options(postgresql_readonly=True) if read_only else engine
        memory = url.database in (None, "", ":memory:")
        if read_only and not memory:
            url = for_reading(url)
        engine = create_engine(
            url,
            json_serializer=dump_json,
            connect_args={"timeout": SQLITE_WAIT, "check_same_thread": False},
            **({"poolclass": StaticPool} if memory else {}),
        )
    except NoSuchModuleError as problem:
        raise StoreError(str(problem)) from problem
    event.listen(engine, "connect", _prepare_reader if read_only else _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _: Any) -> None:
    # We say BEGIN ourselves: a writer takes its lock at once, and never has to give up half-way.
    connection.isolation_level = None
    # WAL: readers don't wait for a writer. FULL: what is committed survives a power cut, which is what lets
    # a mailbox's message be marked done.
    for setting in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {setting}")


def _prepare_reader(connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA query_only = ON")


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("dsnparse_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _check_sqlite_path(url: URL, *, create: bool) -> None:
    if url.database in (None, "", ":memory:") or url.database.startswith("file:"):
        return
    path = Path(url.database)
    try:
        found, has_folder = path.exists(), path.parent.is_dir()
    except OSError as problem:
        raise StoreError(f"{path}: {problem.strerror}") from problem
    if path.is_dir():
        raise StoreError(f"{path} is a directory; give the name of a database file in it")
    if not has_folder:
        raise StoreError(f"There is no directory {path.parent} to put the database {path.name} in")
    if not create and not found:
        raise StoreError(f"There is no database {path}; `dsnparse ingest … --db {path}` makes one")


def _is_temporary(problem: BaseException | None) -> bool:
    """Whether it is about reaching or locking the database, not about what we asked it."""
    if isinstance(problem, sqlite3.Error):
        name = getattr(problem, "sqlite_errorname", "") or ""
        return name.startswith(_SQLITE_TEMPORARY)
    state = getattr(problem, "sqlstate", None)
    # Classes 08 connection, 53 resources, 57 operator intervention; none: never connected.
    return type(problem).__name__ == "OperationalError" and (state is None or state[:2] in ("08", "53", "57"))
