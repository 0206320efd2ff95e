"""Maildir, read only: the messages in `new/` and `cur/`.

A Maildir (as qmail and Dovecot write it) is a folder with `new`, `cur` and `tmp`. What stands in `tmp` is not
delivered yet and is never read. Sub-mailboxes (`.Name`) are Maildirs of their own: name them to read them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from dsnparse.mailboxes.items import Item, MessageRef, Problem

FOLDERS = ("new", "cur")


def is_maildir(path: str) -> bool:
    """Whether `path` has the folders `new` and `cur`."""
    return all(os.path.isdir(os.path.join(path, folder)) for folder in FOLDERS)  # noqa: PTH112, PTH118


def maildir(path: str) -> Iterator[Item]:
    """The messages of one Maildir: `new/` before `cur/`, each in the order of the file names."""
    for folder in FOLDERS:
        directory = f"{path.rstrip('/')}/{folder}"
        try:
            with os.scandir(directory) as entries:
                names = [
                    entry.name for entry in entries if entry.is_file() and not entry.name.startswith(".")
                ]
        except OSError as error:
            yield Problem.of(directory, error)
            continue
        names.sort()
        for name in names:
            yield MessageRef(full := f"{directory}/{name}", full)
