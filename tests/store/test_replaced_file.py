"""Another SQLite file takes the place of the one that a worker has open: a backup that was restored."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import Connection, text

from dsnparse.store import AddressIdentity, Policy, Store, StoreError, StoreUnavailable
from dsnparse.store.sql.errors import StoreReplaced

from .reports import NOW, bounce

KEY = b"k" * 32


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "b.db"


@pytest.fixture
def open_store(db: Path) -> Iterator[Store]:
    """A store that is open, and in use."""
    with Store.open(str(db)) as store:
        store.add([bounce("1", "one@example.com")], now=NOW)
        yield store


def backup(db: Path) -> Path:
    """A copy, as SQLite makes it."""
    copy = db.with_name("backup.db")
    with sqlite3.connect(db) as one, sqlite3.connect(copy) as other:
        one.backup(other)
    one.close()
    other.close()
    return copy


def listed(store: Store) -> set[str]:
    return {entry.address for entry in store.suppressions(now=NOW)}


def test_a_restored_file_is_used_from_the_next_batch_on_and_the_old_log_does_not_undo_it(
    db: Path, open_store: Store
) -> None:
    copy = backup(db)
    open_store.add([bounce("2", "two@example.com")], now=NOW)
    assert db.with_name("b.db-wal").stat().st_size > 0
    copy.replace(db)
    with pytest.raises(StoreReplaced, match="is another file now"):
        open_store.add([bounce("3", "three@example.com")], now=NOW)
    assert open_store.add([bounce("3", "three@example.com")], now=NOW).added == 1
    assert listed(open_store) == {"one@example.com", "three@example.com"}
    with Store.open(str(db)) as other:
        assert listed(other) == {"one@example.com", "three@example.com"}
    with sqlite3.connect(db) as look:
        assert look.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    look.close()


def test_what_the_old_file_was_told_last_stays_in_it(db: Path, open_store: Store) -> None:
    copy, old = backup(db), db.with_name("old.db")
    open_store.add([bounce("2", "two@example.com")], now=NOW)
    db.rename(old)
    copy.rename(db)
    with pytest.raises(StoreReplaced):
        open_store.add([], now=NOW)
    with Store.open(str(old)) as other:
        assert listed(other) == {"one@example.com", "two@example.com"}


def test_a_writer_hears_of_it_when_another_thread_was_first(db: Path, open_store: Store) -> None:
    backup(db).replace(db)
    first = Thread(target=open_store.position, args=("INBOX",))
    first.start()
    first.join()
    with pytest.raises(StoreReplaced):
        open_store.add([], positions={"INBOX": "1 7"}, now=NOW)
    assert open_store.position("INBOX") is None


def test_a_question_is_answered_by_the_file_that_is_there(db: Path, open_store: Store) -> None:
    copy = backup(db)
    open_store.add([bounce("2", "two@example.com")], now=NOW)
    copy.replace(db)
    assert open_store.check("two@example.com", now=NOW)
    assert not open_store.check("one@example.com", now=NOW)
    assert open_store.add([bounce("2", "two@example.com")], now=NOW).added == 1


def test_a_batch_that_went_into_a_file_while_it_was_replaced_is_not_taken_for_stored(
    db: Path, open_store: Store
) -> None:
    copy = backup(db)

    def work(connection: Connection) -> None:
        connection.execute(text("SELECT 1"))
        copy.replace(db)

    with pytest.raises(StoreReplaced):
        open_store.database.write(work)


def test_a_file_that_is_gone_is_not_made_anew_and_used_when_it_is_back(db: Path, open_store: Store) -> None:
    copy = backup(db)
    for path in db.parent.glob("b.db*"):
        path.unlink()
    for _ in range(2):
        with pytest.raises(StoreUnavailable, match="is gone"):
            open_store.add([bounce("2", "two@example.com")], now=NOW)
        with pytest.raises(StoreUnavailable, match="is gone"):
            open_store.check("one@example.com", now=NOW)
    assert not db.exists()
    copy.rename(db)
    with pytest.raises(StoreReplaced):
        open_store.add([bounce("2", "two@example.com")], now=NOW)
    assert open_store.add([bounce("2", "two@example.com")], now=NOW).added == 1
    assert listed(open_store) == {"one@example.com", "two@example.com"}


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"hash_key": KEY}, "This database holds hashed addresses"),
        ({"policy": replace(Policy.default(), addresses=AddressIdentity(plus_tags=True))}, "another way"),
    ],
)
def test_a_file_that_was_made_for_another_key_or_policy_is_refused_until_one_for_ours_is_there(
    options: dict[str, object], says: str, db: Path, open_store: Store
) -> None:
    copy, other = backup(db), db.with_name("other.db")
    with Store.open(str(other), **options):  # type: ignore[arg-type]
        pass
    shutil.move(other, db)
    for _ in range(2):
        with pytest.raises(StoreError, match=says) as refused:
            open_store.add([bounce("2", "two@example.com")], now=NOW)
        assert not isinstance(refused.value, StoreUnavailable)
    copy.replace(db)
    with pytest.raises(StoreReplaced):
        open_store.add([bounce("2", "two@example.com")], now=NOW)
    assert open_store.add([bounce("2", "two@example.com")], now=NOW).added == 1


def test_a_database_in_memory_serves_several_threads() -> None:
    with Store.open(":memory:") as store:
        threads = [
            Thread(target=lambda: [store.tick(now=NOW) for _ in range(50)]),
            Thread(target=lambda: [store.check("one@example.com", now=NOW) for _ in range(50)]),
        ]
        for thread in threads:
            thread.start()
        for number in range(50):
            store.add([bounce(str(number), f"{number}@example.com")], now=NOW)
        for thread in threads:
            thread.join()
        assert len(listed(store)) == 50
