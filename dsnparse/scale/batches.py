"""Messages in, rows of the table out, a batch at a time: the one function that every engine calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from dsnparse.mailboxes.eml import looks_like_message
from dsnparse.mailboxes.received import received_at
from dsnparse.model import Kind, Report
from dsnparse.scale.columns import columns, texts, times
from dsnparse.scale.schema import VERSION, Message, message_schema, table_schema
from dsnparse.version import VERSION as PARSER_VERSION
from dsnparse.wire.identity import message_identity, own_fields
from dsnparse.wire.warning import INTERNAL_ERROR

if TYPE_CHECKING:
    import pyarrow as pa

    from dsnparse.parser import Parser
    from dsnparse.trust.envelope import Envelope

#: The names under which the bytes of messages are looked for: ours, those of Spark's `binaryFile` and Kafka.
DATA_COLUMNS = ("data", "content", "value")
#: The same for where a message stands, and for when its mailbox says that it came.
SOURCE_COLUMNS = ("source", "path")
ARRIVED_COLUMNS = ("arrived",)
#: Rows in one batch that comes out, and the records in them: a notice can name 50,000 recipients.
BATCH_ROWS = 1_000
BATCH_RECORDS = 4_000


class Row(NamedTuple):
    """One message with what came of it."""

    source: str | None
    key: str | None = None
    size: int | None = None
    received: datetime | None = None
    report: Report | None = None
    #: Why there is no report, as the end of a sentence.
    error: str | None = None


def parse_batches(
    batches: Iterable[pa.RecordBatch], parser: Parser | None = None
) -> Iterator[pa.RecordBatch]:
    """Parse the messages of record batches; the rows come out in the same order, by `schema.table_schema`.

    `batches`: with a binary column `data`, `content` or `value`, or another one if it is the only binary
    column. Also used where they are there: `source` or `path` (text), `arrived` (a time), `size` and
    `problem` (see `schema.message_schema`). Other columns are dropped.
    `parser`: one with options, else the default one. It pickles, so
    `functools.partial(parse_batches, parser=Parser(rules=[…]))` can be sent to workers that have the files.

    No I/O, and the same bytes give the same row. A row that cannot be parsed comes out with its `error`: no
    message there, not a mail message, a mistake of ours. Raises ValueError for a batch without such a column,
    and ModuleNotFoundError without pyarrow.
    """
    from dsnparse.parser import Parser

    parser = parser or Parser()
    for batch in batches:
        yield from parse_messages(_messages(batch), parser)


def parse_messages(messages: Iterable[Message], parser: Parser) -> Iterator[pa.RecordBatch]:
    """The same for messages that are in no batch yet."""
    rows: list[Row] = []
    records = 0
    for message in messages:
        row = _row(message, parser)
        rows.append(row)
        records += len(row.report.records) if row.report is not None else 0
        if len(rows) >= BATCH_ROWS or records >= BATCH_RECORDS:
            yield batch_of(rows)
            rows, records = [], 0
    if rows:
        yield batch_of(rows)


def _messages(batch: pa.RecordBatch) -> Iterator[Message]:
    """The messages of a batch, one at a time: only one is held beside the batch."""
    data = batch.column(_data_column(batch.schema))
    beside = [
        _column(batch, SOURCE_COLUMNS, "string"),
        _column(batch, ("size",), "int64"),
        _column(batch, ARRIVED_COLUMNS, "timestamp"),
        _column(batch, ("problem",), "string"),
    ]
    for position, value in enumerate(data):
        source, size, arrived, problem = (
            None if column is None else column[position].as_py() for column in beside
        )
        yield Message(source, value.as_py(), size, arrived, problem)


def _data_column(schema: pa.Schema) -> str:
    import pyarrow as pa

    binary: list[str] = [
        field.name
        for field in schema
        if pa.types.is_binary(field.type) or pa.types.is_large_binary(field.type)
    ]
    alone = binary if len(binary) == 1 else []
    for name in [*DATA_COLUMNS, *alone]:
        if name in binary:
            return name
    wanted = ", ".join(DATA_COLUMNS)
    raise ValueError(
        f"No column with messages: name the binary one {wanted.replace(', value', ' or value')} "
        f"(there are: {', '.join(schema.names)})."
    )


def _column(batch: pa.RecordBatch, names: Sequence[str], kind: str) -> Any:
    """The first of these columns that is there and of this kind; None when none is."""
    import pyarrow as pa

    for name in names:
        position = batch.schema.get_field_index(name)
        if position < 0:
            continue
        found = batch.column(position)
        if kind == "timestamp" and pa.types.is_timestamp(found.type):
            return found.cast(pa.timestamp("us", found.type.tz), safe=False)
        if kind == "int64" and pa.types.is_integer(found.type):
            return found
        if kind == "string" and (pa.types.is_string(found.type) or pa.types.is_large_string(found.type)):
            return found
    return None


def _row(message: Message, parser: Parser) -> Row:
    source, data, size, arrived, problem = message
    if arrived is not None and arrived.tzinfo is None:
        arrived = None  # nobody says in which zone that was
    if not data:
        return Row(source, error=problem or ("is empty" if data is not None else "has no bytes (null)"))
    own = own_fields(data)
    row = Row(
        source,
        message_identity(data, own),
        max(size or 0, len(data)),
        received_at(data, arrived, own),
    )
    try:
        report = parser.parse(data, envelope=_envelope(arrived, parser))
    except Exception as failure:  # noqa: BLE001  (of a parser that is not ours)
        return row._replace(error=f"made the parser fail ({type(failure).__name__}: {failure})")
    for warning in report.warnings:
        if warning.code == INTERNAL_ERROR:
            return row._replace(error=warning.text)
    if report.kind is Kind.OTHER and not report.records and not looks_like_message(data):
        return row._replace(error="is not a mail message")
    return row._replace(report=report)


def _envelope(arrived: datetime | None, parser: Parser) -> Envelope | None:
    """As `dsnparse ingest` has it: when a mailbox says that a message came counts where keys are asked."""
    if arrived is None or parser.trust is None:
        return None
    from dsnparse.trust.envelope import Envelope

    return Envelope(arrived=arrived)


def batch_of(rows: Sequence[Row]) -> pa.RecordBatch:
    """Rows as one batch of `table_schema`. One that its columns cannot hold becomes a row with its error."""
    import pyarrow as pa

    try:
        return _batch(rows)
    except (OverflowError, pa.ArrowInvalid) as failure:
        if len(rows) == 1:
            found = rows[0]
            if found.report is None:
                raise
            error = f"does not fit into the table ({type(failure).__name__}: {failure})"
            return _batch([found._replace(report=None, error=error)])
        return pa.concat_batches([batch_of([row]) for row in rows])


def _batch(rows: Sequence[Row]) -> pa.RecordBatch:
    import pyarrow as pa

    count = len(rows)
    own = [
        texts([row.key for row in rows]),
        texts([row.source for row in rows]),
        pa.array([row.size for row in rows], pa.int64()),
        times([row.received for row in rows]),
        texts([row.error for row in rows]),
        texts([PARSER_VERSION] * count),
        pa.array([VERSION] * count, pa.int32()),
    ]
    report = columns(Report, [row.report for row in rows])
    return pa.RecordBatch.from_arrays([*own, *report], schema=table_schema())


def message_batch(messages: Sequence[Message]) -> pa.RecordBatch:
    """Messages as one batch of `message_schema`."""
    import pyarrow as pa

    source, data, size, arrived, problem = map(list, zip(*messages, strict=True)) if messages else [[]] * 5
    return pa.RecordBatch.from_arrays(
        [
            texts(source),
            pa.array(data, pa.binary()),
            pa.array(size, pa.int64()),
            times(arrived),
            texts(problem),
        ],
        schema=message_schema(),
    )
