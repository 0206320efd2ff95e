"""`docs/table-schema.md`: the columns of a table of messages, from `dsnparse/scale/schema.py`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from dsnparse.render.report_schema import report_schema
from dsnparse.scale.schema import TEXT, VERSION, table_schema
from tools.pages import MADE, cell

#: The columns of the row itself.
_OWN = {
    "key": "The message by its content, 40 hexadecimal digits; the same for copies of it, as in the store.",
    "source": "Where it was read: `path`, `path:offset`, `path!member`; a row's own name.",
    "size": "Bytes of the message.",
    "received": "Its date, not later than the topmost Received; else what the mailbox says.",
    "error": "Why it could not be parsed. Then the columns of the report are null; else this one is.",
    "parser": "The version of dsnparse.",
    "table_version": "The number of this schema.",
}
_PARTS = {"records": "record", "original": "original", "authenticity": "authenticity", "evidence": "evidence"}


def page() -> str:
    """The page. Needs pyarrow."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    schema = report_schema()
    yield from ("# Tables of messages", "", MADE, "")
    yield (
        "The Arrow schema of what `dsnparse parse --format parquet` and `--format duckdb` write, and of what "
        "`dsnparse.scale.parse_batches` gives: one row for each message. "
        f"Its number is {VERSION}: it goes up when a column is changed or taken away; a new column comes at "
        "the end of its struct under the same number. [By the million](scale.md) shows what to ask of it."
    )
    yield from (
        "",
        "Every column may be null ([which never are](scale.md#the-columns)). Times are microseconds in UTC.",
        "",
        "## A row",
        "",
    )
    yield from _table(list(table_schema()), schema, own=True)
    for name, struct in _structs(list(table_schema())):
        part = schema["$defs"][_PARTS.get(name, name.rstrip("s"))]
        yield from ("", f"## {name}", "", *_table(list(struct), part, own=False))


def _structs(columns: list[Any], seen: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """The structs in columns, each once, in the order in which they are met."""
    names = list(seen)
    for column in columns:
        struct = getattr(column.type, "value_type", column.type)
        if hasattr(struct, "fields") and column.name not in names:
            names.append(column.name)
            yield column.name, struct.fields
    for column in columns:
        struct = getattr(column.type, "value_type", column.type)
        if hasattr(struct, "fields"):
            for name, inner in _structs(list(struct.fields), tuple(names)):
                names.append(name)
                yield name, inner


def _table(columns: list[Any], part: dict[str, Any], *, own: bool) -> Iterator[str]:
    yield from ("| column | type | meaning |", "|---|---|---|")
    for column in columns:
        plain = column.name.removesuffix(TEXT)
        if own and column.name in _OWN:
            said = _OWN[column.name]
        elif plain != column.name and plain in part["properties"]:
            said = f"The text of `{plain}`, where it is no time."
        else:
            said = cell(part["properties"][column.name].get("description", ""))
        yield f"| `{column.name}` | {_type(column)} | {said} |"


def _type(column: Any) -> str:
    kind = column.type
    value = getattr(kind, "value_type", None)
    if hasattr(kind, "key_type"):
        return f"map of {kind.key_type} to {kind.item_type}"
    if value is not None:
        return f"list of [{column.name}](#{column.name})"
    if hasattr(kind, "fields"):
        return f"struct [{column.name}](#{column.name})"
    return f"`{kind}`"
