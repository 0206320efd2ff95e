"""Files and mailboxes on disk, parsed: what a program that is no mail pipeline wants."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from dsnparse.mailboxes.items import OUTLOOK, Problem
from dsnparse.mailboxes.paths import messages
from dsnparse.model import Report
from dsnparse.parser import Parser


class Parsed(NamedTuple):
    """A message that `parse_many` read, or why it could not be read."""

    #: Where it stands: a path, `path:offset` in an mbox, `path!member` in an archive.
    name: str
    #: None where the message could not be read.
    report: Report | None
    #: Why it could not, as the end of a sentence; empty otherwise.
    problem: str = ""


def parse_file(path: str | os.PathLike[str], *, parser: Parser | None = None) -> Report:
    """Reads one file that holds one message (`.eml`, Outlook's `.msg`), and says who failed and why.

    `parser`: one with options of your own. Of a file that is larger than its limit, the beginning is read.
    Raises OSError when the file cannot be read, TypeError when `path` is none; and OutlookError, a
    DsnparseError, when a `.msg` file is damaged, or the extra `msg` that reads it is missing.
    """
    parser = parser or Parser()
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(
            f"parse_file() takes the path of a file, not {type(path).__name__}; "
            "parse_dsn() reads the bytes of a message."
        )
    most = parser.limits.message_bytes + 1
    with Path(path).open("rb") as file:
        # See `MessageRef.read`: memory is made ready for all that is asked for.
        data = file.read(min(os.fstat(file.fileno()).st_size, most) or most)
    if data.startswith(OUTLOOK):
        from dsnparse.mailboxes.outlook import as_message

        data = as_message(data)
    return parser.parse(data)


def parse_many(
    sources: str | os.PathLike[str] | Iterable[str | os.PathLike[str]], *, parser: Parser | None = None
) -> Iterator[Parsed]:
    """Reads every message of files, folders, Maildirs, mboxes, archives and compressed files, one at a time.

    `sources`: a path, or several. `parser`: one with options of your own. What cannot be read comes as a
    `Parsed` with its `problem`, and the rest goes on; a folder's notes (`.json`, `.md`, …) are passed over.
    """
    parser = parser or Parser()
    paths = [sources] if isinstance(sources, (str, os.PathLike)) else sources
    for item in messages(paths, limit=parser.limits.message_bytes + 1):
        if isinstance(item, Problem):
            yield Parsed(item.name, None, item.reason)
        else:
            yield Parsed(item.name, parser.parse(item.data))
