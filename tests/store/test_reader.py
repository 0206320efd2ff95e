"""Questions without SQLAlchemy have the answers that they have with it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from dsnparse import Action, Reason
from dsnparse.store import ExecHook, Policy, Store, StoreError
from dsnparse.store.address.privacy import Privacy
from dsnparse.store.asked import Asked
from dsnparse.store.lists.entry import Suppression
from dsnparse.store.policy.terms import Terms
from dsnparse.store.queries.stats import BY
from dsnparse.store.reader import Reader
from dsnparse.store.sql.driver import open_driver, sqlite_path

from .reports import NOW, bounce, complaint, day, delivery

ADDRESSES = [
    "jane@example.com",
    "JANE@Example.COM.",
    "Jane Roe <jane@example.com>",
    "joe@example.org",
    "soft@example.com",
    "odd@example.com",
    "fine@example.com",
    "unknown@example.com",
    "kim@whole.example",
    "@whole.example",
    "*@whole.example",
    "*@example.com",
    "ended@example.net",
    "mailed@example.net",
    "münchen@bücher.example",
    "münchen@xn--bcher-kva.example",
    "no address",
    "",
    "\x00@example.com",
    "\ud800@example.com",
]


def fill(store: Store) -> None:
    """Something of everything that a store can hold."""
    store.add(
        [
            bounce("1"),
            bounce("2", diagnostic="550 5.1.1 \x00 unbekannt: größer, \ud83d", at=day(0.5)),
            bounce("3", "odd@example.com", Reason.UNDEFINED),
            bounce("4", "fine@example.com", Reason.BLOCKLISTED, provider="microsoft"),
            bounce("5", "refused@example.net", original_recipient="mailed@example.net"),
            bounce("6", "münchen@bücher.example"),
            *(bounce(f"s{n}", "soft@example.com", Reason.NETWORK_ERROR, at=day(n / 9)) for n in range(5)),
            complaint("7", "joe@example.org"),
            delivery("8", "well@example.com"),
            bounce("9", "late@example.com", action=Action.DELAYED),
        ],
        now=NOW,
    )
    store.suppress(
        [
            Suppression("@whole.example", "manual", note="ours"),
            Suppression("ended@example.net", "manual", until=NOW + timedelta(hours=1)),
        ],
        now=NOW,
    )
    store.lift(["mailed@example.net"], by="Kim", now=NOW)


def terms(key: bytes | None = None) -> Terms:
    return Terms(Policy.default(), Privacy(key))


@contextmanager
def both(url: str, key: bytes | None = None, *, few: bool = False) -> Iterator[tuple[Asked, Asked]]:
    """The store and the reader of one filled database."""
    with Store.open(url, hash_key=key, hooks=[ExecHook("true")]) as store:
        fill(store)
    reader = Reader.open(url, terms(key), few=few)
    assert reader is not None
    with Store.open(url, hash_key=key, read_only=True) as store, reader:
        yield store, reader


LATER = NOW + timedelta(days=2)
QUESTIONS: list[Callable[[Asked], Any]] = [
    lambda asked: [asked.check(address, now=NOW) for address in ADDRESSES],
    lambda asked: [asked.check(address, now=LATER) for address in ADDRESSES],
    lambda asked: list(asked.check_all(ADDRESSES, now=NOW)),
    lambda asked: list(asked.check_all(ADDRESSES * 100, now=LATER)),
    lambda asked: [asked.history(address) for address in ADDRESSES[:-4]],
    lambda asked: [asked.stats(by, now=LATER) for by in BY],
    lambda asked: [asked.stats(by, now=NOW, since=day(0.2), limit=2) for by in BY],
    lambda asked: asked.waiting(),
    lambda asked: list(asked.suppressions(now=NOW)),
    lambda asked: asked.standing(now=LATER),
]


@pytest.mark.parametrize("few", [False, True], ids=["many", "few"])
@pytest.mark.parametrize("key", [None, b"sixteen bytes and more"], ids=["plain", "hashed"])
def test_both_ways_give_the_same_answers(url: str, key: bytes | None, few: bool) -> None:
    with both(url, key, few=few) as (store, reader):
        for number, question in enumerate(QUESTIONS):
            answer = question(store)
            assert answer, number
            assert question(reader) == answer, number


def test_many_look_ups_at_once_are_single_ones(url: str) -> None:
    with both(url) as (store, reader):
        single = [store.check(address, now=NOW) for address in ADDRESSES]
        assert list(reader.check_all(ADDRESSES * 40, now=NOW)) == single * 40


@pytest.mark.parametrize("few", [False, True], ids=["many", "few"])
def test_a_reader_writes_nothing(url: str, few: bool) -> None:
    with Store.open(url):
        rows = open_driver(url, few=few)
    assert rows is not None
    with pytest.raises(Exception, match=r"readonly|read-only"):
        rows.rows("DELETE FROM meta RETURNING name")
    rows.close()


@pytest.mark.parametrize(
    "change", ["UPDATE meta SET value = '1' WHERE name = 'schema_version'", "DROP TABLE meta"]
)
def test_what_is_not_as_it_should_be_is_left_to_the_store(tmp_path: Path, change: str) -> None:
    path = str(tmp_path / "bounces.db")
    with Store.open(path) as store, store.database.engine.begin() as connection:
        connection.exec_driver_sql(change)
    assert Reader.open(path, terms()) is None


def test_a_database_with_other_settings_is_left_to_the_store(url: str) -> None:
    Store.open(url).close()
    assert Reader.open(url, terms(b"sixteen bytes and more")) is None


def test_no_database_is_made(tmp_path: Path) -> None:
    assert Reader.open(str(tmp_path / "none.db"), terms()) is None
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("bounces.db", "bounces.db"),
        ("/var/lib/a?b#c%20.db", "/var/lib/a?b#c%20.db"),
        ("sqlite:///bounces.db", "bounces.db"),
        ("sqlite:////var/bounces.db", "/var/bounces.db"),
        ("sqlite+pysqlite:///bounces.db", "bounces.db"),
        ("sqlite:///bounces.db?timeout=3", ""),
        ("sqlite:///:memory:", ""),
        ("sqlite://", None),
        (":memory:", ""),
        ("", ""),
        ("postgresql://host/name", None),
        ("mysql://host/name", None),
    ],
)
def test_plain_paths_of_sqlite_files(url: str, path: str | None) -> None:
    assert sqlite_path(url) == path


def test_odd_names_of_files_are_opened(tmp_path: Path) -> None:
    path = str(tmp_path / "a?b#c%20 ü.db")
    Store.open(path).close()
    reader = Reader.open(path, terms())
    assert reader is not None
    assert reader.check("jane@example.com").status == "unknown"
    reader.close()


def test_a_table_that_is_gone_meanwhile_is_told_of_in_a_sentence(url: str) -> None:
    with Store.open(url) as store:
        reader = Reader.open(url, terms())
        assert reader is not None
        with store.database.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE addresses RENAME TO others")
        with reader, pytest.raises(StoreError, match="addresses"):
            reader.check("jane@example.com")


@pytest.mark.parametrize(
    "words", [("check", "jane@example.com"), ("stats",), ("history", "jane@example.com")]
)
def test_questions_load_no_sqlalchemy(url: str, words: tuple[str, ...]) -> None:
    with Store.open(url) as store:
        fill(store)
    program = (
        "import sys; from dsnparse.cli import main; main(sys.argv[1:]); "
        "print('sqlalchemy' in sys.modules, 'dsnparse.model' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *words, "--db", url], capture_output=True, text=True, check=True
    )
    assert done.stdout
    assert done.stderr.endswith("False False\n")
