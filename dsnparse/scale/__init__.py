"""Mail by the million as tables: on one machine, and on engines that have many (docs/scale.md).

    from dsnparse.scale import parse_batches, table_schema

    rows = parse_batches(batches)         # an iterator of record batches in, one out: what every engine calls

| | |
|---|---|
| `schema` | the table contract: one Arrow schema, made from the model |
| `batches`, `columns`, `rows` | messages into rows; values into columns; a row as the `Report` that it was |
| `packs`, `cuts`, `files` | a share of the mail: how it is read, where files may be cut, where they are |
| `manifest` | all packs of some mail, one a line |
| `parts`, `duck` | packs as Parquet files in a folder, and as a DuckDB database |
| `spark` | the data source `dsn` of Spark 4 |
| `decisions` | what the policy of `store/` makes of rows: may an address be mailed? |

Needs pyarrow (the extra `parquet`), which loads when first needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsnparse.extras import telling

if TYPE_CHECKING:
    from dsnparse.scale.batches import parse_batches
    from dsnparse.scale.decisions import decide, events
    from dsnparse.scale.manifest import make_packs, read_manifest
    from dsnparse.scale.packs import Pack, pack_batches
    from dsnparse.scale.rows import report_of
    from dsnparse.scale.schema import message_schema, table_schema

__all__ = [
    "Pack",
    "decide",
    "events",
    "make_packs",
    "message_schema",
    "pack_batches",
    "parse_batches",
    "read_manifest",
    "report_of",
    "table_schema",
]

_HOMES = {
    "Pack": "packs",
    "decide": "decisions",
    "events": "decisions",
    "make_packs": "manifest",
    "message_schema": "schema",
    "pack_batches": "packs",
    "parse_batches": "batches",
    "read_manifest": "manifest",
    "report_of": "rows",
    "table_schema": "schema",
}
_WITHOUT_ARROW = ("Pack", "make_packs", "read_manifest", "report_of")


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'dsnparse.scale' has no attribute {name!r}")
    from importlib import import_module

    with telling():
        if name not in _WITHOUT_ARROW:
            import_module("pyarrow")  # a missing one is told here, not inside an engine
        return getattr(import_module(f"dsnparse.scale.{_HOMES[name]}"), name)
