"""Spark 4: the data source `dsn`, which reads the packs of a manifest, a task for each.

    from dsnparse.scale.spark import DsnDataSource, spark_schema

    spark.dataSource.register(DsnDataSource)
    reports = spark.read.format("dsn").option("manifest", "packs.jsonl").load()
    stream = spark.readStream.format("dsn").option("manifest", "packs.jsonl").load()

    frame.mapInArrow(parse_batches, spark_schema())       # for any frame with a binary column

| option | |
|---|---|
| manifest | the file that `dsnparse manifest` writes; needed |
| rules | files of rules of one's own, a JSON list; they must be where the tasks run |
| trust | the file of `--trust` |
| parse | false: the messages as they are (`schema.message_schema`), not parsed |

A stream reads what is added to the manifest. Needs the extra `spark`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from pyspark.sql.datasource import DataSource, DataSourceReader, DataSourceStreamReader, InputPartition
from pyspark.sql.pandas.types import from_arrow_schema
from pyspark.sql.types import StructType

from dsnparse.scale.batches import parse_messages
from dsnparse.scale.manifest import manifest_end, read_manifest
from dsnparse.scale.packs import Pack, pack_batches, pack_messages
from dsnparse.scale.schema import message_schema, table_schema

if TYPE_CHECKING:
    import pyarrow as pa

    from dsnparse.parser import Parser


def spark_schema() -> StructType:
    """The table contract as Spark has it: for `mapInArrow(parse_batches, spark_schema())`."""
    return from_arrow_schema(table_schema())


class DsnDataSource(DataSource):  # type: ignore[misc]
    """The data source; register it with `spark.dataSource.register(DsnDataSource)`."""

    @classmethod
    def name(cls) -> str:
        """Its name in `format(…)`."""
        return "dsn"

    def schema(self) -> StructType:
        """The table contract; that of messages with `parse` false."""
        return spark_schema() if _is_parsed(self.options) else from_arrow_schema(message_schema())

    def reader(self, schema: StructType) -> DsnReader:  # noqa: ARG002
        """What reads a manifest as it is."""
        return DsnReader(dict(self.options))

    def streamReader(self, schema: StructType) -> DsnStreamReader:  # noqa: ARG002, N802
        """What reads a manifest as it grows."""
        return DsnStreamReader(dict(self.options))


class PackPartition(InputPartition):  # type: ignore[misc]
    """A pack, as it is sent to a task."""

    def __init__(self, line: str) -> None:
        super().__init__(line)


class DsnReader(DataSourceReader):  # type: ignore[misc]
    """Reads all packs of a manifest."""

    def __init__(self, options: dict[str, str]) -> None:
        self.options = options

    def partitions(self) -> Sequence[PackPartition]:
        """One for each pack. Raises OSError or ManifestError."""
        return [PackPartition(pack.to_line()) for pack in read_manifest(_manifest(self.options)).packs]

    def read(self, partition: PackPartition) -> Iterator[pa.RecordBatch]:
        """The rows of one pack."""
        return _read(self.options, partition.value)


class DsnStreamReader(DataSourceStreamReader):  # type: ignore[misc]
    """Reads the packs of a manifest as they are added. An offset is a number of bytes of it."""

    def __init__(self, options: dict[str, str]) -> None:
        self.options = options

    def initialOffset(self) -> dict[str, int]:  # noqa: N802
        """The start of the manifest."""
        return {"bytes": 0}

    def latestOffset(self, start: Any = None, limit: Any = None) -> dict[str, int]:  # noqa: ARG002, N802
        """The end of its last whole line. (Spark gives `start` and `limit` from 4.2 on.)"""
        return {"bytes": manifest_end(_manifest(self.options))}

    def partitions(self, start: dict[str, int], end: dict[str, int]) -> Sequence[PackPartition]:
        """One for each pack between two offsets. Raises OSError or ManifestError."""
        packs = read_manifest(_manifest(self.options), start=start["bytes"], end=end["bytes"]).packs
        return [PackPartition(pack.to_line()) for pack in packs]

    def read(self, partition: PackPartition) -> Iterator[pa.RecordBatch]:
        """The rows of one pack."""
        return _read(self.options, partition.value)


def _read(options: dict[str, str], line: str) -> Iterator[pa.RecordBatch]:
    parser = _parser(options.get("rules", "[]"), options.get("trust"))
    pack, limit = Pack.from_line(line), parser.limits.message_bytes
    if not _is_parsed(options):
        return pack_batches(pack, limit)
    return parse_messages(pack_messages(pack, limit), parser)


def _is_parsed(options: Mapping[str, str]) -> bool:
    return options.get("parse", "true").lower() != "false"


def _manifest(options: Mapping[str, str]) -> str:
    if "manifest" not in options:
        raise ValueError("The data source dsn needs the option manifest, the file of 'dsnparse manifest'.")
    return options["manifest"]


@cache
def _parser(rules: str, trust: str | None) -> Parser:
    """One for all tasks of a process."""
    from dsnparse.parser import Parser

    paths = json.loads(rules)
    if not isinstance(paths, list):
        raise ValueError('The option rules is a JSON list of files: ["own.toml"].')
    return Parser(rules=paths, trust=trust)
