"""The table contract: one row per message, its columns made from the model.

| in the model | in the table |
|---|---|
| text, a word (`Kind`, `Reason`, …) | string |
| a whole number, a number, true or false | int32, double, bool |
| a time or a text (`arrival_date`) | a time; where it is none, `arrival_date_text` has it |
| a tuple of values (`records`, `evidence`) | a list of structs |
| a mapping (`x_headers`) | a map of strings |
| another value (`original`, `authenticity`) | a struct |

Times are microseconds in UTC. Fields have the names that they have in JSON (`Report.to_dict`); before them
stand the columns of the row itself. Every column may be null, since engines differ in what they do with one
that may not; docs/scale.md says which never are.

The schema has a number, `VERSION`, which stands in each row and goes up when a column is changed or taken
away. New columns come at the end of their struct, under the same number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, NamedTuple, get_args, get_origin, get_type_hints

from dsnparse.model import Report

if TYPE_CHECKING:
    import pyarrow as pa

#: The number of the contract.
VERSION = 1
#: What the name of a time's second column ends with.
TEXT = "_text"


class Place(NamedTuple):
    """One field of a dataclass, and what it holds."""

    #: In Python, and in the table.
    attribute: str
    name: str
    #: "text", "word", "time", "list", "map", "struct", or the name of a plain type: "int", "float", "bool".
    shape: str
    #: Of a list or struct, the dataclass in it; of a word, its enumeration.
    kind: Any = None


@cache
def places(kind: type) -> tuple[Place, ...]:
    """The fields of a dataclass of the model, in order. Raises TypeError for a type that has no column."""
    types = get_type_hints(kind)
    return tuple(_place(field.name, types[field.name]) for field in fields(kind))


def _place(attribute: str, kind: Any) -> Place:
    name = attribute.rstrip("_")
    if isinstance(kind, UnionType):
        some = [one for one in get_args(kind) if one is not NoneType]
        if datetime in some:
            return Place(attribute, name, "time")
        kind = some[0] if len(some) == 1 else None
    if get_origin(kind) is tuple:
        return Place(attribute, name, "list", get_args(kind)[0])
    if get_origin(kind) is Mapping:
        return Place(attribute, name, "map")
    if is_dataclass(kind):
        return Place(attribute, name, "struct", kind)
    if kind in (bool, int, float):
        return Place(attribute, name, kind.__name__)
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return Place(attribute, name, "word", kind)
    if kind is str:
        return Place(attribute, name, "text")
    raise TypeError(f"No column is known for the field {attribute}.")


@cache
def table_schema() -> pa.Schema:
    """The schema of what `parse_batches` gives. Needs pyarrow (the extra `parquet`)."""
    import pyarrow as pa

    own = [
        pa.field("key", pa.string()),
        pa.field("source", pa.string()),
        pa.field("size", pa.int64()),
        pa.field("received", time_type()),
        pa.field("error", pa.string()),
        pa.field("parser", pa.string()),
        pa.field("table_version", pa.int32()),
    ]
    return pa.schema([*own, *struct_fields(Report)], metadata={"dsnparse.table_version": str(VERSION)})


class Message(NamedTuple):
    """One message that is not parsed yet, by `message_schema`."""

    source: str | None
    data: bytes | None
    size: int | None = None
    arrived: datetime | None = None
    problem: str | None = None


@cache
def message_schema() -> pa.Schema:
    """The schema of messages that are not parsed yet, as packs are read: what `parse_batches` takes best.

    `source`: where the message stands; `data`: its bytes, null where it could not be read, and then `problem`
    says why; `size`: how many bytes it has, of which `data` may be the first; `arrived`: when its mailbox
    says that it came.
    """
    import pyarrow as pa

    return pa.schema(
        [
            pa.field("source", pa.string()),
            pa.field("data", pa.binary()),
            pa.field("size", pa.int64()),
            pa.field("arrived", time_type()),
            pa.field("problem", pa.string()),
        ]
    )


def struct_fields(kind: type) -> list[pa.Field]:
    """The columns of one of the model's dataclasses."""
    import pyarrow as pa

    found = []
    for place in places(kind):
        found.append(pa.field(place.name, _type(place)))
        if place.shape == "time":
            found.append(pa.field(place.name + TEXT, pa.string()))
    return found


def time_type() -> pa.DataType:
    """Microseconds in UTC."""
    import pyarrow as pa

    return pa.timestamp("us", tz="UTC")


def _type(place: Place) -> pa.DataType:
    import pyarrow as pa

    match place.shape:
        case "list":
            return pa.list_(pa.field("element", pa.struct(struct_fields(place.kind))))
        case "struct":
            return pa.struct(struct_fields(place.kind))
        case "map":
            return pa.map_(pa.string(), pa.string())
        case "time":
            return time_type()
        case "int":
            return pa.int32()
        case "float":
            return pa.float64()
        case "bool":
            return pa.bool_()
        case _:
            return pa.string()
