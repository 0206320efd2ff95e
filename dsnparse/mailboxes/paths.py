"""What is this path? A message, a folder, a Maildir, an mbox or an archive, recognised by content.

| a path to | yields |
|---|---|
| a message | itself |
| a folder | everything in it, sorted by name, folder by folder; links to folders are followed once |
| a Maildir (has `new` and `cur`) | the messages of `new`, then of `cur` |
| an mbox (begins with a dated "From " line) | its messages |
| tar, tar.gz, tar.bz2, tar.xz, tar.zst, zip | its members in their order; an mbox among them is split |
| a compressed message or mbox | the same as without compression |
| `-` or a pipe of the shell (`<(…)`) | as for a file, without seeking |

In folders and archives two sorts of files are passed over by name: hidden ones, and notes that stand beside
messages (`NOTES`). Named on their own they are read. `mbox:PATH` and `maildir:PATH` mean PATH.
"""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable, Iterator

from dsnparse.mailboxes.content import HEAD_BYTES, NOTES, archive_kind, is_mbox
from dsnparse.mailboxes.items import Item, Mail, MessageRef, PassedOver, Problem, read_item
from dsnparse.mailboxes.maildir import is_maildir, maildir
from dsnparse.wire.limits import DEFAULT_LIMITS

_PREFIXES = ("mbox:", "maildir:")
_ODD_FILES = (
    (stat.S_ISFIFO, "is a named pipe"),
    (stat.S_ISSOCK, "is a socket"),
    (stat.S_ISBLK, "is a device"),
    (stat.S_ISCHR, "is a device"),
)
_FileId = tuple[int, int]


def find(
    paths: Iterable[str | os.PathLike[str]],
    *,
    limit: int = DEFAULT_LIMITS.message_bytes,
    exclude: Iterable[str | os.PathLike[str]] = (),
    whole: bool = False,
) -> Iterator[Item]:
    """Every message that `paths` lead to, in a stable order, and every reason why something was not read.

    Messages in plain files come unread (`MessageRef.read`); those in archives and streams come with at most
    `limit` bytes. Files and folders named in `exclude` (one's own output) are left out. Never raises OSError.
    `whole`: mboxes, archives and compressed files come as they are, one `MessageRef` for each.
    """
    excluded = {identity for path in exclude if (identity := _identity(path))}
    finder = _Finder(limit, excluded, whole=whole)
    for path in paths:
        yield from finder.path(os.fspath(path))


def messages(
    paths: Iterable[str | os.PathLike[str]], *, limit: int = DEFAULT_LIMITS.message_bytes
) -> Iterator[Mail | Problem]:
    """Every message that `paths` lead to, read, at most `limit` bytes of each; see `find`."""
    for item in find(paths, limit=limit):
        found = read_item(item, limit)
        if not isinstance(found, PassedOver):
            yield found


def _identity(path: str | os.PathLike[str]) -> _FileId | None:
    try:
        found = os.stat(path)  # noqa: PTH116
    except OSError:
        return None
    return found.st_dev, found.st_ino


class _Finder:
    def __init__(self, limit: int, excluded: set[_FileId], *, whole: bool) -> None:
        self.limit = limit
        self.excluded = excluded
        self.whole = whole

    def path(self, path: str) -> Iterator[Item]:
        if path == "-":
            from dsnparse.mailboxes.streams import stream_items

            yield from stream_items(sys.stdin.buffer, "-", self.limit, lambda: 0)
            return
        for prefix in _PREFIXES:
            if path.startswith(prefix) and not os.path.lexists(path):
                path = path.removeprefix(prefix)
        try:
            found = os.stat(path)  # noqa: PTH116
        except OSError as error:
            yield _missing(path, error)
            return
        if stat.S_ISDIR(found.st_mode):
            yield from self.folder(path.rstrip("/") or "/")
        elif stat.S_ISREG(found.st_mode):
            yield from self.file(path)
        elif stat.S_ISFIFO(found.st_mode) and path.startswith("/dev/"):
            # The shell's `<(command)`. Any other pipe could wait for ever.
            yield from self.content(path, seekable=False)
        else:
            yield _odd(path, found.st_mode)

    def folder(self, top: str) -> Iterator[Item]:
        seen: set[_FileId] = set(self.excluded)
        stack: list[tuple[str, Iterator[str], set[str], _FileId | None]] = []

        def enter(path: str) -> Iterator[Item]:
            identity = _identity(path)
            if identity in seen:
                if any(identity == above for *_, above in stack):
                    yield Problem(path, "is a link back to a folder above it; not followed")
                return
            if identity:
                seen.add(identity)
            if is_maildir(path):
                yield from maildir(path)
                return
            try:
                names, odd = _listing(path)
            except OSError as error:
                yield Problem.of(path, error)
            else:
                stack.append((path, iter(names), odd, identity))

        yield from enter(top)
        while stack:
            path, names, odd, _ = stack[-1]
            name = next(names, "")
            full = f"{path.rstrip('/')}/{name}"
            if not name:
                stack.pop()
            elif name.startswith("."):
                yield PassedOver(full)
            elif name not in odd:
                yield from self.file_of_folder(full)
            else:
                try:
                    mode = os.stat(full).st_mode  # noqa: PTH116
                except OSError as error:
                    yield _missing(full, error)
                    continue
                if stat.S_ISDIR(mode):
                    yield from enter(full)
                elif stat.S_ISREG(mode):
                    yield from self.file_of_folder(full)
                else:
                    yield _odd(full, mode)

    def file_of_folder(self, path: str) -> Iterator[Item]:
        if path.endswith(NOTES):
            if not os.path.exists(f"{os.path.splitext(path)[0]}.eml"):  # noqa: PTH110, PTH122
                yield PassedOver(path)  # else it is a note on that message
        elif not self.excluded or _identity(path) not in self.excluded:
            yield from self.file(path)

    def file(self, path: str) -> Iterator[Item]:
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            try:
                head = os.read(handle, HEAD_BYTES)
            finally:
                os.close(handle)
        except OSError as error:
            yield Problem.of(path, error)
            return
        if not head:
            yield Problem(path, "is empty")
        elif self.whole:
            yield MessageRef(path, path)
        elif is_mbox(head):
            yield from self.mbox_file(path)
        elif archive_kind(head) is None:
            yield MessageRef(path, path)
        else:
            yield from self.content(path, seekable=True)

    def content(self, path: str, *, seekable: bool) -> Iterator[Item]:
        from dsnparse.mailboxes.streams import stream_items

        try:
            with open(path, "rb") as file:  # noqa: PTH123
                tell = file.tell if seekable else lambda: 0
                yield from stream_items(file, path, self.limit, tell, seekable=seekable)
        except OSError as error:
            yield Problem.of(path, error)

    def mbox_file(self, path: str) -> Iterator[Item]:
        """The places of an mbox's messages. One that fills the file is named by the file alone."""
        from dsnparse.mailboxes.mbox import split

        try:
            with open(path, "rb") as file:  # noqa: PTH123
                size = os.fstat(file.fileno()).st_size
                for entry in split(file, self.limit, keep=False):
                    name = path if entry.start == 0 and entry.end >= size else f"{path}:{entry.start}"
                    yield MessageRef(name, path, entry.offset, entry.length, entry.quoted)
        except OSError as error:
            yield Problem.of(path, error)


def _listing(path: str) -> tuple[list[str], set[str]]:
    """The names in a folder, sorted, and which of them are no regular files (folders, links, pipes)."""
    names: list[str] = []
    odd: set[str] = set()
    with os.scandir(path) as entries:
        for entry in entries:
            names.append(entry.name)
            if not entry.is_file(follow_symlinks=False):
                odd.add(entry.name)
    names.sort()
    return names, odd


def _missing(path: str, error: OSError) -> Problem:
    if isinstance(error, FileNotFoundError) and os.path.islink(path):  # noqa: PTH114
        return Problem(path, "is a link to something that does not exist")
    return Problem.of(path, error)


def _odd(path: str, mode: int) -> Problem:
    kind = next((words for test, words in _ODD_FILES if test(mode)), "is no file")
    return Problem(path, f"{kind}; skipped")
