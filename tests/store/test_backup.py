"""A backup of a database in use, and what is restored from it: with SQLite and with PostgreSQL."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import subprocess
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import select

from dsnparse.cli import main
from dsnparse.store import Store
from dsnparse.store.sql.schema import addresses, messages, records

from .postgres import INSTALL, find_binaries
from .reports import NOW, bounce

MANY = 300


def fill(store: Store, first: int, last: int) -> None:
    for number in range(first, last):
        store.add([bounce(f"m{number}", f"user{number % 50}@example.com")], now=NOW)


def content(store: Store) -> dict[str, list[Any]]:
    """What the database says, without numbers, which a second run may give otherwise."""
    hidden = {"id", "message_id", "address_id", "mailed_id"}
    with store.database.read() as connection:
        return {
            table.name: sorted(
                map(repr, connection.execute(select(*(c for c in table.c if c.name not in hidden))))
            )
            for table in (messages, records, addresses)
        }


@pytest.fixture
def db(tmp_path: Path) -> Path:
    path = tmp_path / "bounces.db"
    with Store.open(str(path)) as store:
        fill(store, 0, 20)
    return path


def test_a_copy_that_is_made_while_workers_write_is_whole(db: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copies/day.db"
    copy.parent.mkdir()
    with Store.open(str(db)) as store:
        worker = threading.Thread(target=fill, args=(store, 20, MANY))
        worker.start()
        for _ in range(3):
            assert main(["backup", str(copy), "--db", str(db)]) == 0
        worker.join()
    assert [path.name for path in copy.parent.iterdir()] == ["day.db"]
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with Store.open(str(copy)) as found:
        number = len(content(found)["messages"])
        assert 20 <= number <= MANY
        assert len(content(found)["records"]) == number


def test_restored_and_given_the_same_mail_again_the_end_is_the_same(db: Path, tmp_path: Path) -> None:
    copy = tmp_path / "day.db"
    assert main(["backup", str(copy), "--db", str(db)]) == 0
    with Store.open(str(db)) as store:
        fill(store, 20, 60)
        wanted = content(store)
    db.write_bytes(b"damaged")
    # As docs/runbook.md says.
    db.rename(tmp_path / "bounces.damaged")
    for name in ("bounces.db-wal", "bounces.db-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    shutil.move(copy, db)
    assert main(["status", "--db", str(db)]) == 0
    with Store.open(str(db)) as store:
        assert len(content(store)["messages"]) == 20
        fill(store, 0, 60)
        assert content(store) == wanted


def test_what_only_the_log_beside_the_file_holds_is_in_the_copy(db: Path, tmp_path: Path) -> None:
    with Store.open(str(db)) as store:
        fill(store, 20, 30)
        assert (tmp_path / "bounces.db-wal").stat().st_size > 0
        assert main(["backup", str(tmp_path / "copy.db"), "--db", str(db)]) == 0
    with closing(sqlite3.connect(tmp_path / "copy.db")) as connection:
        assert connection.execute("SELECT count(*) FROM messages").fetchone() == (30,)


@pytest.mark.parametrize(
    ("target", "url", "said"),
    [
        ("copy.db", "none.db", "There is no database none.db"),
        ("copy.db", "other.db", "has nothing of dsnparse in it"),
        ("copy.db", "text.db", "file is not a database"),
        ("copy.db", "postgresql+psycopg://joe@/x", "pg_dump --format=custom"),
        ("none/copy.db", "bounces.db", "Cannot write none/copy.db: no such file or directory"),
    ],
)
def test_what_cannot_be_copied_is_a_sentence_and_leaves_nothing(
    target: str,
    url: str,
    said: str,
    db: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    with closing(sqlite3.connect("other.db")) as connection:
        connection.execute("CREATE TABLE x (y)")
    Path("text.db").write_text("no database" * 100)
    before = set(tmp_path.iterdir())
    assert main(["backup", target, "--db", url]) == 2
    assert said in capsys.readouterr().err
    assert set(tmp_path.iterdir()) - before <= {tmp_path / "other.db-shm", tmp_path / "other.db-wal"}


def test_postgresql_is_restored_from_its_dump(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """As docs/deploy.md says."""
    programs = {name: shutil.which(name) for name in ("pg_dump", "pg_restore")}
    if find_binaries() is None or not all(programs.values()):
        pytest.skip(f"PostgreSQL is not installed ({INSTALL})")
    server: str = request.getfixturevalue("postgres").replace("+psycopg", "")

    def run(name: str, *words: str) -> None:
        done = subprocess.run([str(programs[name]), *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def named(name: str) -> str:
        return server.replace("/postgres?", f"/{name}?")

    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE first")
        connection.execute("CREATE DATABASE second")
    url = named("first").replace("postgresql:", "postgresql+psycopg:")
    dump = str(tmp_path / "bounces.dump")
    with Store.open(url) as store:
        fill(store, 0, 20)
        run("pg_dump", "--format=custom", f"--file={dump}", named("first"))
        fill(store, 20, 40)
        wanted = content(store)
    run("pg_restore", "--no-owner", "--exit-on-error", f"--dbname={named('second')}", dump)
    url = named("second").replace("postgresql:", "postgresql+psycopg:")
    assert main(["status", "--db", url]) == 0
    with Store.open(url) as store:
        assert len(content(store)["messages"]) == 20
        fill(store, 0, 40)
        assert content(store) == wanted
