"""A copy of an SQLite database that is in use, as it was at one moment.

Copying the file does not do: what is committed last stands in its write-ahead log, beside it.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import mkstemp

from dsnparse.store.sql.driver import SQLITE_WAIT, driver_errors, sqlite_path
from dsnparse.store.sql.errors import StoreError


def back_up(url: str, target: Path) -> int:
    """Copy the database to `target`, which appears when the copy is complete and on the disk; its bytes.

    Workers go on meanwhile. Only the owner may read the copy. Raise StoreError for what is no SQLite file or
    a copy that is damaged, StoreUnavailable when it is locked, OSError when `target` cannot be written.
    """
    path = sqlite_path(url)
    if not path:
        raise StoreError(
            "Only SQLite files are copied. For PostgreSQL: pg_dump --format=custom --file=FILE DATABASE"
        )
    if not Path(path).is_file():
        raise StoreError(f"There is no database {path}")
    handle, name = mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    os.close(handle)
    copy = Path(name)
    try:
        with driver_errors(path):
            _copy(path, name)
        with copy.open("rb") as file:
            os.fsync(file.fileno())
        size = copy.stat().st_size
        copy.replace(target)
    finally:
        for left in (copy, Path(f"{name}-wal"), Path(f"{name}-shm"), Path(f"{name}-journal")):
            left.unlink(missing_ok=True)
    return size


def _copy(path: str, name: str) -> None:
    uri = f"{Path(path).absolute().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(uri, uri=True, timeout=SQLITE_WAIT)) as source,
        closing(sqlite3.connect(name)) as copy,
    ):
        if source.execute("SELECT count(*) FROM sqlite_master WHERE name = 'meta'").fetchone()[0] != 1:
            raise StoreError(f"{path} has nothing of dsnparse in it")
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        found = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != "ok":
            raise StoreError(f"The copy of {path} is damaged: {found}")
