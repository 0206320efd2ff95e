"""Rows that are written many at once come back as SQLAlchemy reads them."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import Connection, Table, insert, select

from dsnparse.model import BounceRecord, Report
from dsnparse.store import Store
from dsnparse.store.changes.report_rows import MESSAGE_COLUMNS, RECORD_COLUMNS
from dsnparse.store.sql.bulk import insert_values, update_values
from dsnparse.store.sql.rows import json_value, time_value
from dsnparse.store.sql.schema import addresses, journal, messages, positions, records

from .reports import NOW

_EAST = datetime(2025, 3, 1, 12, 30, 15, 123_456, tzinfo=timezone(timedelta(hours=5, minutes=30)))
_VALUES: dict[str, list[Any]] = {
    "UtcTime": [NOW, _EAST, datetime(1990, 1, 1, tzinfo=UTC), None],
    "JSON": [{"a": "é\U0001f4a9", "b": [1, None, 0.1]}, [1], {"b": "text"}, None],
    "Text": ["", "'; DROP TABLE meta; --%s?", "é\U0001f4a9\n", None],
    "Float": [0.0, 0.1, 1.0, 0.95],
    "Integer": [0, 1, 550, None],
}


def rows_of(table: Table) -> list[dict[str, Any]]:
    """Rows with every value of each type."""
    rows = []
    for number in range(4):
        row: dict[str, Any] = {}
        for column in table.columns:
            values = _VALUES.get(type(column.type).__name__, _VALUES["Integer"])
            value = values[number]
            row[column.name] = values[number - 1] if value is None and not column.nullable else value
            if column.unique or column.primary_key:
                row[column.name] = number + 1 if column.name in ("id", "address_id") else f"key {number}"
            elif column.name in ("address_id", "mailed_id", "message_id"):
                row[column.name] = 1 if not column.nullable else None
        rows.append(row)
    return rows


def values_of(connection: Connection, rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    """The same as the driver takes them."""

    def value(one: Any) -> Any:
        if isinstance(one, datetime):
            return time_value(one, postgresql=connection.dialect.name == "postgresql")
        return json_value(one) if isinstance(one, (dict, list)) else one

    return [tuple(map(value, row.values())) for row in rows]


def write_rows(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    insert_values(connection, table, tuple(rows[0]), values_of(connection, rows))


def all_of(connection: Connection, table: Table) -> list[Any]:
    return list(connection.execute(select(table).order_by(table.primary_key.columns[0])))


@pytest.mark.parametrize(
    "table", [messages, addresses, records, journal, positions], ids=lambda table: table.name
)
def test_rows_are_those_that_sqlalchemy_would_have_written(store: Store, table: Table) -> None:
    rows = rows_of(table)

    def write(connection: Connection) -> None:
        if table is records:
            write_rows(connection, messages, rows_of(messages))
        write_rows(connection, table, rows)
        found = all_of(connection, table)
        connection.execute(table.delete())
        connection.execute(insert(table), rows)
        assert found == all_of(connection, table)

    store.database.write(write)


@pytest.mark.parametrize(
    ("table", "columns", "model"),
    [(messages, MESSAGE_COLUMNS, Report), (records, RECORD_COLUMNS, BounceRecord)],
    ids=["messages", "records"],
)
def test_each_field_that_has_a_column_is_written_into_it(
    table: Table, columns: tuple[str, ...], model: type[Report | BounceRecord]
) -> None:
    names = {field.name for field in fields(model)}
    assert [name for name in columns if name in names and name not in ("original", "authenticity")] == [
        column.name for column in table.columns if column.name in names - {"original", "authenticity"}
    ]


def test_rows_are_changed_by_their_key(store: Store) -> None:
    rows = rows_of(addresses)
    changed = [{"since": _EAST, "detail": {"n": row["id"]}, "id": row["id"]} for row in rows[:3]]

    def write(connection: Connection) -> list[Any]:
        write_rows(connection, addresses, rows)
        update_values(connection, addresses, tuple(changed[0]), values_of(connection, changed))
        update_values(connection, addresses, tuple(changed[0]), [])
        return [(row.id, row.since, row.detail, row.key) for row in all_of(connection, addresses)]

    found = store.database.write(write)
    expected = [(n, _EAST, {"n": n}, f"key {n - 1}") for n in (1, 2, 3)]
    assert found == [*expected, (4, rows[3]["since"], rows[3]["detail"], "key 3")]
