"""The few places where SQLite and PostgreSQL are spoken to differently."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Table

T = TypeVar("T")

#: Values in one IN list. SQLite takes 32,766 variables, older ones 999.
IN_ONE_LIST = 500


def insert(connection: Connection, table: Table) -> Any:
    """An INSERT that knows ON CONFLICT. Each dialect takes its time to load: only the one in use is."""
    if connection.dialect.name == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as insert_into_postgresql

        return insert_into_postgresql(table)
    from sqlalchemy.dialects.sqlite import insert as insert_into_sqlite

    return insert_into_sqlite(table)


def chunks(values: Sequence[T], size: int = IN_ONE_LIST) -> Iterator[Sequence[T]]:
    """The values in pieces that fit one statement."""
    for start in range(0, len(values), size):
        yield values[start : start + size]
