"""What can go wrong with a store, as sentences that an operator can act on."""

from __future__ import annotations

import sqlite3

from dsnparse.errors import DsnparseError


class StoreError(DsnparseError):
    """The store cannot do this, and trying again will not help: a newer schema, a wrong key, a bad file."""


class StoreUnavailable(StoreError):  # noqa: N818  (it is a state of the store, and reads as one)
    """The database cannot be reached or is locked. Nothing was written; the same call may work later."""


class StoreReplaced(StoreUnavailable):
    """Another database has taken the place of this one: what was read from the old one does not hold."""


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
    if isinstance(problem, sqlite3.Error):
        name = getattr(problem, "sqlite_errorname", "") or ""
        return name.startswith(_SQLITE_TEMPORARY)
    state = getattr(problem, "sqlstate", None)
    # Classes 08 connection, 53 resources, 57 operator intervention; none: never connected.
    return type(problem).__name__ == "OperationalError" and (state is None or state[:2] in ("08", "53", "57"))
