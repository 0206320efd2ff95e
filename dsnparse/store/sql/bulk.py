"""Many rows at once, straight to the driver: SQLAlchemy looks at each value of each row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import JSON, Connection, Table

from dsnparse.store.sql.rows import for_driver, time_value
from dsnparse.store.sql.schema import UtcTime
from dsnparse.store.sql.values import dump_json

Row = Mapping[str, Any]


def insert_rows(connection: Connection, table: Table, rows: Sequence[Row], *, key: str = "") -> None:
    """Insert rows that have the same columns. `key`: the column by which a row takes the place of another."""
    if rows:
        names = tuple(rows[0])
        connection.exec_driver_sql(
            _insert(table, names, key, connection.dialect.name == "postgresql"),
            _values(connection, table, names, rows),
        )


def update_rows(connection: Connection, table: Table, rows: Sequence[Row], *, key: str) -> None:
    """Update rows that have the same columns, each found by its column `key`."""
    if rows:
        names = (*(name for name in rows[0] if name != key), key)
        connection.exec_driver_sql(
            _update(table, names, connection.dialect.name == "postgresql"),
            _values(connection, table, names, rows),
        )


@cache
def _insert(table: Table, names: tuple[str, ...], key: str, postgresql: bool) -> str:
    columns = ", ".join(f'"{name}"' for name in names)
    text = f'INSERT INTO "{table.name}" ({columns}) VALUES ({", ".join("?" * len(names))})'  # noqa: S608
    if key:
        others = ", ".join(f'"{name}" = excluded."{name}"' for name in names if name != key)
        text += f' ON CONFLICT ("{key}") DO UPDATE SET {others}'
    return for_driver(text, postgresql=postgresql)


@cache
def _update(table: Table, names: tuple[str, ...], postgresql: bool) -> str:
    *changed, key = names
    changes = ", ".join(f'"{name}" = ?' for name in changed)
    text = f'UPDATE "{table.name}" SET {changes} WHERE "{key}" = ?'  # noqa: S608
    return for_driver(text, postgresql=postgresql)


def _values(
    connection: Connection, table: Table, names: Sequence[str], rows: Sequence[Row]
) -> list[tuple[Any, ...]]:
    """The rows as the driver takes them."""
    postgresql = connection.dialect.name == "postgresql"
    columns = []
    for name in names:
        values = [row[name] for row in rows]
        type_ = table.c[name].type
        if isinstance(type_, UtcTime):
            values = _each_once(values, lambda time: time_value(time, postgresql=postgresql))
        elif isinstance(type_, JSON):
            values = [None if value is None else dump_json(value) for value in values]
        columns.append(values)
    return list(zip(*columns, strict=True))


def _each_once(values: Sequence[Any], change: Callable[[datetime], Any]) -> list[Any]:
    """The values changed; many of them are the same."""
    changed = {value: change(value) for value in set(values) if value is not None}
    return [None if value is None else changed[value] for value in values]
