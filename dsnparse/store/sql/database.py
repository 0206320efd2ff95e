"""The connection: SQLite or PostgreSQL, opened, upgraded, and its errors turned into sentences."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from dsnparse.extras import install_line
from dsnparse.store.sql.driver import SQLITE_WAIT
from dsnparse.store.sql.engine import (
    check_sqlite_path,
    database_url,
    is_memory,
    new_engine,
    path_of,
)
from dsnparse.store.sql.errors import (
    StoreError,
    StoreReplaced,
    StoreUnavailable,
    is_of_psycopg,
    is_temporary,
    words_of,
)
from dsnparse.store.sql.migrations import is_current, refuse_others, upgrade
from dsnparse.store.sql.open_file import OpenFile
from dsnparse.store.sql.read_only import StillFile, immutable

#: How often a transaction starts over after a deadlock or a lost race. Its effect is the same each time.
ATTEMPTS = 5
#: SQLSTATEs after which the same transaction may succeed: serialization failure, deadlock, lock timeout.
_TRY_AGAIN = ("40001", "40P01", "55P03")

T = TypeVar("T")


class Database:
    """An engine with our settings. `read` and `write` give transactions.

    `accept` looks at a database before it is used, and at another one that takes its place later; it raises
    StoreError for one that is not to be used. `read_only`: open it so that nothing is written, not even
    beside it; `write` raises StoreError.
    """

    def __init__(
        self,
        url: str,
        *,
        create: bool = True,
        read_only: bool = False,
        accept: Callable[[Database], None] = lambda _: None,
    ) -> None:
        self.url = database_url(url)
        self.shown = self.url.render_as_string(hide_password=True)
        self.read_only = read_only
        self._still: StillFile | None = None
        if self.url.get_backend_name() == "sqlite":
            check_sqlite_path(self.url, create=create and not read_only)
        self.engine = self._open(self.url)
        self._accept = accept
        self._path = None if read_only else path_of(self.url)
        memory = self.url.get_backend_name() == "sqlite" and is_memory(self.url)
        #: A database in memory has one connection for all threads.
        self._alone: AbstractContextManager[object] = threading.RLock() if memory else nullcontext()
        self._file: OpenFile | None = None
        #: How often another file took the place of the one before, and what each thread knows of that.
        self._changes = 0
        self._known = threading.local()
        self._changing = threading.Lock()
        #: The thread that looks at a file that is not in use yet.
        self._taker: int | None = None
        try:
            if read_only:
                self._open_for_reading()
                accept(self)
            else:
                self._take()
        except BaseException:
            self.close()
            raise

    def _take(self) -> None:
        """Use what stands there: bring it up to date, and see whether it is for us."""
        self._taker = threading.get_ident()
        file = None
        try:
            if self._path is not None:
                with self._errors():
                    file = OpenFile(self._path, SQLITE_WAIT)
            # Looking first: a question must not wait for somebody else's batch.
            with self.read() as connection:
                current = is_current(connection)
            if not current:
                self.write(upgrade)
            self._accept(self)
            self._file = file
        finally:
            self._taker = None
            if self._file is None and file is not None:
                self.engine.dispose()
                file.close()

    def _check_file(self) -> int:
        """See that the file in use is the one under its name: how often that has changed.

        Raise StoreUnavailable when there is none, StoreError when there is one that is not for us.
        """
        if self._path is not None and self._taker != threading.get_ident():
            try:
                if self._file is None or not self._file.is_there():
                    self._change_file()
            except OSError as problem:
                raise StoreUnavailable(f"{self.shown} is gone: {problem.strerror}") from None
        return self._changes

    def _change_file(self) -> None:
        with self._changing:
            if self._file is not None:
                if self._file.is_there():
                    return  # another thread was faster
                self.engine.dispose()
                self._file.give_up()
                self._file = None
            self._take()
            self._changes += 1

    def _hear(self, changes: int) -> None:
        """Raise StoreReplaced when this thread has not heard of a change: it knows of the old file."""
        known = getattr(self._known, "changes", changes)
        self._known.changes = changes
        if known != changes:
            raise StoreReplaced(f"{self.shown} is another file now; it was opened anew")

    def _open(self, url: URL) -> Engine:
        try:
            return new_engine(url, read_only=self.read_only)
        except ModuleNotFoundError as problem:
            raise StoreError(
                f"The driver for {self.shown} is not installed ({problem.name}): {install_line('postgresql')}"
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

        Raise StoreUnavailable when the database cannot be reached or is locked: nothing was written;
        StoreReplaced, once in each thread, when another file has taken its place.
        """
        if self.read_only:
            raise StoreError(f"{self.shown} is open for reading only")
        self._hear(self._check_file())
        for attempt in range(1, ATTEMPTS + 1):
            try:
                with self._errors(), self._alone, self.engine.connect() as connection:
                    connection = connection.execution_options(dsnparse_write=True)
                    with connection.begin():
                        result = work(connection)
                self._written()
                return result
            except _Race as race:
                if attempt == ATTEMPTS:
                    raise StoreUnavailable(f"{self.shown} is too busy: {race}") from race
        raise AssertionError

    def _written(self) -> None:
        """Raise StoreReplaced when it was perhaps written into a file that nobody sees any more."""
        self._hear(self._check_file())
        if self._file is not None:
            self._file.note()

    @contextmanager
    def read(self, *, heeding: bool = False) -> Iterator[Connection]:
        """A connection for reading.

        `heeding`: what is read decides what is written next, so that it, too, raises StoreReplaced.
        """
        changes = self._check_file()
        if heeding:
            self._hear(changes)
        self._known.changes = changes
        with self._errors(), self._alone, self.engine.connect() as connection:
            yield connection
        if self._still is not None:
            self._still.check(self.shown)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()
        if self._file is not None:
            self._file.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as problem:
            said = words_of(problem.orig)
            if getattr(problem.orig, "sqlstate", None) in _TRY_AGAIN:
                raise _Race(said) from problem
            if problem.connection_invalidated or is_temporary(problem.orig):
                raise StoreUnavailable(f"{self.shown} cannot be used now: {said}") from problem
            raise StoreError(f"{self.shown}: {said}") from problem
        except sqlite3.Error as problem:  # from `_prepare_sqlite`
            kind = StoreUnavailable if is_temporary(problem) else StoreError
            raise kind(f"{self.shown} cannot be used: {problem}") from problem
        except SQLAlchemyError as problem:
            raise StoreError(f"{self.shown}: {problem}") from problem
        except Exception as problem:
            if not is_of_psycopg(problem):  # by COPY, which SQLAlchemy does not know
                raise
            said = words_of(problem)
            if getattr(problem, "sqlstate", None) in _TRY_AGAIN:
                raise _Race(said) from problem
            if is_temporary(problem):
                raise StoreUnavailable(f"{self.shown} cannot be used now: {said}") from problem
            raise StoreError(f"{self.shown}: {said}") from problem


class _Race(Exception):  # noqa: N818
    """Another transaction was faster; the same one may succeed now."""
