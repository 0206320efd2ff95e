"""The manifest: all packs of some mail, one a line, so that no engine has to list or cut anything itself.

It only grows. Packs of files that are new are added at its end, and a pack is the same for ever, so whoever
has done the first so many lines goes on with the rest.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from dsnparse.errors import DsnparseError
from dsnparse.mailboxes.archive import DamagedError
from dsnparse.mailboxes.content import HEAD_BYTES, NOTES, archive_kind
from dsnparse.mailboxes.items import MessageRef, Problem
from dsnparse.mailboxes.paths import find
from dsnparse.scale.cuts import content_of, cuts
from dsnparse.scale.files import Found, is_uri, objects, open_file
from dsnparse.scale.packs import NotAPack, Pack
from dsnparse.wire.limits import DEFAULT_LIMITS

#: Bytes of mail in one pack: some 20,000 bounces, which one core parses in ten seconds.
PACK_BYTES = 128 * 1024 * 1024
#: Files in one pack, whose names stand in one line.
PACK_FILES = 10_000
#: Bytes of one line of a manifest: so many of the longest names that Linux has.
LINE_BYTES = 64 * 1024 * 1024
#: So many bytes of mail are reckoned for a compressed byte.
SWELL = 8

_TAIL = 64 * 1024


class ManifestError(DsnparseError, ValueError):
    """A manifest that cannot be used; the text is a sentence."""


class Manifest(NamedTuple):
    """What stands in a manifest."""

    packs: list[Pack]
    #: Bytes up to the end of its last whole line; one that is being written is not there yet.
    end: int


def make_packs(
    sources: Iterable[str | os.PathLike[str]],
    *,
    share: int = PACK_BYTES,
    known: Iterable[Pack] = (),
    exclude: Iterable[str | os.PathLike[str]] = (),
    limit: int = DEFAULT_LIMITS.message_bytes,
) -> Iterator[Pack | Problem]:
    """The packs of files, folders, mboxes and archives, in the order of `parse`, and what cannot be read.

    `share`: bytes of mail in one pack. `known`: packs that there are; their files are left out. `exclude`:
    files and folders that are not read. An mbox, a tar archive or a zstandard file of either that is larger
    than `share` is read once, to be cut where a message begins. Never raises OSError.
    """
    taken = {path for pack in known for path in pack.paths}
    group: list[Found] = []
    weight = 0
    for found in _files(sources, exclude):
        if isinstance(found, Problem):
            yield found
            continue
        if found.path in taken:
            continue
        taken.add(found.path)
        parts, reckoned = _parts(found, share, limit)
        if isinstance(parts, Problem):
            yield parts
            continue
        if group and (len(parts) > 1 or weight + reckoned > share or len(group) >= PACK_FILES):
            yield _whole(group)
            group, weight = [], 0
        if len(parts) > 1:
            yield from parts
        else:
            group.append(found)
            weight += reckoned
    if group:
        yield _whole(group)


def read_manifest(path: str, *, start: int = 0, end: int | None = None) -> Manifest:
    """The packs in a manifest between two of its bytes. Raises OSError, and ManifestError with a sentence."""
    packs = []
    with open_file(path) as file:
        file.seek(start)
        at = start
        while (end is None or at < end) and (line := file.readline(LINE_BYTES)):
            if not line.endswith(b"\n"):
                if len(line) >= LINE_BYTES:
                    raise ManifestError(
                        f"{path}: the line at byte {at:,} is longer than {LINE_BYTES:,} bytes."
                    )
                break
            try:
                packs.append(Pack.from_line(line))
            except NotAPack as error:
                raise ManifestError(f"{path}: the line at byte {at:,} is wrong: {error}.") from None
            at += len(line)
    return Manifest(packs, at)


def manifest_end(path: str) -> int:
    """Bytes of a manifest up to the end of its last whole line. Raises OSError."""
    with open_file(path) as file:
        end = file.seek(0, os.SEEK_END)
        while end > 0:
            start = max(end - _TAIL, 0)
            file.seek(start)
            found = file.read(end - start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            end = start
    return 0


def write_packs(path: str, packs: Sequence[Pack], end: int) -> None:
    """Put packs behind the first `end` bytes of a manifest, which is made when it is not there.

    What stood behind them (the half line of a command that was killed) goes. They are safe on return. Raises
    OSError.
    """
    target = Path(path)
    if end == 0:
        unfinished = target.with_name(f".{target.name}.part")
        with unfinished.open("wb") as file:
            _write(file.fileno(), packs)
        unfinished.replace(target)
        return
    handle = os.open(path, os.O_WRONLY)
    try:
        os.ftruncate(handle, end)
        os.lseek(handle, end, os.SEEK_SET)
        _write(handle, packs)
    finally:
        os.close(handle)


def _write(handle: int, packs: Sequence[Pack]) -> None:
    for pack in packs:
        line = f"{pack.to_line()}\n".encode("utf-8", "surrogateescape")
        while line:
            line = line[os.write(handle, line) :]
    os.fsync(handle)


def _files(
    sources: Iterable[str | os.PathLike[str]], exclude: Iterable[str | os.PathLike[str]]
) -> Iterator[Found | Problem]:
    left_out = list(exclude)
    for path in sources:
        source = os.fspath(path)
        if is_uri(source):
            yield from _objects(source)
        else:
            yield from _found(source, left_out)


def _objects(uri: str) -> Iterator[Found | Problem]:
    try:
        for found in objects(uri):
            if found.path == uri or not found.path.partition("?")[0].endswith(NOTES):
                yield found if found.size else Problem(found.path, "is empty")
    except OSError as error:
        yield Problem.of(uri, error)


def _found(source: str, left_out: list[str | os.PathLike[str]]) -> Iterator[Found | Problem]:
    if source == "-":
        yield Problem(source, "can be read once only; a manifest names files and folders")
        return
    for item in find([source], exclude=left_out, whole=True):
        if isinstance(item, Problem):
            yield item
        elif isinstance(item, MessageRef):
            if item.data is not None:
                yield Problem(item.name, "can be read once only; a manifest names files and folders")
                return
            try:
                yield Found(item.path, os.stat(item.path).st_size)  # noqa: PTH116
            except OSError as error:
                yield Problem.of(item.path, error)


def _whole(group: Sequence[Found]) -> Pack:
    return Pack("files", tuple(found.path for found in group), sum(found.size for found in group))


def _parts(found: Found, share: int, limit: int) -> tuple[list[Pack] | Problem, int]:
    """The packs of one file, one for the whole of it, and the bytes of mail in it, reckoned."""
    whole, reckoned = [_whole([found])], found.size
    if found.size * SWELL <= share:
        return whole, found.size
    try:
        with open_file(found.path) as file:
            head = file.read(HEAD_BYTES)
            file.seek(0)
            kind = archive_kind(head)
            reckoned = found.size * (SWELL if kind not in (None, "tar") else 1)
            content = content_of(file) if reckoned > share else None
            if content is None:
                return whole, reckoned
            some = [
                Pack(content[0], (found.path,), end - start, start, end, origin, content[1])
                for start, end, origin in cuts(file, found.size, *content, share, limit)
            ]
    except DamagedError:
        return whole, reckoned  # what stands before the damage is read all the same
    except OSError as error:
        return Problem.of(found.path, error), 0
    return (some if len(some) > 1 else whole), reckoned
