"""Bearer keys: made, listed, revoked, and known again. A file holds their hashes, never the keys.

A key has 256 random bits, so that a plain SHA-256 of it cannot be guessed back.
"""

from __future__ import annotations

import fcntl
import hmac
import json
import os
import re
import secrets
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from dsnparse.errors import DsnparseError

#: What a key may be good for.
SCOPES = {
    "parse": "read what is sent along: parse, classify, codes, reasons, providers",
    "read": "ask the database: check, suppressions, history, stats, report, metrics",
    "write": "change the suppression list",
    "ingest": "put messages and events into the database",
}
#: Keys in one file. Each request is compared with all of them.
MOST = 1_000
_PREFIX = "dsnp_"
_BYTES = 32
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_FIELDS = {"name", "hash", "scopes", "made"}

T = TypeVar("T")


class KeyFileError(DsnparseError):
    """A file of keys that cannot be used, or a key that cannot be made, with a sentence."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key as the file knows it."""

    name: str
    #: SHA-256 of the key, in hexadecimal.
    hash: str
    scopes: tuple[str, ...]
    #: When it was made (ISO 8601).
    made: str


class KeyFile:
    """The keys in a file. It is read anew when it changes, so that what is revoked ends at once."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._seen: tuple[int, int, int] | None = None
        self._keys: tuple[Key, ...] = ()

    def keys(self) -> tuple[Key, ...]:
        """All keys. Raise KeyFileError when the file is not there or not one of keys."""
        try:
            found = self.path.stat()
            seen = (found.st_ino, found.st_mtime_ns, found.st_size)
            if seen != self._seen:
                self._keys = _read(self.path)
                self._seen = seen
        except OSError as error:
            raise KeyFileError(f"{self.path}: {(error.strerror or 'cannot be read').lower()}") from None
        return self._keys

    def find(self, given: str) -> Key | None:
        """The key that was given, if it is one of these. The time that it takes does not say which it is."""
        digest = sha256(given.encode("utf-8", "surrogateescape")).hexdigest()
        found = None
        for key in self.keys():
            if hmac.compare_digest(key.hash, digest):
                found = key
        return found

    def add(self, name: str, scopes: tuple[str, ...]) -> str:
        """Make a key. It is returned, and nowhere else. Raise KeyFileError when the name is taken or none."""
        if not _NAME.fullmatch(name):
            raise KeyFileError(f"{name!r} is no name: letters, digits, '.', '_' and '-', 64 at most")
        secret = _PREFIX + secrets.token_urlsafe(_BYTES)
        digest = sha256(secret.encode()).hexdigest()
        made = datetime.now(UTC).isoformat(timespec="seconds")

        def added(keys: tuple[Key, ...]) -> tuple[Key, ...]:
            if any(key.name == name for key in keys):
                raise KeyFileError(f"There is a key {name} already; revoke it first")
            if len(keys) >= MOST:
                raise KeyFileError(f"There are {MOST:,} keys already")
            return (*keys, Key(name, digest, tuple(scopes), made))

        self._change(added)
        return secret

    def revoke(self, name: str) -> None:
        """Take a key away. Raise KeyFileError when there is none of this name."""

        def left(keys: tuple[Key, ...]) -> tuple[Key, ...]:
            rest = tuple(key for key in keys if key.name != name)
            if len(rest) == len(keys):
                raise KeyFileError(f"There is no key {name}")
            return rest

        self._change(left)

    def _change(self, change: Callable[[tuple[Key, ...]], tuple[Key, ...]]) -> None:
        """Put another file in the place of this one, whole, as one at a time."""
        try:
            with _alone(self.path.absolute().parent):
                keys = change(_read(self.path) if self.path.exists() else ())
                text = json.dumps({"keys": [asdict(key) for key in keys]}, indent=1) + "\n"
                _replace(self.path, text)
        except OSError as error:
            raise KeyFileError(f"{self.path}: {(error.strerror or 'cannot be written').lower()}") from None


def _read(path: Path) -> tuple[Key, ...]:
    try:
        found = json.loads(path.read_bytes())["keys"]
        return tuple(_key(one) for one in found[:MOST])
    except (ValueError, TypeError, KeyError) as error:
        raise KeyFileError(f"{path} is no file of keys ({type(error).__name__})") from None


def _key(one: dict[str, Any]) -> Key:
    if set(one) != _FIELDS or not re.fullmatch(r"[0-9a-f]{64}", one["hash"]):
        raise ValueError("not a key")
    return Key(str(one["name"]), one["hash"], tuple(map(str, one["scopes"])), str(one["made"]))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _replace(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=path.absolute().parent, prefix=f".{path.name}-")
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(handle)
            if path.exists():  # the service that reads it may have another owner or group
                found = path.stat()
                os.fchmod(handle, found.st_mode & 0o777)
                if (found.st_uid, found.st_gid) != (os.geteuid(), os.getegid()):
                    os.fchown(handle, found.st_uid, found.st_gid)
        os.replace(name, path)  # noqa: PTH105
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
