"""Questions as plain SQL, put through SQLAlchemy or straight to the driver, with the same answers.

A statement has "?" for each value, and no other question mark nor "%".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Protocol

from dsnparse.store.sql.values import dump_json

if TYPE_CHECKING:
    from sqlalchemy import Connection


#: Rows of a stream that are held at a time.
STREAMED = 1_000


class Rows(Protocol):
    """What questions are put to."""

    #: Whether it is PostgreSQL; else SQLite.
    postgresql: bool

    def rows(self, statement: str, values: Sequence[Any] = ()) -> Sequence[Sequence[Any]]:
        """The rows of a statement, with the values as the driver has them: see `read_time`, `read_json`."""
        ...

    def stream(self, statement: str, values: Sequence[Any] = ()) -> Iterator[Sequence[Any]]:
        """The same, some at a time, for statements with a great many."""
        ...


class EngineRows:
    """Questions through a connection of SQLAlchemy's."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.postgresql = connection.dialect.name == "postgresql"

    def rows(self, statement: str, values: Sequence[Any] = ()) -> Sequence[Sequence[Any]]:
        """The rows of a statement."""
        text = for_driver(statement, postgresql=self.postgresql)
        return self._connection.exec_driver_sql(text, tuple(values)).all()

    def stream(self, statement: str, values: Sequence[Any] = ()) -> Iterator[Sequence[Any]]:
        """The rows, some at a time."""
        text = for_driver(statement, postgresql=self.postgresql)
        yield from self._connection.exec_driver_sql(
            text, tuple(values), execution_options={"yield_per": STREAMED}
        )


def for_driver(statement: str, *, postgresql: bool) -> str:
    """The statement with the driver's own mark for values."""
    return statement.replace("?", "%s") if postgresql else statement


def one_of(column: str, values: Iterable[str], *, postgresql: bool) -> tuple[str, list[Any]]:
    """The condition that a column has one of these values, and the values to give for it."""
    given = list(values)
    if postgresql:
        return f"{column} = ANY(?)", [given]
    # Statements of few lengths: SQLite's driver keeps a statement that it has met ready.
    given += given[-1:] * ((1 << (len(given) - 1).bit_length()) - len(given)) if given else []
    return f"{column} IN ({', '.join('?' * len(given))})", given


def time_value(time: datetime, *, postgresql: bool) -> Any:
    """A time as a value for a statement."""
    return time if postgresql else _text_of(time.astimezone(UTC))


@lru_cache(maxsize=1024)
def _text_of(time: datetime) -> str:
    # One time stands in several rows.
    return time.isoformat(timespec="microseconds")


def json_value(value: Any) -> str | None:
    """What a column of JSON has as a value for a statement; none where there is nothing to say."""
    return dump_json(value) if value else None


def read_time(value: Any) -> datetime | None:
    """A time as a driver gives it, in UTC."""
    if value is None:
        return None
    return datetime.fromisoformat(value) if isinstance(value, str) else value.astimezone(UTC)


def read_json(value: Any) -> Any:
    """A column of JSON as a driver gives it: SQLite's as text, PostgreSQL's read already."""
    return json.loads(value) if isinstance(value, str) else value
