"""Files on this machine, and objects in a store that pyarrow reads (`s3://`, `gs://`, `abfs://`, `hdfs://`)."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple, cast

from dsnparse.errors import DsnparseError

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]{1,20}://")


class NotReadable(DsnparseError, OSError):  # noqa: N818
    """An object that cannot be read; the text says why, as the end of a sentence."""


class Found(NamedTuple):
    """A file of a listing."""

    path: str
    size: int


def is_uri(path: str) -> bool:
    """Whether a path names an object in a store, and no file of this machine."""
    return _SCHEME.match(path) is not None and not os.path.lexists(path)


def open_file(path: str) -> BinaryIO:
    """A file or an object, to be read and sought in. Raises OSError."""
    if not is_uri(path):
        return open(path, "rb")  # noqa: PTH123
    filesystem, inside = _filesystem(path)
    return cast("BinaryIO", filesystem.open_input_file(inside))


def objects(uri: str) -> Iterator[Found]:
    """The objects below a URI, or itself, sorted by their names; hidden ones are left out. Raises OSError."""
    from pyarrow import fs

    base, mark, options = uri.partition("?")
    filesystem, inside = _filesystem(uri)
    info = filesystem.get_file_info(inside)
    if info.type == fs.FileType.NotFound:
        raise FileNotFoundError(2, "does not exist", uri)
    if info.type == fs.FileType.File:
        yield Found(uri, info.size)
        return
    below = filesystem.get_file_info(fs.FileSelector(inside, recursive=True))
    for entry in sorted(below, key=lambda entry: entry.path):
        name = entry.path.removeprefix(inside.rstrip("/")).lstrip("/")
        if entry.type == fs.FileType.File and not any(part.startswith(".") for part in name.split("/")):
            yield Found(f"{base.rstrip('/')}/{name}{mark}{options}", entry.size)


def _filesystem(uri: str) -> tuple[Any, str]:
    from pyarrow import ArrowException, fs

    try:
        filesystem, inside = fs.FileSystem.from_uri(uri)
    except (ArrowException, ValueError) as error:
        raise NotReadable(f"cannot be opened ({error})") from None
    return filesystem, inside


class Part:
    """The bytes of a file from `start` to `end`, as a stream that begins at 0."""

    def __init__(self, file: BinaryIO, start: int, end: int) -> None:
        file.seek(start)
        self.file = file
        self.size = max(end - start, 0)
        self.given = 0

    def read(self, count: int) -> bytes:
        data = self.file.read(min(count, self.size - self.given))
        self.given += len(data)
        return data

    def tell(self) -> int:
        return self.given
