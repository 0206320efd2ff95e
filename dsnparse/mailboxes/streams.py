"""What is in this stream? A message, an mbox, an archive, or something compressed; by its first bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO, cast

from dsnparse.mailboxes.archive import decompressed, tar_members
from dsnparse.mailboxes.content import HEAD_BYTES, NOTES, archive_kind, is_mbox
from dsnparse.mailboxes.items import Item, MessageRef, PassedOver, Problem
from dsnparse.mailboxes.mbox import split


def stream_items(
    file: BinaryIO, name: str, limit: int, tell: Callable[[], int], *, seekable: bool = False
) -> Iterator[Item]:
    """The messages in `file`, each with at most `limit` bytes; names begin with `name`.

    `tell` says how much of the input has been used, for `MessageRef.weight`. A zip has to be seekable. Never
    raises OSError: what can't be read becomes a Problem.
    """
    return _Reader(limit).items(file, name, tell, seekable=seekable)


def tar_items(file: BinaryIO, name: str, limit: int) -> Iterator[Item]:
    """The messages in a tar archive, or a part of one that begins with a header; see `stream_items`."""
    try:
        yield from _Reader(limit).tar(file, name, lambda: 0)
    except OSError as error:
        yield Problem.of(name, error)


class _Reader:
    def __init__(self, limit: int) -> None:
        self.limit = limit

    def items(
        self,
        file: BinaryIO,
        name: str,
        tell: Callable[[], int],
        *,
        seekable: bool = False,
        inside: str = "",
    ) -> Iterator[Item]:
        """What a stream holds; `inside` says what it comes out of: "" (a file), "compressed" or "archive"."""
        try:
            ahead = Ahead(file)
            kind = archive_kind(ahead.head)
            if not ahead.head:
                yield Problem(name, "is empty")
            elif kind is None:
                yield from self.messages(ahead, name, tell)
            elif inside == "archive" or (inside and kind != "tar"):
                yield Problem(name, "is an archive within an archive, which is not opened")
            elif kind == "tar":
                yield from self.tar(cast("BinaryIO", ahead), name, tell)
            elif kind != "zip":
                inflated = decompressed(kind, cast("BinaryIO", ahead))
                yield from self.items(inflated, name, tell, inside="compressed")
            elif seekable:
                yield from self.zip(file, name)
            else:
                yield Problem(name, "is a zip, which can only be read from a file")
        except OSError as error:
            yield Problem.of(name, error)

    def tar(self, file: BinaryIO, name: str, tell: Callable[[], int]) -> Iterator[Item]:
        for member in tar_members(file):
            if isinstance(member, Problem):
                yield Problem(f"{name}!{member.name}", member.reason)
            else:
                yield from self.member(cast("BinaryIO", member), name, member.name, tell)

    def zip(self, file: BinaryIO, name: str) -> Iterator[Item]:
        from dsnparse.mailboxes.zips import zip_members

        done = 0

        def tell() -> int:
            return done

        for found in zip_members(file):
            if isinstance(found, Problem):
                yield Problem(f"{name}!{found.name}", found.reason)
            else:
                member, weight = found
                done += weight
                yield from self.member(cast("BinaryIO", member), name, member.name, tell)

    def member(self, member: BinaryIO, archive: str, name: str, tell: Callable[[], int]) -> Iterator[Item]:
        full = f"{archive}!{name}"
        if any(part.startswith(".") and part.strip(".") for part in name.split("/")) or name.endswith(NOTES):
            yield PassedOver(full)
        else:
            yield from self.items(member, full, tell, inside="archive")

    def messages(self, stream: Ahead, name: str, tell: Callable[[], int]) -> Iterator[Item]:
        """The one message of a stream, or those of an mbox."""
        before = tell()
        if not is_mbox(stream.head):
            data = stream.read(self.limit + 1)
            size, failure = len(data), None
            try:
                while more := stream.read(256 * 1024):
                    size += len(more)
            except OSError as error:
                failure = error
            yield MessageRef(name, data=data[: self.limit], length=size, weight=tell() - before)
            if failure:
                raise failure
            return
        for entry in split(cast("BinaryIO", stream), self.limit):
            alone = entry.start == 0 and stream.ended(entry.end)
            yield MessageRef(
                name if alone else f"{name}:{entry.start}",
                length=entry.length,
                quoted=entry.quoted,
                data=entry.data,
                weight=(now := tell()) - before,
            )
            before = now


class Ahead:
    """A stream whose first bytes have been looked at."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.head = self.ahead = stream.read(HEAD_BYTES)
        self.given = 0
        self.at_end = False

    def read(self, count: int) -> bytes:
        data = self.ahead[:count]
        self.ahead = self.ahead[count:]
        if len(data) < count:
            data += self.stream.read(count - len(data))
        self.given += len(data)
        self.at_end = not data
        return data

    def tell(self) -> int:
        return self.given

    def ended(self, position: int) -> bool:
        """Whether the stream is known to have ended at `position`."""
        return self.at_end and self.given == position
