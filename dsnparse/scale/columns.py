"""Values of the model as Arrow columns, a whole batch at a time.

The columns of nested values are made from one flat list each, which takes a third of the time that Arrow
needs for a list of dicts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any

from dsnparse.scale.schema import Place, places, struct_fields, time_type

if TYPE_CHECKING:
    import pyarrow as pa

#: Times outside of these stay texts: a count of nanoseconds, which is what pandas has for a time, ends there,
#: and one message must not make a query over millions fail.
EARLIEST = datetime(1678, 1, 1, tzinfo=UTC)
LATEST = datetime(2262, 1, 1, tzinfo=UTC)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def columns(kind: type, values: Sequence[Any]) -> list[pa.Array]:
    """The columns of dataclasses of one kind, as `struct_fields` names them; None gives nulls.

    Raises OverflowError or pyarrow.ArrowInvalid for a number that its column cannot hold.
    """
    found: list[pa.Array] = []
    for place in places(kind):
        name = place.attribute
        found += _column(place, [None if value is None else getattr(value, name) for value in values])
    return found


def texts(values: Sequence[str | None]) -> pa.Array:
    """A column of strings; what UTF-8 cannot hold (lone surrogates) becomes backslash escapes, as in JSON."""
    import pyarrow as pa

    try:
        return pa.array(values, pa.string())
    except UnicodeError:
        return pa.array([value if value is None else writable(value) for value in values], pa.string())


def writable(text: str) -> str:
    """The text with backslash escapes for what UTF-8 cannot hold."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def times(values: Sequence[datetime | None]) -> pa.Array:
    """A column of times; one without a zone is taken for UTC, one out of range is null."""
    import pyarrow as pa

    return pa.array([_microseconds(value) for value in values], time_type())


def _microseconds(value: Any) -> int | None:
    if not isinstance(value, datetime):
        return None
    if value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    return (value - _EPOCH) // _MICROSECOND if EARLIEST <= value < LATEST else None


def _column(place: Place, values: list[Any]) -> list[pa.Array]:
    import pyarrow as pa

    match place.shape:
        case "text" | "word":
            return [texts(values)]
        case "time":
            dates = [_microseconds(value) for value in values]
            rest = [_unread(value, date) for value, date in zip(values, dates, strict=True)]
            return [pa.array(dates, time_type()), texts(rest)]
        case "list":
            flat = list(chain.from_iterable(value or () for value in values))
            return [pa.ListArray.from_arrays(_offsets(values), _struct(place.kind, flat), _list_type(place))]
        case "struct":
            return [_struct(place.kind, values)]
        case "map":
            names = texts(list(chain.from_iterable(value or () for value in values)))
            words = texts(list(chain.from_iterable(value.values() for value in values if value)))
            return [pa.MapArray.from_arrays(_offsets(values), names, words)]
        case "int":
            return [pa.array(values, pa.int32())]
        case "float":
            return [pa.array(values, pa.float64())]
        case _:
            return [pa.array(values, pa.bool_())]


def _unread(value: Any, date: int | None) -> str | None:
    """What stands in the second column of a time."""
    if date is not None or value is None:
        return None
    return value.isoformat() if isinstance(value, datetime) else value


def _struct(kind: type, values: list[Any]) -> pa.Array:
    import pyarrow as pa

    mask = pa.array([value is None for value in values], pa.bool_())
    return pa.StructArray.from_arrays(columns(kind, values), fields=struct_fields(kind), mask=mask)


def _list_type(place: Place) -> pa.DataType:
    import pyarrow as pa

    return pa.list_(pa.field("element", pa.struct(struct_fields(place.kind))))


def _offsets(values: list[Any]) -> pa.Array:
    """Where each list or map begins among all of them; a null one begins nowhere."""
    import pyarrow as pa

    found: list[int | None] = []
    total = 0
    for value in values:
        found.append(None if value is None else total)
        total += len(value) if value is not None else 0
    return pa.array([*found, total], pa.int32())
