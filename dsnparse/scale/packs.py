"""A pack: a share of the mail that one task reads and parses. How it is written down, and how it is read.

| kind | what it is |
|---|---|
| files | whole files, read as `dsnparse parse` reads them: mboxes, archives, anything compressed |
| mbox | the messages of an mbox between two bytes |
| tar | the members of a tar archive between two bytes |

An mbox or archive may be compressed with zstandard; then the bytes are those of whole frames. A message has
the same name (`path:offset`, `path!member`) whatever pack it is read from.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, cast

from dsnparse.errors import DsnparseError
from dsnparse.mailboxes.archive import DamagedError, decompressed
from dsnparse.mailboxes.items import Item, Mail, MessageRef, PassedOver, Problem, read_item
from dsnparse.mailboxes.mbox import split
from dsnparse.mailboxes.paths import find
from dsnparse.mailboxes.streams import Ahead, stream_items, tar_items
from dsnparse.scale.files import Part, is_uri, open_file
from dsnparse.scale.schema import Message
from dsnparse.wire.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    import pyarrow as pa

#: The number of the form in which packs are written.
FORM = 1
KINDS = ("files", "mbox", "tar")
COMPRESSIONS = ("", "zstd")
#: Messages that come at once, and their bytes: a batch holds one message more than these.
BATCH_MESSAGES = 512
BATCH_BYTES = 8 * 1024 * 1024


class NotAPack(DsnparseError, ValueError):  # noqa: N818  (it reads as one)
    """A line of a manifest that is none; the text says what is wrong with it."""


class Pack(NamedTuple):
    """A share of the mail."""

    kind: str
    #: The files, as they were named; of all kinds but "files" one.
    paths: tuple[str, ...]
    #: Bytes of input.
    size: int
    #: Of a part of a file: its first byte, the byte after it, and where that first byte is in what the whole
    #: file decompresses to (without compression the same as `start`).
    start: int = 0
    end: int = 0
    origin: int = 0
    compression: str = ""

    @property
    def id(self) -> str:
        """What tells it from every other pack: 16 hexadecimal digits, the same for the same pack."""
        return blake2b(self.to_line().encode("utf-8", "surrogateescape"), digest_size=8).hexdigest()

    def to_line(self) -> str:
        """One line of JSON, without its end."""
        found: dict[str, Any] = {"form": FORM, "kind": self.kind, "paths": self.paths, "size": self.size}
        if self.kind != "files":
            found |= {"start": self.start, "end": self.end, "origin": self.origin}
            found["compression"] = self.compression
        return json.dumps(found)

    @classmethod
    def from_line(cls, line: str | bytes) -> Pack:
        """What `to_line` wrote. Raises NotAPack."""
        try:
            found = json.loads(line)
            if not isinstance(found, dict) or found.get("form") != FORM:
                raise NotAPack(f"it is no pack of form {FORM}")
            paths = found["paths"]
            if found["kind"] not in KINDS or not paths or not all(isinstance(path, str) for path in paths):
                raise NotAPack("its kind or its paths are unknown")
            is_part = found["kind"] != "files"
            numbers = [found[name] for name in ("size", "start", "end", "origin")[: 4 if is_part else 1]]
            compression = found["compression"] if is_part else ""
        except (ValueError, KeyError, TypeError) as error:
            raise error if isinstance(error, NotAPack) else NotAPack("it is no JSON of a pack") from None
        if compression not in COMPRESSIONS or not all(type(one) is int and one >= 0 for one in numbers):
            raise NotAPack("a number in it is none, or its compression is unknown")
        return cls(found["kind"], tuple(paths), *numbers, *[compression] * is_part)


def pack_items(pack: Pack, limit: int = DEFAULT_LIMITS.message_bytes) -> Iterator[Item]:
    """The messages of a pack, each with at most `limit` bytes, and what cannot be read, as `mailboxes.find`
    has them. Never raises OSError."""
    if pack.kind == "files":
        for path in pack.paths:
            yield from _file_items(path, limit)
        return
    path = pack.paths[0]
    try:
        with open_file(path) as file:
            yield from _part_items(pack, path, file, limit)
    except OSError as error:
        yield Problem.of(path, error)


def pack_messages(pack: Pack, limit: int = DEFAULT_LIMITS.message_bytes) -> Iterator[Message]:
    """The messages of a pack, each with at most `limit` bytes; what cannot be read comes with its `problem`.

    Files that are no messages by their names (notes, hidden ones) are left out. Never raises OSError.
    """
    for item in pack_items(pack, limit):
        found = read_item(item, limit)
        if isinstance(found, Mail):
            yield Message(found.name, found.data, found.size, found.arrived)
        elif not isinstance(found, PassedOver):
            yield Message(found.name, None, problem=found.reason)


def pack_batches(pack: Pack, limit: int = DEFAULT_LIMITS.message_bytes) -> Iterator[pa.RecordBatch]:
    """The same by `schema.message_schema`, in batches."""
    from dsnparse.scale.batches import message_batch

    some: list[Message] = []
    weight = 0
    for message in pack_messages(pack, limit):
        some.append(message)
        weight += len(message.data or b"")
        if len(some) >= BATCH_MESSAGES or weight >= BATCH_BYTES:
            yield message_batch(some)
            some, weight = [], 0
    if some:
        yield message_batch(some)


def _file_items(path: str, limit: int) -> Iterator[Item]:
    if not is_uri(path):
        yield from find([path], limit=limit)
        return
    try:
        with open_file(path) as file:
            yield from stream_items(file, path, limit, file.tell, seekable=True)
    except OSError as error:
        yield Problem.of(path, error)


def _part_items(pack: Pack, path: str, file: BinaryIO, limit: int) -> Iterator[Item]:
    part = cast("BinaryIO", Part(file, pack.start, pack.end))
    if pack.compression:
        part = decompressed(pack.compression, part)
    if pack.kind == "tar":
        yield from tar_items(part, path, limit)
        return
    ahead = Ahead(part)
    if not ahead.head.startswith(b"From "):
        raise DamagedError(f"has changed: no message begins at byte {pack.start:,}")
    for entry in split(cast("BinaryIO", ahead), limit):
        name = f"{path}:{pack.origin + entry.start}"
        yield MessageRef(name, length=entry.length, quoted=entry.quoted, data=entry.data)
