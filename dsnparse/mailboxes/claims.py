"""Maildir as a queue: each message is claimed by one worker, stored, and moved to a folder of choice.

A claim is a rename, which succeeds for one worker only. Claimed messages stand in a folder of the worker,
`dsnparse.claims/TOKEN/`, on which it holds a lock (flock); the lock ends with the worker, however that ends.
Whoever starts next puts the messages of a worker without a lock back where they were. Servers that show
folders (Maildir++: names with a dot in front) don't show this one.
"""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from typing import IO

from dsnparse.mailboxes.items import Mail, MessageRef, PassedOver, Problem
from dsnparse.mailboxes.maildir import FOLDERS, is_maildir
from dsnparse.mailboxes.sources import Mark
from dsnparse.wire.limits import DEFAULT_LIMITS

CLAIMS = "dsnparse.claims"
_LOCK = "lock"
#: The flags of a message that was dealt with: seen.
_SEEN = ":2,S"


class MaildirSource:
    """One Maildir, worked off. Several workers may share it, also on several hosts where flock works."""

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        processed: str = ".Processed",
        unknown: str = ".Unknown",
        others: str | None = None,
        limit: int = DEFAULT_LIMITS.message_bytes,
    ) -> None:
        """`processed`, `unknown`: where messages go that need no person and that do; names of folders in
        this Maildir, or paths of other Maildirs in the same file system. They are made when missing.
        `others`: the same for mail that is no notice; it goes to `unknown` without.

        Raise OSError when `path` is no Maildir or cannot be written.
        """
        self.path = Path(os.path.abspath(path))  # noqa: PTH100  (links stay as they are named)
        self.label = f"maildir:{self.path}"
        self._limit = limit
        if not is_maildir(str(self.path)):
            raise NotADirectoryError(20, "is no Maildir (it has no folders new and cur)", str(self.path))
        self._folders = {True: self.path / processed, False: self.path / unknown}
        self._others = self.path / (unknown if others is None else others)
        self._claims = self.path / CLAIMS
        self._mine = self._claims / f"{int(time.time())}.{os.getpid()}.{token_hex(4)}"
        self._lock: IO[str] | None = None

    def take(self, *, read: bool = True) -> Iterator[Mail | MessageRef | Problem | PassedOver]:
        """Claim what is in `new/` and `cur/`, message by message, in the order of the names."""
        self._begin()
        for folder in FOLDERS:
            for name in _names(self.path / folder):
                claimed = self._mine / f"{folder},{name}"
                try:
                    os.rename(self.path / folder / name, claimed)  # noqa: PTH104
                except FileNotFoundError:
                    continue  # another worker has it
                yield self._look_at(claimed, str(self.path / folder / name), read=read)

    def _look_at(self, claimed: Path, shown: str, *, read: bool) -> Mail | MessageRef | Problem:
        try:
            arrived = datetime.fromtimestamp(claimed.stat().st_mtime, UTC)
            found = MessageRef(shown, str(claimed), arrived=arrived, key=claimed.name)
            return found.read(self._limit) if read else found
        except OSError as error:
            self._give_back(claimed)
            return Problem.of(shown, error)

    def positions(self, marks: Sequence[Mark]) -> Mapping[str, str]:  # noqa: ARG002
        """Nothing: what is done has left the mailbox."""
        return {}

    def done(self, marks: Sequence[Mark]) -> list[Problem]:
        """Move the messages to `processed` or `unknown`, flagged as seen."""
        problems = []
        for mark in marks:
            name = mark.key.partition(",")[2]
            try:
                folder = self._made(self._others if mark.other else self._folders[mark.understood])
                _put(self._mine / mark.key, folder / "cur", name if ":2," in name else name + _SEEN)
            except OSError as error:
                problems.append(Problem.of(str(self._mine / mark.key), error))
        return problems

    def backlog(self) -> int:
        """How many messages wait, those that a worker has in its hands too. Raise OSError."""
        waiting = sum(len(_names(self.path / folder)) for folder in FOLDERS)
        claimed = (name for folder in self._claims.glob("*") if folder.is_dir() for name in _names(folder))
        return waiting + sum(name != _LOCK for name in claimed)

    def wait(self, seconds: float) -> None:
        """Sleep; a Maildir has no bell."""
        time.sleep(seconds)

    def close(self) -> None:
        """Put back what was claimed and is not done."""
        if self._lock is None:
            return
        with self._alone():
            self._empty(self._mine)
        self._lock.close()
        self._lock = None

    def _begin(self) -> None:
        """Take a folder for claims, and put back what workers left who are gone."""
        if self._lock is not None:
            return
        self._make(self._claims)
        with self._alone():
            for folder in sorted(self._claims.iterdir()):
                if folder.is_dir():
                    self._recover(folder)
            self._make(self._mine)
            self._lock = (self._mine / _LOCK).open("w")
            fcntl.flock(self._lock, fcntl.LOCK_EX)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else makes, recovers or removes a folder for claims meanwhile."""
        with (self._claims / _LOCK).open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _recover(self, folder: Path) -> None:
        with (folder / _LOCK).open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return  # its worker lives
            self._empty(folder)

    def _empty(self, folder: Path) -> None:
        for name in _names(folder):
            if name != _LOCK:
                self._give_back(folder / name)
        (folder / _LOCK).unlink(missing_ok=True)
        with suppress(OSError):
            folder.rmdir()

    def _give_back(self, claimed: Path) -> None:
        folder, _, name = claimed.name.partition(",")
        _put(claimed, self.path / folder, name)

    def _made(self, folder: Path) -> Path:
        """A folder to move messages to; what is missing is made, also where a killed worker began it."""
        mark = folder / "maildirfolder"  # Maildir++: a folder of a Maildir
        marked = folder.parent != self.path or mark.exists()
        if marked and (folder / "cur").is_dir():
            return folder
        self._make(folder)
        if not marked:
            mark.touch(mode=0o600)
            self._own(mark)
        for name in ("tmp", "new", "cur"):
            self._make(folder / name)
        return folder

    def _make(self, folder: Path) -> None:
        """A directory with the owner and the mode of the Maildir, so that its mail server can use it, too."""
        with suppress(FileExistsError):
            folder.mkdir(mode=self.path.stat().st_mode & 0o777, parents=True)
        self._own(folder)

    def _own(self, path: Path) -> None:
        """Give what root has made, now or before it was killed, to the owner of the Maildir."""
        if os.geteuid() == 0 and path.lstat().st_uid == 0:
            like = self.path.stat()
            os.chown(path, like.st_uid, like.st_gid, follow_symlinks=False)


def _names(folder: Path) -> list[str]:
    with os.scandir(folder) as entries:
        return sorted(
            entry.name
            for entry in entries
            if not entry.name.startswith(".") and entry.is_file(follow_symlinks=False)
        )


def _put(message: Path, folder: Path, name: str) -> None:
    """Move a message to `folder`, never over another one that has its name."""
    base, colon, flags = name.partition(":")
    for number in range(1000):
        target = folder / (name if number == 0 else f"{base}_{number}{colon}{flags}")
        try:
            os.link(message, target)
        except FileExistsError:
            if not target.samefile(message):
                continue  # another message
        except OSError as error:
            # No links here: the file system has none, or the kernel's protected_hardlinks says no.
            if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS):
                raise
            if os.path.lexists(target):
                continue
            message.rename(target)
            return
        message.unlink()
        return
    raise FileExistsError(17, "1,000 messages with this name are there already", str(folder / name))
