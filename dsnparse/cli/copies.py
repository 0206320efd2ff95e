"""Copies of messages in a folder that others may write to as well."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

import click

from dsnparse.cli.failure import cannot
from dsnparse.mailboxes.eml import save_name
from dsnparse.mailboxes.items import Problem


@dataclass(frozen=True, slots=True)
class Copies:
    """Copies messages into a folder that is there; the same message is the same file."""

    folder: str

    def __call__(self, name: str, data: bytes) -> list[Problem]:
        """Keep one; the problems that there were."""
        target = Path(self.folder) / save_name(name, data)
        try:
            keep_copy(target, data)
        except OSError as error:
            return [Problem.of(str(target), error)]
        return []


def make_folder(path: str | None) -> None:
    """Make the folder for copies. Raise UsageError when that cannot be done."""
    if path is None:
        return
    try:
        Path(path).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.UsageError(cannot("make the folder", path, error)) from None


def keep_copy(target: Path, data: bytes) -> None:
    """Have `target` be a file with `data`; nothing is written through what somebody else put there.

    A link in its place, or a file that a killed command did not finish, is removed first. Raise OSError.
    """
    if _has(target, data):
        return
    target.unlink(missing_ok=True)
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666)
    with os.fdopen(handle, "wb") as file:
        file.write(data)


def _has(target: Path, data: bytes) -> bool:
    """Whether `target` is a file of its own with exactly these bytes."""
    try:
        handle = os.open(target, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    with os.fdopen(handle, "rb") as file:
        state = os.fstat(handle)
        return stat.S_ISREG(state.st_mode) and state.st_size == len(data) and file.read() == data
