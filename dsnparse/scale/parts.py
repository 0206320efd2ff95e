"""Packs as Parquet files in a folder, one for each: the local way, which a killed run goes on with.

    DIR/_manifest.jsonl                 the packs, one a line
    DIR/part-000000-<id of pack>.parquet

A part has its name when it is complete and safe on the disk; until then it is hidden. A pack whose part is
there is not read again.
"""

from __future__ import annotations

import fcntl
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dsnparse.errors import DsnparseError
from dsnparse.mailboxes.items import Problem
from dsnparse.mailboxes.tally import Tally
from dsnparse.scale.batches import parse_messages
from dsnparse.scale.manifest import Manifest, ManifestError, make_packs, read_manifest, write_packs
from dsnparse.scale.packs import Pack, pack_messages
from dsnparse.scale.schema import table_schema

if TYPE_CHECKING:
    import pyarrow as pa

    from dsnparse.parser import Parser

MANIFEST = "_manifest.jsonl"
#: Rows of a row group, and the bytes that they have in memory: what a writer and a reader hold.
GROUP_ROWS = 20_000
GROUP_BYTES = 32 * 1024 * 1024

_LOCK = ".lock"
_PART = re.compile(r"part-\d{6,18}-([0-9a-f]{16})\.parquet")
_UNFINISHED = re.compile(r"\.part-\d{6,18}-[0-9a-f]{16}\.parquet\.\d{1,20}")


class FolderInUse(DsnparseError, OSError):  # noqa: N818
    """Another command writes into the folder."""


class Task(NamedTuple):
    """A pack that is to become a part: its line in the manifest, counted from 0."""

    number: int
    pack: Pack

    @property
    def file(self) -> str:
        """The name of the part."""
        return f"part-{self.number:06}-{self.pack.id}.parquet"

    @property
    def name(self) -> str:
        """What to call it in a sentence."""
        return self.pack.paths[0]


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """The folder, made where it is missing, for this command alone; what killed ones left is removed.

    Raises FolderInUse or OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderInUse(f"Another command writes into {folder}") from None
        for entry in os.scandir(folder):
            if _UNFINISHED.fullmatch(entry.name):
                with suppress(FileNotFoundError):
                    Path(entry.path).unlink()
        yield
    finally:
        os.close(handle)


def tasks(
    folder: Path, sources: Iterable[str], *, share: int, limit: int
) -> tuple[list[Task], int, list[Problem]]:
    """What is to be done in a locked folder, how many parts there are already, and what cannot be read.

    The manifest of the folder is brought up to date with the sources first. Raises OSError, and ManifestError
    with a sentence.
    """
    path = folder / MANIFEST
    known = read_manifest(str(path)) if path.exists() else Manifest([], 0)
    new: list[Pack] = []
    problems: list[Problem] = []
    for found in make_packs(sources, share=share, known=known.packs, exclude=[folder], limit=limit):
        if isinstance(found, Problem):
            problems.append(found)
        else:
            new.append(found)
    if new or not known.end:
        write_packs(str(path), new, known.end)
    done = {match[1] for name in os.listdir(folder) if (match := _PART.fullmatch(name))}  # noqa: PTH208
    every = [Task(number, pack) for number, pack in enumerate([*known.packs, *new])]
    if strange := done - {task.pack.id for task in every}:
        raise ManifestError(
            f"{folder} has parts that its {MANIFEST} does not list ({min(strange)}, …): use another folder."
        )
    left = [task for task in every if task.pack.id not in done]
    return left, len(every) - len(left), problems


def parts(folder: Path) -> list[Path]:
    """The parts that are there, in the order of their packs."""
    found = [path for path in folder.iterdir() if _PART.fullmatch(path.name)]
    return sorted(found, key=lambda path: int(path.name.split("-")[1]))


def write_part(task: Task, folder: Path, parser: Parser, limit: int) -> Tally:
    """Read, parse and write one pack. Raises OSError when it cannot be written.

    A pack without any message becomes a part without rows.
    """
    import pyarrow.parquet as pq

    tally = Tally(weight=task.pack.size)
    unfinished = folder / f".{task.file}.{os.getpid()}"
    try:
        with pq.ParquetWriter(unfinished, table_schema(), compression="zstd") as writer:
            rows = parse_messages(pack_messages(task.pack, limit), parser)
            for group in groups(_counted(rows, tally)):
                writer.write_table(group, row_group_size=GROUP_ROWS)
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.replace(folder / task.file)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    _sync(folder)
    return tally


def groups(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Batches together, as many as make a row group."""
    import pyarrow as pa

    some: list[pa.RecordBatch] = []
    rows = weight = 0
    for batch in batches:
        some.append(batch)
        rows += batch.num_rows
        weight += batch.nbytes
        if rows >= GROUP_ROWS or weight >= GROUP_BYTES:
            yield pa.Table.from_batches(some)
            some, rows, weight = [], 0, 0
    if some:
        yield pa.Table.from_batches(some)


def _counted(batches: Iterable[pa.RecordBatch], tally: Tally) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        count(batch, tally)
        yield batch


def count(batch: pa.RecordBatch, tally: Tally) -> None:
    """Add what came of the messages in a batch of rows."""
    import pyarrow.compute as pc

    kinds: Mapping[str, int] = Counter(
        {
            entry["values"]: entry["counts"]
            for entry in pc.value_counts(batch.column("kind")).to_pylist()
            if entry["values"] is not None
        }
    )
    tally.kinds.update(kinds)
    tally.records += pc.sum(pc.list_value_length(batch.column("records"))).as_py() or 0
    tally.warned += pc.sum(pc.greater(pc.list_value_length(batch.column("warnings")), 0)).as_py() or 0
    errors = batch.column("error")
    if errors.null_count < batch.num_rows:
        for source, error in zip(batch.column("source").to_pylist(), errors.to_pylist(), strict=True):
            if error is not None:
                tally.problems.append(Problem(source or "", error))


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
