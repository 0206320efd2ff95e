"""PostgreSQL's own library answers as `psycopg` does, and values never become part of a statement."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import psycopg
import pytest

from dsnparse.store import Store, StoreError, StoreUnavailable
from dsnparse.store.address.privacy import Privacy
from dsnparse.store.policy.policy import Policy
from dsnparse.store.policy.terms import Terms
from dsnparse.store.reader import Reader
from dsnparse.store.sql import libpq
from dsnparse.store.sql.driver import DriverRows, open_driver
from dsnparse.store.sql.errors import QueryFailed, is_temporary
from dsnparse.store.sql.libpq import LibpqRows, connect

_TERMS = Terms(Policy.default(), Privacy(None))


@pytest.fixture
def plain(postgres: str) -> str:
    """The URL as the library knows it."""
    return postgres.replace("+psycopg", "")


@pytest.fixture
def rows(plain: str) -> Iterator[LibpqRows]:
    found = connect(plain)
    assert found is not None
    yield found
    found.close()


def test_few_questions_go_through_the_library_and_many_through_psycopg(postgres: str) -> None:
    for few, kind in ((True, LibpqRows), (False, DriverRows)):
        found = open_driver(postgres, few=few)
        assert type(found) is kind
        found.close()


@pytest.mark.parametrize(
    "expression",
    [
        "1::smallint", "-2::int", "9223372036854775807::bigint", "true", "false", "1.5::float8",
        "sum(n) FROM (VALUES (1::bigint), (2)) AS t(n)", "12.50::numeric", "'größer\U0001f600'::text", "''",
        "NULL", "NULL::timestamptz", "'2026-11-26 09:31:35.335+01'::timestamptz",
        "'2026-06-01 00:00:00+00'::timestamptz", "'1969-12-31 23:59:59.999999+00'::timestamptz",
        """'{"a": [1, null, "ü"]}'::jsonb""", "'[]'::json", r"'\xdeadbeef'::bytea",
    ],
)  # fmt: skip
def test_a_value_comes_as_psycopg_has_it(rows: LibpqRows, plain: str, expression: str) -> None:
    with psycopg.connect(plain) as connection:
        wanted = connection.execute(f"SELECT {expression}".encode()).fetchall()
    found = rows.rows(f"SELECT {expression}")
    assert found == wanted
    assert [type(value) for row in found for value in row] == [type(value) for row in wanted for value in row]


@pytest.mark.parametrize(
    "value",
    [
        "'; DROP TABLE meta; --", "\\'", '"', "{a,b}", "%s $1", "\n\t", "größer\U0001f600", "", "NULL",
        "x" * 100_000, 7, -(2**40), True, 2.5, None,
        datetime(2026, 11, 26, 9, 31, 35, 335_001, UTC),
        datetime(2026, 11, 26, 9, 31, 35, tzinfo=timezone(timedelta(hours=-3, minutes=-30))),
    ],
)  # fmt: skip
def test_a_value_that_is_sent_comes_back(rows: LibpqRows, value: Any) -> None:
    kind = {str: "text", int: "bigint", bool: "boolean", float: "float8", datetime: "timestamptz"}
    assert rows.rows(f"SELECT ?::{kind.get(type(value), 'text')}", [value]) == [(value,)]


@pytest.mark.parametrize("values", [["a"], ["a,b", '"', "\\", "{}", "'", "NULL", "", "ü"], [1, 2], []])
def test_each_element_of_a_list_is_found(rows: LibpqRows, values: list[Any]) -> None:
    kind = "bigint" if values and isinstance(values[0], int) else "text"
    found = rows.rows(f"SELECT one FROM unnest(?::{kind}[]) AS one WHERE one = ANY(?)", [values, values])
    assert [one for (one,) in found] == values


@pytest.mark.parametrize("text", ["a\x00b", "\ud800"])
def test_what_is_no_text_of_the_database_is_refused(rows: LibpqRows, text: str) -> None:
    for given in (text, [text]):
        with pytest.raises(QueryFailed) as failed:
            rows.rows("SELECT ?::text", [given])
        assert not is_temporary(failed.value)


def test_many_rows_come_some_at_a_time(rows: LibpqRows) -> None:
    statement = "SELECT n FROM generate_series(1, ?) AS n"
    for _ in range(2):
        assert [number for (number,) in rows.stream(statement, [2_500])] == list(range(1, 2_501))


def test_a_mistake_is_told_with_its_state(rows: LibpqRows) -> None:
    with pytest.raises(QueryFailed, match='relation "nowhere" does not exist') as failed:
        rows.rows("SELECT 1 FROM nowhere")
    assert failed.value.sqlstate == "42P01"
    assert not is_temporary(failed.value)


@pytest.mark.parametrize("few", [True, False], ids=["libpq", "psycopg"])
def test_nothing_is_written_and_nothing_of_ours_is_left_for_who_has_the_connection_next(
    plain: str, few: bool
) -> None:
    rows = open_driver(plain, few=few)
    assert isinstance(rows, LibpqRows if few else DriverRows)
    with closing(rows):
        assert rows.rows("SHOW default_transaction_read_only") == [("off",)]
        assert rows.rows("SHOW transaction_read_only") == [("on",)]
        assert list(rows.stream("SELECT current_setting('transaction_read_only')")) == [("on",)]
        with pytest.raises((QueryFailed, psycopg.Error), match="read-only transaction"):
            rows.rows("CREATE TABLE something (n INTEGER)")


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_connection_that_is_cut_can_be_tried_again(url: str, postgres: str) -> None:
    Store.open(url).close()
    reader = Reader.open(url, _TERMS, few=True)
    assert reader is not None
    with psycopg.connect(postgres.replace("+psycopg", ""), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state LIKE 'idle in %'")
    with reader, pytest.raises(StoreUnavailable, match="The database cannot be used now"):
        reader.check("jane@example.com")
    with pytest.raises(StoreError):
        reader.check("jane@example.com")


@pytest.mark.parametrize("address", ["127.0.0.1:1", "[::1]:1", "no.such.host.invalid"])
def test_a_server_that_is_not_there_is_left_to_psycopg(address: str) -> None:
    assert connect(f"postgresql://x@{address}/x") is None


@pytest.mark.parametrize("url", ["postgresql://x@h/x?nonsense=1", "postgresql://[", "postgresql://a\x00b/x"])
def test_a_url_that_is_wrong_is_left_to_psycopg(url: str) -> None:
    assert connect(url) is None


def test_a_server_that_says_nothing_is_left_to_psycopg(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libpq, "PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        started = time.monotonic()
        assert connect(f"postgresql://x@127.0.0.1:{server.getsockname()[1]}/x") is None
        assert time.monotonic() - started >= 0.2


def test_where_there_is_no_library_psycopg_is_asked(monkeypatch: pytest.MonkeyPatch, postgres: str) -> None:
    monkeypatch.setattr(libpq, "_library", lambda: None)
    found = open_driver(postgres, few=True)
    assert type(found) is DriverRows
    found.close()


def test_a_service_and_the_environment_say_where_the_database_is(
    plain: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = plain.rpartition("host=")[2]
    services = tmp_path / "services.conf"
    services.write_text(f"[bounces]\nhost={host}\nuser=dsnparse\ndbname=postgres\n")
    monkeypatch.setenv("PGSERVICEFILE", str(services))
    found = connect("postgresql://?service=bounces")
    assert found is not None
    found.close()
    for name, value in (("PGHOST", host), ("PGUSER", "dsnparse"), ("PGDATABASE", "postgres")):
        monkeypatch.setenv(name, value)
    found = connect("postgresql://")
    assert found is not None
    found.close()


def test_a_server_without_tls_is_refused_where_it_is_wanted(plain: str) -> None:
    found = connect(f"{plain}&sslmode=require")  # on a socket of the machine, TLS is never asked for
    assert found is not None
    found.close()
    with socket.create_server(("127.0.0.1", 0)) as server:
        child = os.fork()
        if child == 0:
            taken = server.accept()[0]
            taken.recv(8)
            taken.sendall(b"N")
            os._exit(0)
        assert connect(f"postgresql://x@127.0.0.1:{server.getsockname()[1]}/x?sslmode=require") is None
        os.waitpid(child, 0)


@pytest.mark.parametrize(
    "words", [("check", "jane@example.com"), ("stats",), ("history", "jane@example.com")]
)
@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_question_loads_no_driver(url: str, words: tuple[str, ...]) -> None:
    Store.open(url).close()
    program = (
        "import sys; from dsnparse.cli import main; main(sys.argv[1:]); "
        "print({'psycopg', 'sqlite3', 'sqlalchemy'} & set(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *words, "--db", url], capture_output=True, text=True, check=True
    )
    assert done.stderr.endswith("set()\n")
