"""Messages in zip archives.

Nothing is unpacked to disk, so that names such as `../x` do no harm. Overlapping members (a bomb that lets a
thousand names share one body) end at the same `MAX_RATIO` as any other bomb.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from typing import BinaryIO, cast

from dsnparse.mailboxes.archive import DamagedError, Member, check_ratio
from dsnparse.mailboxes.items import Problem

#: Bytes of the table of contents, which the standard library reads as a whole: some 300,000 members.
MAX_DIRECTORY = 32 * 1024 * 1024

_ENCRYPTED = 0x1


def zip_members(file: BinaryIO) -> Iterator[tuple[Member, int] | Problem]:
    """The files of a zip in the order of its table of contents, each with its compressed size.

    Each is to be read before the next one is asked for. Raises DamagedError where that fails.
    """
    size = file.seek(0, os.SEEK_END)
    _check_directory(file, size)
    try:
        archive = zipfile.ZipFile(file)
    except OSError:
        raise
    except Exception as error:
        raise DamagedError(f"the zip is damaged ({error})") from error
    total = 0
    with archive:
        for info in archive.infolist():
            if info.is_dir():
                continue
            if info.flag_bits & _ENCRYPTED:
                yield Problem(info.filename, "is encrypted")
                continue
            try:
                stream = _Stream(archive.open(info))
            except Exception as error:  # noqa: BLE001
                yield Problem(info.filename, f"cannot be decompressed ({error})")
                continue
            member = Member(info.filename, cast("BinaryIO", stream), info.file_size)
            yield member, info.compress_size
            total += member.size - member.left
            check_ratio(total, size)


class _Stream:
    """A zip member whose every error is an OSError."""

    def __init__(self, member: object) -> None:
        self.member = cast("BinaryIO", member)

    def read(self, count: int) -> bytes:
        try:
            return self.member.read(count)
        except OSError:
            raise
        except Exception as error:  # each method of compression has its own
            raise DamagedError(f"the compressed data are damaged ({error})") from error


def _check_directory(file: BinaryIO, size: int) -> None:
    """Raises DamagedError when the end record (APPNOTE 4.3.16) announces too large a table of contents."""
    file.seek(max(0, size - 66_000))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    stated = int.from_bytes(tail[at + 12 : at + 16], "little") if at >= 0 else 0
    if stated == 0xFFFFFFFF and (large := tail.rfind(b"PK\x06\x06")) >= 0:
        stated = int.from_bytes(tail[large + 40 : large + 48], "little")
    if stated > MAX_DIRECTORY:
        raise DamagedError("has too many members to list; unpack it into a folder and name that")
