"""PostgreSQL through its own C library, for who has a question or two.

`psycopg` takes longer to load than all the rest of `dsnparse check` together; the library that it rests on,
and brings, a tenth of that. What a URL, the environment, a service or a password file say is that library's
matter here as there. Values are sent beside a statement and are never written into it.

Where the library is not found, or a server does not answer at once, the caller has `psycopg` instead.
"""

from __future__ import annotations

import os
import select
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from ctypes import CDLL, POINTER, c_char_p, c_int, c_uint, c_void_p
from functools import cache
from importlib.util import find_spec
from typing import Any

from dsnparse.store.sql.errors import QueryFailed
from dsnparse.store.sql.libpq_values import READERS, as_it_is, encoded, text_of, type_of
from dsnparse.store.sql.rows import STREAMED

#: Seconds for a connection. Somebody who asks for more (`connect_timeout`, several hosts) has `psycopg`.
PATIENCE = 3.0
#: Where the system has the library, by the names of Linux and macOS.
_NAMES = ("libpq.so.5", "libpq.5.dylib")
#: Numbers of libpq-fe.h and postgres_ext.h.
_OK, _BAD, _READING, _WRITING = 0, 1, 1, 2
_COMMAND_OK, _TUPLES_OK = 1, 2
_SQLSTATE = ord("C")
#: All is asked in one transaction, so that nothing of this is left behind for others who share the connection
#: by a pool: times come as ISO 8601 has them, and nothing goes to standard error.
_BEGIN = (
    b"BEGIN READ ONLY; SET LOCAL timezone = 'UTC'; SET LOCAL datestyle = 'ISO'; "
    b"SET LOCAL client_min_messages = 'error'"
)

_FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "PQconnectStartParams": (c_void_p, [POINTER(c_char_p), POINTER(c_char_p), c_int]),
    "PQconnectPoll": (c_int, [c_void_p]),
    "PQstatus": (c_int, [c_void_p]),
    "PQsocket": (c_int, [c_void_p]),
    "PQerrorMessage": (c_char_p, [c_void_p]),
    "PQfinish": (None, [c_void_p]),
    "PQsendQuery": (c_int, [c_void_p, c_char_p]),
    "PQsendQueryParams": (
        c_int,
        [c_void_p, c_char_p, c_int, POINTER(c_uint), POINTER(c_char_p), c_void_p, c_void_p, c_int],
    ),
    "PQconsumeInput": (c_int, [c_void_p]),
    "PQisBusy": (c_int, [c_void_p]),
    "PQgetResult": (c_void_p, [c_void_p]),
    "PQresultStatus": (c_int, [c_void_p]),
    "PQresultErrorMessage": (c_char_p, [c_void_p]),
    "PQresultErrorField": (c_char_p, [c_void_p, c_int]),
    "PQclear": (None, [c_void_p]),
    "PQntuples": (c_int, [c_void_p]),
    "PQnfields": (c_int, [c_void_p]),
    "PQftype": (c_uint, [c_void_p, c_int]),
    "PQgetisnull": (c_int, [c_void_p, c_int, c_int]),
    "PQgetvalue": (c_char_p, [c_void_p, c_int, c_int]),
}


class LibpqRows:
    """Questions through the library; see `connect`."""

    postgresql = True

    def __init__(self, library: Any, connection: int) -> None:
        self._library = library
        self._connection: int | None = connection

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of a statement. Raise QueryFailed."""
        first, *rest = statement.split("?")
        text = first + "".join(f"${number}{part}" for number, part in enumerate(rest, 1))
        count = len(values)
        types = (c_uint * count)(*map(type_of, values))
        texts = (c_char_p * count)(*map(text_of, values))
        sent = self._library.PQsendQueryParams(self._open, encoded(text), count, types, texts, None, None, 0)
        return self._answer(sent)

    def stream(self, statement: str, values: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows, some at a time. Raise QueryFailed."""
        self.rows(f"DECLARE listed NO SCROLL CURSOR FOR {statement}", values)
        while some := self.rows(f"FETCH {STREAMED} FROM listed"):
            yield from some
        self.rows("CLOSE listed")

    @contextmanager
    def together(self) -> Iterator[None]:
        """For SQLite."""
        yield

    def begin(self) -> None:
        """Say that nothing will be written, and how values shall come. Raise QueryFailed."""
        self._answer(self._library.PQsendQuery(self._open, _BEGIN))

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._library.PQfinish(self._connection)
            self._connection = None

    @property
    def _open(self) -> int:
        if self._connection is None:
            raise QueryFailed("the connection is closed")
        return self._connection

    def _answer(self, sent: int) -> list[tuple[Any, ...]]:
        """The rows of the last result. It waits in Python, which hears of Ctrl-C."""
        library, connection = self._library, self._open
        rows: list[tuple[Any, ...]] = []
        failure: QueryFailed | None = None if sent else self._lost()
        while sent:
            while library.PQisBusy(connection):
                select.select([library.PQsocket(connection)], [], [])
                if not library.PQconsumeInput(connection):
                    raise self._lost()
            result = library.PQgetResult(connection)
            if not result:
                break
            try:
                if library.PQresultStatus(result) in (_COMMAND_OK, _TUPLES_OK):
                    rows = self._read(result)
                else:
                    failure = self._failed(result)
            finally:
                library.PQclear(result)
        if failure is not None:
            raise failure
        return rows

    def _read(self, result: int) -> list[tuple[Any, ...]]:
        library = self._library
        columns = range(library.PQnfields(result))
        readers = [READERS.get(library.PQftype(result, column), as_it_is) for column in columns]
        return [
            tuple(
                None
                if library.PQgetisnull(result, row, column)
                else readers[column](library.PQgetvalue(result, row, column).decode())
                for column in columns
            )
            for row in range(library.PQntuples(result))
        ]

    def _failed(self, result: int) -> QueryFailed:
        state = self._library.PQresultErrorField(result, _SQLSTATE)
        return QueryFailed(
            _said(self._library.PQresultErrorMessage(result)), state.decode() if state else None
        )

    def _lost(self) -> QueryFailed:
        return QueryFailed(_said(self._library.PQerrorMessage(self._connection)))


def connect(url: str) -> LibpqRows | None:
    """The database of a `postgresql://` URL, open for reading; None where it is not to be had in this way."""
    library = _library()
    if library is None or "\x00" in url:
        return None
    names = (c_char_p * 3)(b"dbname", b"client_encoding", None)
    values = (c_char_p * 3)(url.encode("utf-8", "surrogateescape"), b"UTF8", None)
    connection = library.PQconnectStartParams(names, values, 1)
    if not connection:
        return None
    rows = LibpqRows(library, connection)
    try:
        if _is_connected(library, connection):
            rows.begin()
            return rows
    except QueryFailed:
        pass
    except BaseException:
        rows.close()
        raise
    rows.close()
    return None


def _is_connected(library: Any, connection: int) -> bool:
    until = time.monotonic() + PATIENCE
    state = _BAD if library.PQstatus(connection) == _BAD else _WRITING
    while state in (_READING, _WRITING) and library.PQsocket(connection) >= 0:
        socket = [library.PQsocket(connection)]
        wanted: tuple[list[int], list[int]] = (socket, []) if state == _READING else ([], socket)
        left = until - time.monotonic()
        if left <= 0 or not any(select.select(*wanted, [], left)):
            return False
        state = library.PQconnectPoll(connection)
    return bool(library.PQstatus(connection) == _OK)


@cache
def _library() -> Any:
    """The library that `psycopg` brings, else the system's; None where there is none."""
    for path in (*_brought(), *_NAMES):
        with suppress(OSError, AttributeError):
            library = CDLL(path)
            for name, (result, arguments) in _FUNCTIONS.items():
                function = getattr(library, name)
                function.restype, function.argtypes = result, arguments
            return library
    return None


def _brought() -> Iterator[str]:
    spec = find_spec("psycopg_binary")
    if spec is None or spec.origin is None:
        return
    package = os.path.dirname(spec.origin)  # noqa: PTH120  (pathlib takes as long to load as this saves)
    for folder in (f"{package}.libs", f"{package}/.dylibs"):
        with suppress(OSError):
            names = os.listdir(folder)  # noqa: PTH208
            yield from (f"{folder}/{name}" for name in names if name.startswith(("libpq-", "libpq.")))


def _said(message: bytes | None) -> str:
    text = " ".join((message or b"").decode("utf-8", "replace").split())
    return text.removeprefix("ERROR: ").removeprefix("FATAL: ")
