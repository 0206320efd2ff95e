"""An SQLite file that a command made, and that nothing came into: a mistyped mailbox should leave none."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from dsnparse.store.sql.driver import sqlite_path

#: What is in one of these is worth keeping.
_KEPT = ("messages", "addresses", "records", "journal", "outbox", "alerts", "raw_messages", "positions")
_BESIDE = ("-wal", "-shm", "-journal")


def new_file(url: str) -> Path | None:
    """The SQLite file that opening `url` would make; None where it is there already, or is none."""
    path = sqlite_path(url)
    return Path(path) if path and not os.path.lexists(path) else None


def remove_unused(path: Path) -> bool:
    """Removes the database at `path` if nothing is in it and nobody else has it open; whether it did."""
    try:
        # Not "rwc": what is not there is not made.
        url = f"{path.absolute().as_uri()}?mode=rw"
        with closing(sqlite3.connect(url, uri=True, timeout=0, isolation_level=None)) as connection:
            # Only the one who is alone with a file can take it out of WAL mode, and keep others out.
            (mode,) = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
            connection.execute("BEGIN EXCLUSIVE")
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
            found = any(
                connection.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone()  # noqa: S608
                for name in tables.intersection(_KEPT)
            )
            if mode != "delete" or found:
                return False
            for ending in ("", *_BESIDE):
                with suppress(FileNotFoundError):
                    os.unlink(f"{path}{ending}")  # noqa: PTH108
            return True
    except (sqlite3.Error, OSError):
        return False
