"""Values as PostgreSQL's own library sends and gives them: as text, with the number of their type."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from dsnparse.store.sql.errors import QueryFailed

#: The types of values that are sent, by their numbers in pg_type.dat; 0: as the statement has it.
_SENT = {bool: 16, int: 20, float: 701, datetime: 1184}
_LISTS = {int: 1016, str: 1009}


def type_of(value: Any) -> int:
    """The number of the type that a value is sent with."""
    if isinstance(value, (list, tuple)):
        return _LISTS[type(value[0]) if value else str]
    return _SENT.get(type(value), 0)


def text_of(value: Any) -> bytes | None:
    """A value as it is sent; None for NULL. Raise QueryFailed for a text that no database takes."""
    if value is None:
        return None
    if isinstance(value, datetime):
        value = value.isoformat()
    elif isinstance(value, (list, tuple)):
        value = f"{{{','.join(map(_quoted, value))}}}"
    return encoded(str(value))


def _quoted(value: Any) -> str:
    """An element of an array: https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO"""
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def encoded(text: str) -> bytes:
    """A text as it is sent. Raise QueryFailed."""
    if "\x00" in text:  # it would end the text there
        raise QueryFailed("a text with a NUL cannot be asked for", "22021")
    try:
        return text.encode()
    except UnicodeEncodeError as problem:
        raise QueryFailed(
            f"a text that is no Unicode cannot be asked for ({problem.reason})", "22021"
        ) from None


def as_it_is(text: str) -> str:
    """What `READERS` does not know."""
    return text


def _number(text: str) -> Any:
    from decimal import Decimal

    return Decimal(text)


#: By the number of a type in pg_type.dat, what reads a value of it.
READERS: dict[int, Callable[[str], Any]] = {
    16: "t".__eq__,
    **dict.fromkeys((20, 21, 23, 26), int),
    **dict.fromkeys((700, 701), float),
    1700: _number,
    17: lambda text: bytes.fromhex(text.removeprefix("\\x")),
    1184: datetime.fromisoformat,
    **dict.fromkeys((114, 3802), json.loads),
}
