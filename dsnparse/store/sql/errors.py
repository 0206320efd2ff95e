"""What can go wrong with a store, as sentences that an operator can act on."""

from __future__ import annotations

from dsnparse.errors import DsnparseError


class StoreError(DsnparseError):
    """The store cannot do this, and trying again will not help: a newer schema, a wrong key, a bad file."""


class StoreUnavailable(StoreError):  # noqa: N818  (it is a state of the store, and reads as one)
    """The database cannot be reached or is locked. Nothing was written; the same call may work later."""


class StoreReplaced(StoreUnavailable):
    """Another database has taken the place of this one: what was read from the old one does not hold."""


class QueryFailed(DsnparseError):  # noqa: N818
    """PostgreSQL's own library says so: see `libpq`."""

    def __init__(self, said: str, sqlstate: str | None = None) -> None:
        """`sqlstate`: None when the connection is lost."""
        super().__init__(said)
        self.sqlstate = sqlstate


def is_of_driver(problem: BaseException) -> bool:
    """Whether a driver says it."""
    return isinstance(problem, QueryFailed) or _is_of_sqlite(problem) or is_of_psycopg(problem)


def _is_of_sqlite(problem: BaseException | None) -> bool:
    """The same as below for SQLite's."""
    return type(problem).__module__ == "sqlite3"


def is_of_psycopg(problem: BaseException) -> bool:
    """Whether PostgreSQL's driver says it; without loading it."""
    return type(problem).__module__ in ("psycopg", "psycopg.errors")


def words_of(problem: BaseException | None) -> str:
    """What a driver says, in one line that a sentence can go on behind.

    libpq asks on a line of its own "Is the server running on that host and accepting TCP/IP connections?".
    """
    lines = [line.strip() for line in str(problem).splitlines()]
    return " ".join(" ".join(line for line in lines if not line.endswith("?")).split()).rstrip(".")


_SQLITE_TEMPORARY = ("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN")


def is_temporary(problem: BaseException | None) -> bool:
    """Whether a driver's error is about reaching or locking the database, not about what we asked it."""
    if _is_of_sqlite(problem):
        name = getattr(problem, "sqlite_errorname", "") or ""
        return name.startswith(_SQLITE_TEMPORARY)
    state = getattr(problem, "sqlstate", None)
    # Classes 08 connection, 53 resources, 57 operator intervention; none: never connected.
    is_state = isinstance(problem, QueryFailed) or type(problem).__name__ == "OperationalError"
    return is_state and (state is None or state[:2] in ("08", "53", "57"))
