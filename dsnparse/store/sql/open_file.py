"""An SQLite file that is in use, and another one that takes its place: a backup that was restored, say.

Facts:

* A connection stays with the file that it opened, whatever stands under its name later: what it commits then
  goes to a file that nobody sees.
* The write-ahead log is found by its name. One that the old file left is taken for the new file's, and
  undoes the restoring (https://www.sqlite.org/howtocorrupt.html, section 1.4). So it is taken away first.
* The number of a file (inode) is given again when nobody has the file open. So one connection is kept.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress

_BESIDE = ("-wal", "-shm")

Number = tuple[int, int]


class OpenFile:
    """The file under a name, kept open.

    Raise OSError when there is none, sqlite3.Error when it is no database.
    """

    def __init__(self, path: str, wait: float) -> None:
        """`wait`: seconds for somebody else's lock."""
        self._path = path
        self._number = _number(path)
        self._beside: dict[str, Number] = {}
        self._kept = sqlite3.connect(path, timeout=wait, isolation_level=None, check_same_thread=False)
        try:
            self._kept.execute("PRAGMA journal_mode = WAL")  # else it is not one of its users
            self._kept.execute("SELECT count(*) FROM sqlite_master").fetchone()
            self.note()
        except BaseException:
            self._kept.close()
            raise

    def is_there(self) -> bool:
        """Whether its name still leads to it. Raise OSError when the name leads to nothing."""
        return _number(self._path) == self._number

    def note(self) -> None:
        """Remember which files beside it are its own; after a transaction, as it may have made them."""
        found = {}
        for ending in _BESIDE:
            with suppress(OSError):
                found[ending] = _number(self._path + ending)
        with suppress(OSError):
            if self.is_there():
                self._beside = found

    def give_up(self) -> None:
        """Another file has its name: leave nothing beside that. All other connections are closed already."""
        with suppress(sqlite3.Error):  # the disk is full, say; the new file counts
            self._kept.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        for ending, number in self._beside.items():
            with suppress(OSError):
                if _number(self._path + ending) == number:
                    os.unlink(self._path + ending)  # noqa: PTH108
        self._beside = {}
        self.close()

    def close(self) -> None:
        """Close it."""
        self._kept.close()


def _number(path: str) -> Number:
    found = os.stat(path)  # noqa: PTH116
    return found.st_dev, found.st_ino
