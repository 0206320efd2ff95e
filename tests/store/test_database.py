"""Opening: URLs, versions, other people's databases, and what is said when it does not work."""

from __future__ import annotations

import gc
import sqlite3
import threading
import warnings
from multiprocessing import get_context
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect, text, update

from dsnparse.store import AddressIdentity, Policy, Store, StoreError, StoreUnavailable
from dsnparse.store.sql import database as database_module
from dsnparse.store.sql import engine as engine_module
from dsnparse.store.sql.database import Database
from dsnparse.store.sql.migrations import MIGRATIONS, Migration, upgrade
from dsnparse.store.sql.schema import meta, metadata

from .reports import NOW, bounce

KEY = b"a key of enough bytes"


def test_a_path_and_a_url_name_the_same_file(tmp_path: Path) -> None:
    file = tmp_path / "b.db"
    with Store.open(str(file)) as store:
        store.add([bounce("1")], now=NOW)
    with Store.open(f"sqlite:///{file}") as store:
        assert not store.check("jane@example.com", now=NOW)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("mysql://root@localhost/x", "mysql is not supported"),
        ("sqlite://user@host:port/x", "cannot be read"),
        ("/no/such/directory/b.db", "There is no directory /no/such/directory"),
        ("/tmp", "is a directory"),
    ],
)
def test_a_wrong_name_is_explained(url: str, sentence: str) -> None:
    with pytest.raises(StoreError, match=sentence) as problem:
        Store.open(url)
    assert not isinstance(problem.value, StoreUnavailable)


def test_a_missing_file_is_not_made_by_a_question(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="There is no database"):
        Store.open(str(tmp_path / "b.db"), create=False)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "b.db").write_text("From MAILER-DAEMON\n" * 99)
    with pytest.raises(StoreError, match="not a database"):
        Store.open(str(tmp_path / "b.db"))


def test_a_server_that_is_away_is_said_to_be_away_and_its_password_is_not_shown() -> None:
    with pytest.raises(StoreUnavailable, match="cannot be used now") as problem:
        Store.open("postgresql://jane:s3cret@127.0.0.1:1/x")
    assert "s3cret" not in str(problem.value)


def test_a_locked_file_is_unavailable_and_works_again_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (database_module, engine_module):
        monkeypatch.setattr(module, "SQLITE_WAIT", 0.05)
    with Store.open(str(tmp_path / "b.db")) as store:
        other = sqlite3.connect(tmp_path / "b.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="locked"):
            store.add([bounce("1")], now=NOW)
        with Store.open(str(tmp_path / "b.db"), create=False) as asking:
            assert asking.check("jane@example.com", now=NOW), "reading goes on"
        other.execute("ROLLBACK")
        other.close()
        assert store.add([bounce("1")], now=NOW).added == 1


def test_the_migrations_make_the_tables_that_the_code_uses(url: str) -> None:
    database = Database(url)
    with database.read() as connection:
        made = inspect(connection)
        tables = {name for name in made.get_table_names() if not name.startswith("sqlite_")}
        assert tables == set(metadata.tables)
        for table in metadata.sorted_tables:
            columns = {column["name"]: column["nullable"] for column in made.get_columns(table.name)}
            keys = set(made.get_pk_constraint(table.name)["constrained_columns"])
            expected = {column.name: bool(column.nullable) for column in table.columns}
            for name in keys:
                columns[name] = expected[name] = False
            assert columns == expected, table.name
            assert keys == {column.name for column in table.primary_key}
    database.close()


NEXT = Migration("a test's own", "ALTER TABLE messages ADD COLUMN colour TEXT; CREATE TABLE paint (n {big});")


def test_an_older_database_is_brought_up_to_date_and_keeps_its_rows(url: str) -> None:
    with Store.open(url) as store:
        store.add([bounce("1")], now=NOW)
        assert store.database.write(lambda connection: upgrade(connection, (*MIGRATIONS, NEXT))) == 1
        with store.database.read() as connection:
            assert connection.execute(text("SELECT colour FROM messages")).all() == [(None,)]
            assert connection.execute(text("SELECT n FROM paint")).all() == []
        assert store.database.write(lambda connection: upgrade(connection, (*MIGRATIONS, NEXT))) == 0


OLD = 3


def test_a_list_of_before_it_had_rows_of_its_own_keeps_who_and_why(url: str) -> None:
    database = Database(url)
    database.write(_down_to_old)
    database.write(_fill_old)
    database.close()
    with Store.open(url) as store:
        found = {one.address: (one.reason, one.by, one.note) for one in store.suppressions(now=NOW)}
        assert found == {
            "ann@example.com": ("manual", "Kim", "phone"),
            "bob@example.com": ("user_unknown", "policy", ""),
            "eve@example.com": ("hard_bounce", "policy", ""),
        }
        assert [one.source for one in store.history("ann@example.com")] == ["manual by Kim"]
        with store.database.read() as connection:
            view = connection.execute(
                text("SELECT by_whom, note FROM suppressions ORDER BY address_id")
            ).all()
            assert view == [("Kim", "phone"), ("policy", ""), ("policy", "")]
            assert len(connection.execute(text("SELECT * FROM changes")).all()) == 1
        assert store.lift(["ann@example.com"], now=NOW) == ["ann@example.com"]
        assert store.check("ann@example.com", now=NOW)
    with Store.open(url) as store:
        assert len(list(store.suppressions(now=NOW))) == 2


def _down_to_old(connection: Connection) -> None:
    for statement in (
        "DROP VIEW suppressions",
        "DROP VIEW changes",
        *(f"DROP TABLE {name}" for name in ("outbox", "journal", "records", "messages", "addresses")),
        *(f"DROP TABLE {name}" for name in ("alerts", "positions", "meta", "raw_messages")),
    ):
        connection.execute(text(statement))
    upgrade(connection, MIGRATIONS[:OLD])


def _fill_old(connection: Connection) -> None:
    at = "2025-01-01T12:00:00.000000+00:00"
    for number, (name, reason, by, note) in enumerate(
        [
            ("ann", "manual", "Kim", "phone"),
            ("bob", "user_unknown", "policy", ""),
            ("eve", "hard_bounce", "", ""),
            ("joe", "", "", ""),
        ],
        1,
    ):
        address, status = f"{name}@example.com", "suppressed" if reason else "active"
        connection.execute(
            text(
                "INSERT INTO addresses (id, key, address, domain, status, reason, since, source, past)"
                f" VALUES ({number}, '{address}', '{address}', 'example.com', '{status}', '{reason}',"
                f" {repr(at) if reason else 'NULL'}, 'manual', '')"
            )
        )
        if reason:
            connection.execute(
                text(
                    "INSERT INTO suppressions (address_id, reason, since, source, by_whom, note)"
                    f" VALUES ({number}, '{reason}', '{at}', 'manual', '{by}', '{note}')"
                )
            )
    columns = (
        'id, key, event, address_id, written_at, happened_at, "before", "after", reason, source, by_whom'
    )
    values = f"1, 'k', 'x', 1, '{at}', '{at}', 'active', 'suppressed', 'manual', 'manual', 'Kim'"
    connection.execute(text(f"INSERT INTO journal ({columns}) VALUES ({values})"))
    # What has a number of its own in PostgreSQL goes on behind it.
    if connection.dialect.name == "postgresql":
        for table in ("addresses", "journal"):
            connection.execute(text(f"ALTER TABLE {table} ALTER COLUMN id RESTART WITH 10"))


def test_a_newer_database_is_refused_with_a_sentence(url: str) -> None:
    with Store.open(url) as store:
        store.database.write(lambda connection: upgrade(connection, (*MIGRATIONS, NEXT)))
    number = len(MIGRATIONS)
    with pytest.raises(
        StoreError, match=f"schema version {number + 1}; this dsnparse knows versions up to {number}"
    ):
        Store.open(url)


def test_a_database_that_is_refused_is_not_left_open(url: str) -> None:
    with Store.open(url) as store:
        store.database.write(lambda connection: upgrade(connection, (*MIGRATIONS, NEXT)))
    gc.collect()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        with pytest.raises(StoreError):
            Store.open(url)
        gc.collect()
    assert [str(one.message) for one in told] == []


def test_a_migration_that_fails_leaves_the_old_version(url: str) -> None:
    broken = Migration("broken", "CREATE TABLE half (n {big}); CREATE TABLE half (n {big});")
    with Store.open(url) as store:
        with pytest.raises(StoreError, match="already exists"):
            store.database.write(lambda connection: upgrade(connection, (*MIGRATIONS, broken)))
        with store.database.read() as connection:
            assert not inspect(connection).has_table("half")
    with Store.open(url) as store:
        assert store.add([bounce("1")], now=NOW).added == 1


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    for name, statement in (("a", "CREATE TABLE messages (x)"), ("b", "CREATE TABLE meta (name, value)")):
        with sqlite3.connect(tmp_path / name) as other:
            other.execute(statement)
        with pytest.raises(StoreError, match="dsnparse"):
            Store.open(str(tmp_path / name))


def _open_and_add(url: str, number: int) -> int:
    with Store.open(url) as store:
        return store.add([bounce(str(number))], now=NOW).added


def test_many_workers_can_make_the_database_at_the_same_moment(url: str) -> None:
    with get_context("spawn").Pool(4) as pool:
        assert pool.starmap(_open_and_add, [(url, number) for number in range(4)]) == [1, 1, 1, 1]


def test_one_store_serves_several_threads(store: Store) -> None:
    problems: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for index in range(5):
                store.add([bounce(f"{number}-{index}", f"{number}@example.com")], now=NOW)
                assert not store.check(f"{number}@example.com", now=NOW)
        except BaseException as problem:  # noqa: BLE001
            problems.append(problem)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert store.stats("kind")[0].count == 20


@pytest.mark.parametrize(
    ("first", "second", "sentence"),
    [
        ({}, {"hash_key": KEY}, "holds addresses as they are"),
        ({"hash_key": KEY}, {}, "holds hashed addresses"),
        ({"hash_key": KEY}, {"hash_key": KEY + b"2"}, "another key"),
        ({}, {"policy": Policy.from_toml("[addresses]\nplus_tags = true")}, "tells addresses apart"),
    ],
)
def test_a_database_is_not_mixed_up(
    url: str, first: dict[str, Policy], second: dict[str, Policy], sentence: str
) -> None:
    Store.open(url, **first).close()  # type: ignore[arg-type]
    with pytest.raises(StoreError, match=sentence):
        Store.open(url, **second)  # type: ignore[arg-type]
    Store.open(url, **first).close()  # type: ignore[arg-type]


def test_what_to_write_for_an_old_database_is_told_and_does(url: str) -> None:
    """One of a version that told `Jane@` from `jane@` has no word of that in what it notes."""
    Store.open(url).close()
    database = Database(url)
    note = '{"plus_tags": false, "provider_dots": false, "fold_domains": []}'
    database.write(
        lambda connection: connection.execute(
            update(meta).where(meta.c.name == "addresses").values(value=note)
        )
    )
    database.close()
    with pytest.raises(StoreError) as refused:
        Store.open(url)
    line = "ignore_case = false"
    assert "write into the policy (the file of --policy; make one if there is none)" in str(refused.value)
    assert f"below a line [addresses]: {line}. Or start a new database" in str(refused.value)
    Store.open(url, policy=Policy.from_toml(f"[addresses]\n{line}")).close()


def test_the_policy_says_which_spellings_are_one_address(url: str) -> None:
    policy = Policy.from_toml("[addresses]\nplus_tags = true\nprovider_dots = true")
    assert policy.addresses == AddressIdentity(plus_tags=True, provider_dots=True)
    with Store.open(url, policy=policy) as store:
        store.add([bounce("1", "j.ane+news@googlemail.com")], now=NOW)
        assert not store.check("Jane@gmail.com", now=NOW)


def test_the_core_needs_no_database_library() -> None:
    script = (
        "import sys, dsnparse, dsnparse.store, dsnparse.store.policy.policy, dsnparse.wire.identity\n"
        "dsnparse.store.Policy.default(); dsnparse.store.message_identity(b''); dsnparse.store.Seen\n"
        "sys.exit('sqlalchemy' in sys.modules)"
    )
    import subprocess
    import sys

    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
