"""Messages in tar archives and compressed files (gzip, bzip2, xz, zstandard); for zip see `zips.py`.

Nothing is unpacked to disk: members are read one after the other, and their names are only labels, so a name
such as `../../etc/passwd` does no harm. Memory stays at one message. What swells beyond all reason when it is
decompressed is given up with a sentence (`MAX_RATIO`).

The tar reader is our own since `tarfile` keeps every member it has seen, and reads a PAX header of any size
into memory. Formats: POSIX.1-2001 (ustar, PAX `path` and `size`) and GNU long names.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from dsnparse.errors import DsnparseError
from dsnparse.extras import install_line
from dsnparse.mailboxes.items import Problem

#: Decompressed bytes per compressed byte. Mail in bulk reaches 10 to 60; a bomb of zeros in gzip has 1,032.
MAX_RATIO = 250
#: Below this many decompressed bytes the ratio is not looked at.
RATIO_FLOOR = 64 * 1024 * 1024
#: Bytes of a PAX header or a GNU long name. PATH_MAX is 4,096 on Linux.
MAX_EXTENDED_HEADER = 64 * 1024

_BLOCK = 512


class DamagedError(DsnparseError, OSError):
    """An archive that cannot be read on; the text says why, as the end of a sentence."""


class Inflated:
    """A decompressed stream that stops at a bomb, and says `DamagedError` for what decompressors raise.

    What comes before the damage is given first.
    """

    def __init__(self, inflated: BinaryIO, compressed: BinaryIO, errors: tuple[type[Exception], ...]) -> None:
        self.inflated = cast("io.BufferedIOBase", inflated)
        self.compressed = compressed
        self.errors: tuple[type[Exception], ...] = (EOFError, zlib.error, *errors)
        self.failure: DamagedError | None = None
        self.total = 0

    def read(self, count: int) -> bytes:
        pieces: list[bytes] = []
        while count > 0 and not self.failure:
            try:
                piece = self.inflated.read1(min(count, 256 * 1024))
                self.total += len(piece)
                check_ratio(self.total, self.compressed.tell())
            except DamagedError as error:
                self.failure = error
            except EOFError:
                self.failure = DamagedError("the compressed data end too early")
            except self.errors:
                self.failure = DamagedError("the compressed data are damaged")
            else:
                if not piece:
                    break
                pieces.append(piece)
                count -= len(piece)
        if self.failure and not pieces:
            raise self.failure
        return b"".join(pieces)


def check_ratio(total: int, compressed: int) -> None:
    """Raises DamagedError when `compressed` bytes have become unreasonably many."""
    if total > RATIO_FLOOR and total > MAX_RATIO * max(compressed, 1):
        raise DamagedError(
            f"stopped, since it grew to more than {MAX_RATIO} times its size, as a decompression bomb does"
        )


def decompressed(kind: str, file: BinaryIO) -> BinaryIO:
    """The content of a gzip, bzip2, xz or zstandard stream.

    `kind` is what `content.archive_kind` says. Reading raises DamagedError. Raises DamagedError at once for
    zstandard when neither Python (3.14 and later) nor the package backports.zstd can read it.
    """
    inflated: BinaryIO
    errors: tuple[type[Exception], ...]
    if kind == "gzip":
        import gzip

        inflated, errors = cast("BinaryIO", gzip.GzipFile(fileobj=file)), (gzip.BadGzipFile,)
    elif kind == "bzip2":
        import bz2

        inflated, errors = cast("BinaryIO", bz2.BZ2File(file)), (OSError,)
    elif kind == "xz":
        import lzma

        inflated, errors = cast("BinaryIO", lzma.LZMAFile(file)), (lzma.LZMAError,)  # noqa: SIM115
    else:
        zstd = zstd_module()
        inflated, errors = zstd.ZstdFile(file), (zstd.ZstdError,)
    return cast("BinaryIO", Inflated(inflated, file, errors))


def zstd_module() -> Any:
    """The module that reads zstandard. Raises DamagedError when there is none."""
    import importlib

    for name in ("compression.zstd", "backports.zstd"):
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    raise DamagedError(f"zstandard can be read after: {install_line('zstd')}")


class Member:
    """One file of an archive as a stream that ends where the file ends."""

    def __init__(self, name: str, stream: BinaryIO, size: int) -> None:
        self.name = name
        self.size = size
        self.left = size
        self.stream = stream

    def read(self, count: int) -> bytes:
        data = self.stream.read(min(count, self.left))
        self.left -= len(data)
        return data


def tar_members(stream: BinaryIO) -> Iterator[Member | Problem]:
    """The files of a tar archive, in its order; each is to be read before the next one is asked for.

    Folders and links are left out (a link's target is in the archive itself). Raises DamagedError where the
    archive can't be read on.
    """
    long_name: str | None = None
    pax: dict[str, str] = {}
    while header := _exactly(stream, _BLOCK):
        if header == bytes(_BLOCK):
            return
        if not checksum_ok(header):
            raise DamagedError("this is no tar archive, or damaged from here on")
        size, kind = _number(header[124:136]), header[156:157]
        if kind in b"Lx":
            if size > MAX_EXTENDED_HEADER:
                raise DamagedError(f"a member has a name or header of {size:,} bytes")
            extended = _exactly(stream, size)
            _skip(stream, -size % _BLOCK)
            if kind == b"L":
                long_name = extended.rstrip(b"\0").decode("utf-8", "surrogateescape")
            else:
                pax = _pax(extended)
            continue
        name = pax.get("path") or long_name or _ustar_name(header)
        size = int(pax.get("size", size))
        long_name, pax = None, {}
        member = Member(name, stream, size)
        if kind in b"\x0007" and not name.endswith("/"):
            yield member
        elif kind in b"346S":
            yield Problem(name, "is a sparse file" if kind == b"S" else "is a device or named pipe")
        if not _skip(stream, member.left + -size % _BLOCK):
            raise DamagedError(f"the archive ends in the middle of {name}")


def _ustar_name(header: bytes) -> str:
    name = header[:100].split(b"\0", 1)[0]
    prefix = header[345:500].split(b"\0", 1)[0] if header[257:263] == b"ustar\0" else b""
    return (prefix + b"/" + name if prefix else name).decode("utf-8", "surrogateescape")


def checksum_ok(header: bytes) -> bool:
    """Whether a tar header of 512 bytes adds up to the sum that it states."""
    try:
        stated = _number(header[148:156])
    except DamagedError:
        return False
    return stated == sum(header[:148]) + 8 * 0x20 + sum(header[156:_BLOCK])


def _number(field: bytes) -> int:
    if field[0] == 0x80:  # GNU: base 256 for sizes of 8 GiB and more
        return int.from_bytes(field[1:], "big")
    digits = field.split(b"\0", 1)[0].strip(b" ")
    if digits.strip(b"01234567"):
        raise DamagedError("a number in a tar header is damaged")
    return int(digits or b"0", 8)


def _pax(data: bytes) -> dict[str, str]:
    """`path` and `size` of a PAX header: lines "length key=value", the length counting the whole line."""
    found: dict[str, str] = {}
    while data:
        length, _, _ = data.partition(b" ")
        if not length.isdigit() or not 0 < int(length) <= len(data):
            break
        key, _, value = data[len(length) + 1 : int(length) - 1].partition(b"=")
        if key == b"path":
            found["path"] = value.decode("utf-8", "surrogateescape")
        elif key == b"size" and value.isdigit() and len(value) < 20:
            found["size"] = value.decode("ascii")
        data = data[int(length) :]
    return found


def _exactly(stream: BinaryIO, count: int) -> bytes:
    data = stream.read(count)
    if data and len(data) < count:
        raise DamagedError("the archive ends too early")
    return data


def _skip(stream: BinaryIO, count: int) -> bool:
    while count > 0 and (data := stream.read(min(count, 256 * 1024))):
        count -= len(data)
    return count <= 0
