"""A DuckDB database made of parts: the table `reports`, and the view `records`, a row for each recipient."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from dsnparse.errors import DsnparseError
from dsnparse.scale.schema import table_schema

#: Of the columns of `reports`, those that each row of `records` has beside its own.
BESIDE = ("key", "source", "received", "kind", "format", "reporting_mta", "feedback_type")

_VIEW = f"""
CREATE VIEW records AS
SELECT {", ".join(f"message.{name}" for name in BESIDE)}, record.*
FROM reports AS message, unnest(message.records) AS one(record)
"""  # noqa: S608


class DuckDBFailure(DsnparseError):  # noqa: N818
    """The database could not be made; the text is a sentence."""


def make_database(parts: Sequence[Path], target: Path) -> None:
    """Make `target`, which has its name when it is complete. Raises OSError and DuckDBFailure."""
    import duckdb
    import pyarrow.dataset as ds

    rows = ds.dataset([str(part) for part in parts], schema=table_schema(), format="parquet")
    unfinished = target.with_name(f".{target.name}.part")
    unfinished.unlink(missing_ok=True)
    try:
        with duckdb.connect(str(unfinished)) as database:
            database.from_arrow(rows).create("reports")
            database.execute(_VIEW)
        unfinished.replace(target)
    except duckdb.Error as error:
        raise DuckDBFailure(f"DuckDB cannot make {target}: {error}") from error
    finally:
        for left in (unfinished, unfinished.with_name(f"{unfinished.name}.wal")):
            left.unlink(missing_ok=True)
