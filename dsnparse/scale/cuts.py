"""Where a large mbox, tar archive or zstandard file may be cut: before a message, as the reader of the whole
file finds them.

A "From " line in the middle of a file does not show whether it begins a message or is quoted in one that its
Content-Length covers, so a file that is cut is read once, from its start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, NamedTuple, cast

from dsnparse.mailboxes.archive import DamagedError, check_ratio, tar_members, zstd_module
from dsnparse.mailboxes.content import HEAD_BYTES, archive_kind, is_mbox
from dsnparse.mailboxes.items import Problem
from dsnparse.mailboxes.mbox import split

_CHUNK = 256 * 1024


class Cut(NamedTuple):
    """A share of a file: from its first byte to the one after its last; `origin` as in `Pack`."""

    start: int
    end: int
    origin: int


def content_of(file: BinaryIO) -> tuple[str, str] | None:
    """What may be cut: ("mbox" or "tar", "" or "zstd"); None for any other file. The file is at its start
    again. Raises OSError."""
    head = file.read(HEAD_BYTES)
    file.seek(0)
    kind = archive_kind(head)
    if kind == "zstd":
        try:
            head = Frames(file).read(HEAD_BYTES)
        except DamagedError:
            return None
        finally:
            file.seek(0)
        inner = "mbox" if is_mbox(head) else archive_kind(head)
        return (inner, "zstd") if inner in ("mbox", "tar") else None
    if is_mbox(head):
        return "mbox", ""
    return ("tar", "") if kind == "tar" else None


def cuts(file: BinaryIO, size: int, content: str, compression: str, share: int, limit: int) -> Iterator[Cut]:
    """The shares of a file, of at least `share` bytes each as they are read (decompressed); all of it in one
    where there is no place to cut.

    `limit`: bytes of one message that are read. Raises OSError.
    """
    stream: Frames | _Counted = Frames(file) if compression else _Counted(file)
    begun = Cut(0, size, 0)
    starts = _mbox_starts if content == "mbox" else _tar_starts
    for position in starts(stream, limit):
        if position - begun.origin < share:
            continue
        place = stream.place(position)
        if place is not None:
            yield begun._replace(end=place)
            begun = Cut(place, size, position)
    yield begun


def _mbox_starts(stream: Any, limit: int) -> Iterator[int]:
    """Not behind a "From " line with nothing after it, which begins a message by the line that follows."""
    complete = False
    for entry in split(stream, limit, keep=False):
        if complete:
            yield entry.start
        complete = entry.offset < entry.end


def _tar_starts(stream: Any, limit: int) -> Iterator[int]:  # noqa: ARG001
    """Where the headers of members begin; a share that begins with none of them is not made."""
    end: int | None = None
    try:
        for member in tar_members(cast("BinaryIO", stream)):
            if isinstance(member, Problem):
                continue
            if end is not None:
                yield end
            end = stream.given + member.size + -member.size % 512
    except DamagedError:
        return  # the reader of the last share says so


class _Counted:
    """A plain file as it is read."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.given = 0

    def read(self, count: int) -> bytes:
        data = self.file.read(count)
        self.given += len(data)
        return data

    def place(self, position: int) -> int | None:
        """The byte of the file at which this position can be read from."""
        return position


class Frames:
    """A zstandard file decompressed, and where its frames begin."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.given = 0
        self._new: Callable[[], Any] = zstd_module().ZstdDecompressor
        self._failure: type[Exception] = zstd_module().ZstdError
        self._frame = self._new()
        self._taken = 0
        #: Where frames begin in what comes out → in the file.
        self._starts: dict[int, int] = {0: 0}

    def read(self, count: int) -> bytes:
        pieces: list[bytes] = []
        while count > 0:
            try:
                piece = self._piece(count)
            except self._failure:
                raise DamagedError("the compressed data are damaged") from None
            if piece is None:
                break
            pieces.append(piece)
            count -= len(piece)
            self.given += len(piece)
            check_ratio(self.given, self._taken)
        return b"".join(pieces)

    def _piece(self, count: int) -> bytes | None:
        """Some bytes, perhaps none yet; None at the end."""
        data = b""
        if self._frame.eof:
            data = self._frame.unused_data or self._more()
            if not data:
                return None
            self._starts.setdefault(self.given, self._taken - len(data))
            self._frame = self._new()
        elif self._frame.needs_input:
            data = self._more()
            if not data:
                return None
        piece: bytes = self._frame.decompress(data, max_length=count)
        return piece

    def _more(self) -> bytes:
        data = self.file.read(_CHUNK)
        self._taken += len(data)
        return data

    def place(self, position: int) -> int | None:
        """The byte of the file at which a frame with this position begins; None in the middle of one.

        Positions are asked for in their order.
        """
        for start in [start for start in self._starts if start < position]:
            del self._starts[start]
        return self._starts.get(position)
