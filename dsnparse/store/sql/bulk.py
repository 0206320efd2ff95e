"""Many rows at once, straight to the driver: SQLAlchemy looks at each value of each row.

PostgreSQL takes them by COPY, which costs it and us a tenth of as many INSERTs. COPY knows no ON CONFLICT, so
where another transaction may add the same key meanwhile there is a savepoint before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table

from dsnparse.store.sql.dialect import chunks
from dsnparse.store.sql.rows import EngineRows, for_driver, one_of

Values = tuple[Any, ...]


def insert_values(
    connection: Connection, table: Table, names: tuple[str, ...], values: Sequence[Values]
) -> None:
    """Insert rows by their columns, with values as the driver takes them: see `time_value`, `json_value`."""
    if not values:
        return
    columns = ", ".join(f'"{name}"' for name in names)
    if connection.dialect.name != "postgresql":
        marks = ", ".join("?" * len(names))
        connection.exec_driver_sql(
            f'INSERT INTO "{table.name}" ({columns}) VALUES ({marks})',  # noqa: S608
            list(values),
        )
        return
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy:
        for row in values:
            copy.write_row(row)


def next_ids(connection: Connection, table: Table, number: int) -> list[int]:
    """Numbers for so many new rows, growing. In SQLite they are ours as long as the transaction writes."""
    if connection.dialect.name == "postgresql":
        statement = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
        return [row[0] for row in connection.exec_driver_sql(statement, (table.name, number))]
    last = connection.exec_driver_sql(f'SELECT max(id) FROM "{table.name}"').scalar() or 0  # noqa: S608
    return list(range(last + 1, last + 1 + number))


def insert_new(
    connection: Connection, table: Table, names: tuple[str, ...], values: Sequence[Values], *, key: str
) -> dict[str, int]:
    """Insert those rows, as for `insert_values`, whose `key` is not there yet: their numbers by their keys.

    No key stands there twice.
    """
    place = names.index(key)
    there = known_keys(connection, table, key, [row[place] for row in values])
    values = [row for row in values if row[place] not in there]
    if not values:
        return {}
    numbered = [
        (number, *row) for number, row in zip(next_ids(connection, table, len(values)), values, strict=True)
    ]
    if connection.dialect.name != "postgresql":
        insert_values(connection, table, ("id", *names), numbered)
        return {row[place + 1]: row[0] for row in numbered}
    from psycopg.errors import UniqueViolation

    try:
        with connection.begin_nested():
            insert_values(connection, table, ("id", *names), numbered)
    except UniqueViolation:  # of another transaction, which came in between
        return _insert_each(connection, table, names, values, key)
    return {row[place + 1]: row[0] for row in numbered}


def _insert_each(
    connection: Connection, table: Table, names: tuple[str, ...], values: Sequence[Values], key: str
) -> dict[str, int]:
    columns = ", ".join(f'"{name}"' for name in names)
    statement = (
        f'INSERT INTO "{table.name}" ({columns}) VALUES ({", ".join("?" * len(names))}) '  # noqa: S608
        f'ON CONFLICT DO NOTHING RETURNING "{key}", id'
    )
    ask = EngineRows(connection)
    return {found: number for row in values for found, number in ask.rows(statement, row)}


def known_keys(connection: Connection, table: Table, key: str, values: Iterable[str]) -> set[str]:
    """Those of some values that a column has."""
    ask, found = EngineRows(connection), set[str]()
    for some in chunks(list(values)):
        condition, given = one_of(f'"{key}"', some, postgresql=ask.postgresql)
        statement = f'SELECT "{key}" FROM "{table.name}" WHERE {condition}'  # noqa: S608
        found.update(row[0] for row in ask.rows(statement, given))
    return found


def update_values(
    connection: Connection, table: Table, names: tuple[str, ...], values: Sequence[Values]
) -> None:
    """Update rows in the same way, each found by the last of its columns."""
    if values:
        postgresql = connection.dialect.name == "postgresql"
        connection.exec_driver_sql(_update(table, names, postgresql), list(values))


@cache
def _update(table: Table, names: tuple[str, ...], postgresql: bool) -> str:
    *changed, key = names
    changes = ", ".join(f'"{name}" = ?' for name in changed)
    text = f'UPDATE "{table.name}" SET {changes} WHERE "{key}" = ?'  # noqa: S608
    return for_driver(text, postgresql=postgresql)
