"""`dsnparse records`: the records of the database, one by one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from dsnparse.cli.choice import Choice
from dsnparse.cli.common_options import output_option
from dsnparse.cli.output import Output
from dsnparse.cli.span_options import since_option, until_option, where_option
from dsnparse.cli.store_options import StoreChoice, store_options
from dsnparse.render.masked import mask_row
from dsnparse.render.record_rows import RECORD_COLUMNS, record_row
from dsnparse.render.rows import PLAIN_CSV, rows_as_text
from dsnparse.store.pieces import in_pieces
from dsnparse.store.queries.records import find_records
from dsnparse.store.queries.where import Where

_FORMATS = ("csv", PLAIN_CSV, "jsonl", "parquet")
#: Rows that are written at a time.
_AT_ONCE = 5_000


@click.group()
def records() -> None:
    """Work with the records of the database: one for each recipient of each notice."""


@records.command()
@click.option("--format", "form", type=Choice(_FORMATS), help="Default: by the ending of FILE, or jsonl.")
@output_option
@since_option
@until_option
@where_option
@click.option("--mask", is_flag=True, help="Show no mailbox: j…@example.com.")
@store_options()
def export(
    form: str | None,
    output: str | None,
    since: datetime | None,
    until: datetime | None,
    where: Where,
    mask: bool,
    choice: StoreChoice,
) -> None:
    """Write records, oldest first, with what their notices and the returned messages say.

    \b
      dsnparse records export --where reason=blocklisted --since 7d -o blocks.csv
      dsnparse records export --format parquet -o bounces.parquet

    csv guards spreadsheets from cells that they would take for formulas; csv-plain does not. parquet needs
    the extra parquet.
    """
    ending = Path(output).suffix.lstrip(".") if output else ""
    form = form or (ending if ending in _FORMATS else "jsonl")
    if form == "parquet" and output in (None, "-"):
        raise click.UsageError("parquet is no text: give -o FILE.")
    with choice.ask() as store, store.asking() as rows:
        found: Iterator[dict[str, Any]] = map(
            record_row, find_records(rows, since=since, until=until, where=where)
        )
        if mask:
            found = map(mask_row, found)
        with Output(output) as out:
            if form == "parquet":
                _write_parquet(found, out)
                return
            lines = rows_as_text(found, RECORD_COLUMNS, form, width=0)
            for some in in_pieces(lines, _AT_ONCE):
                out.write("".join(some))


def _write_parquet(rows: Iterable[dict[str, Any]], out: Output) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {"id": pa.int64(), "reply_code": pa.int16(), "confidence": pa.float64()}
    kinds["at"] = pa.timestamp("us", tz="UTC")
    schema = pa.schema([(name, kinds.get(name, pa.string())) for name, _ in RECORD_COLUMNS])
    with pq.ParquetWriter(out.file, schema, compression="zstd") as writer:
        for some in in_pieces(rows, _AT_ONCE):
            plain = [row | {"at": datetime.fromisoformat(row["at"])} for row in some]
            writer.write_table(pa.Table.from_pylist(plain, schema=schema))
