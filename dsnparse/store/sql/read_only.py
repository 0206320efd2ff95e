"""An SQLite file that is read and not written: on a read-only file system, or by a group that may only read.

Facts:

* A database in WAL mode has two files beside it while somebody uses it: `-wal`, with what is not yet in the
  file itself, and `-shm`. A reader makes them if it can; who closes last takes them away.
* `mode=ro` reads through them where they are, `immutable=1` reads the file alone and takes no lock
  (https://www.sqlite.org/wal.html#read_only_databases). So the latter is right without a `-wal` file only,
  and as long as nobody writes: the file is looked at before and afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import quote

from sqlalchemy.engine import URL

from dsnparse.store.sql.errors import StoreUnavailable


def for_reading(url: URL) -> URL:
    """The URL of an SQLite file with which nothing is written to it."""
    return in_mode(url, "ro")


def in_mode(url: URL, mode: str) -> URL:
    """The URL of an SQLite file with "ro" (read) or "rw" (write, and never make)."""
    if url.database is None or url.database.startswith("file:"):
        return url
    return url.set(database=f"file:{quote(url.database)}", query={**url.query, "mode": mode, "uri": "true"})


def immutable(url: URL) -> URL:
    """The URL with which nothing is written beside it either."""
    return for_reading(url).update_query_dict({"immutable": "1"})


@dataclass(frozen=True, slots=True)
class StillFile:
    """A database file that nobody writes to at the moment."""

    path: Path
    seen: tuple[int, int, int]

    @classmethod
    def of(cls, url: URL) -> Self | None:
        """The file of a URL; None where it can be read through its `-wal` file only, or not at all."""
        if url.get_backend_name() != "sqlite" or not url.database:
            return None
        path = Path(url.database)
        try:
            seen = _look_at(path)
        except OSError:
            return None
        return None if seen[-1] else cls(path, seen)

    def check(self, shown: str) -> None:
        """Raise StoreUnavailable when somebody has written to it since."""
        if _look_at(self.path) != self.seen:
            raise StoreUnavailable(f"{shown} was written to while it was read; ask again")


def _look_at(path: Path) -> tuple[int, int, int]:
    """What changes when somebody writes: time and size of the file, size of its write-ahead log."""
    state = path.stat()
    try:
        waiting = Path(f"{path}-wal").stat().st_size
    except FileNotFoundError:
        waiting = 0
    return state.st_mtime_ns, state.st_size, waiting
