"""Files that a log was before it was rotated, and by what each is known.

Facts:

* logrotate renames the file and the server goes on in a new one, or (copytruncate) the file is copied and
  cut to nothing; later it compresses the old one. So neither name nor inode tells one from another; the
  first line does.
* A server that has not been told writes to the old file until it is.
"""

from __future__ import annotations

import re
from hashlib import blake2b
from pathlib import Path

from dsnparse.mailboxes.inputs import opened

#: Bytes of the first line by which a file is known.
_HEAD = 1024
#: Lines at the start in which it is looked for.
_HEAD_LINES = 20
_NUMBER = re.compile(rb"[0-9]")


def head_of(path: str) -> str:
    """What a file is known by wherever it is moved, or compressed; empty while it has no such line.

    The first line with a number: files of comma-separated values all begin with the names of columns.
    """
    try:
        with opened(path) as stream:
            for _ in range(_HEAD_LINES):
                line = stream.readline(_HEAD)
                if not line.endswith(b"\n") and len(line) < _HEAD:
                    return ""
                if not line.startswith(b"#") and _NUMBER.search(line):
                    return blake2b(line, digest_size=12).hexdigest()
    except OSError:
        return ""
    return ""


def rotated(path: str) -> list[str]:
    """The files that a log was before, the newest first: `mail.log.1`, `mail.log-20261105.gz`."""
    folder, name = Path(path).parent, Path(path).name
    try:
        found = [entry for entry in folder.iterdir() if entry.name.startswith((f"{name}.", f"{name}-"))]
        found.sort(key=lambda entry: entry.stat().st_mtime, reverse=True)
    except OSError:
        return []
    return [str(entry) for entry in found]
