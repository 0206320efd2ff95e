"""The way back: a row of the table as the `Report` that it was made from."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from dsnparse.model import Report
from dsnparse.scale.schema import TEXT, Place, places
from dsnparse.wire.dates import read_iso


def report_of(row: Mapping[str, Any]) -> Report | None:
    """The report in a row, as `RecordBatch.to_pylist` gives it (of Spark's frames: `toArrow`).

    None for a row with an error. Equal to the report that was written, with times in UTC. Columns that were
    left out have their defaults. Raises ValueError for a word that is not known and for a time without its
    zone (as Spark's `collect` has them), TypeError for a report without its kind.
    """
    if row.get("error") is not None:
        return None
    report: Report = _struct(Report, row)
    return report


def _struct(kind: Any, row: Mapping[str, Any]) -> Any:
    values = {}
    for place in places(kind):
        value = row.get(place.name)
        if value is None and place.shape == "time":
            value = _date(row.get(place.name + TEXT))
        if isinstance(value, datetime) and value.tzinfo is None:
            raise ValueError(f"The time {place.name} has no zone.")
        if value is not None:
            values[place.attribute] = _value(place, value)
    return kind(**values)


def _value(place: Place, value: Any) -> Any:
    match place.shape:
        case "list":
            return tuple([_struct(place.kind, item) for item in value])
        case "struct":
            return _struct(place.kind, value)
        case "map":
            return dict(value)
        case "word":
            return place.kind(value)
        case _:
            return value


def _date(text: str | None) -> datetime | str | None:
    """A date out of the range of the column was written as text."""
    date = read_iso(text) if text else None
    return date if date is not None and date.isoformat() == text else text
