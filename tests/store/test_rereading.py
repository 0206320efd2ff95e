"""Messages that are kept, and read again: the store is as if the new reading had been the first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from dsnparse.parser import Parser
from dsnparse.store import ExecHook, Seen, Store, message_identity
from dsnparse.store.changes.kept import LARGEST, Raw, RawBounds
from dsnparse.store.sql.schema import addresses, alerts, journal, messages, raw_messages, records
from dsnparse.trust.envelope import Envelope

NOW = datetime(2025, 3, 2, tzinfo=UTC)

RULES = """
[[rule]]
id = "{id}"
reason = "{reason}"
phrases = ["wibble of wobble"]
seen = "a test"
examples = ["550 wibble of wobble"]
"""


def notice(name: str, said: str = "550 wibble of wobble", status: str = "5.0.0") -> bytes:
    return (
        "From: MAILER-DAEMON@mx.example.com\r\nTo: b@sender.example\r\nSubject: Undelivered\r\n"
        f"Message-ID: <{name}@mx.example.com>\r\nDate: Sat, 01 Mar 2025 12:00:00 +0000\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nFailed.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; mx.example.com\r\n\r\nFinal-Recipient: rfc822; {name}@example.com\r\n"
        f"Action: failed\r\nStatus: {status}\r\nDiagnostic-Code: smtp; {said}\r\n--b--\r\n"
    ).encode()


def seen(data: bytes, parser: Parser, *, keep: bool = True, envelope: Envelope | None = None) -> Seen:
    raw = Raw.of(data, None, envelope) if keep else None
    return Seen(message_identity(data), "test", parser.parse(data), NOW - timedelta(hours=12), raw=raw)


def parser_with(tmp_path: Path, reason: str) -> Parser:
    path = tmp_path / f"{reason}.toml"
    path.write_text(RULES.format(id=f"mine_{reason}", reason=reason))
    return Parser(rules=[str(path)])


def again(store: Store, parser: Parser, *, write: bool = True) -> tuple[str, ...]:
    items = [
        Seen(kept.digest, kept.source, parser.parse(kept.raw.data), kept.received) for kept in store.kept()
    ]
    return store.reread(items, write=write, now=NOW + timedelta(hours=1)).changed


def tables(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """All that does not tell of the way, without numbers."""
    hidden = {"id", "message_id", "address_id", "mailed_id", "seen_at", "extra"}
    found = {}
    with store.database.read() as connection:
        for table in (messages, records, addresses):
            columns = [column for column in table.c if column.name not in hidden]
            found[table.name] = sorted(map(tuple, connection.execute(select(*columns))), key=repr)
    return found


def events(store: Store) -> list[tuple[str, str]]:
    with store.database.read() as connection:
        return [
            (event, by)
            for event, by in connection.execute(
                select(journal.c.event, journal.c.by_whom).order_by(journal.c.id)
            )
        ]


def test_a_better_reading_takes_the_place_of_the_old_one(store: Store, url: str, tmp_path: Path) -> None:
    store.add([seen(notice("kim"), Parser()), seen(notice("lee"), Parser())], now=NOW)
    assert store.check("kim@example.com")
    assert len(store.unknown()) == 2
    better = parser_with(tmp_path, "user_unknown")
    assert len(again(store, better)) == 2
    assert not store.check("kim@example.com")
    assert store.unknown() == []
    with Store.open("sqlite:///:memory:") as fresh:
        fresh.add([seen(notice("kim"), better), seen(notice("lee"), better)], now=NOW)
        assert tables(store) == tables(fresh)


def test_what_an_old_reading_did_is_taken_back(store: Store, tmp_path: Path) -> None:
    store.add([seen(notice("kim"), parser_with(tmp_path, "user_unknown"))], now=NOW)
    assert not store.check("kim@example.com", now=NOW)
    again(store, parser_with(tmp_path, "spam_content"))
    assert store.check("kim@example.com", now=NOW)
    assert events(store) == [("address.suppressed", "policy"), ("address.released", "reparse")]


def test_what_is_read_as_before_changes_nothing_and_nobody_is_told(store: Store, tmp_path: Path) -> None:
    parser = parser_with(tmp_path, "user_unknown")
    store.add([seen(notice("kim"), parser), seen(notice("lee", "550 5.1.1 no such user"), parser)], now=NOW)
    before, told = tables(store), events(store)
    assert again(store, parser) == ()
    assert (tables(store), events(store)) == (before, told)


def test_another_reading_with_the_same_outcome_tells_nobody(store: Store, tmp_path: Path) -> None:
    store.add([seen(notice("kim"), parser_with(tmp_path, "user_unknown"))], now=NOW)
    told = events(store)
    assert len(again(store, parser_with(tmp_path, "mailbox_disabled"))) == 1
    assert not store.check("kim@example.com", now=NOW)
    assert [event for event, _ in events(store)[len(told) :]] in ([], ["address.suppressed"])


def test_a_dry_run_says_what_would_change_and_changes_nothing(store: Store, tmp_path: Path) -> None:
    store.add([seen(notice("kim"), Parser())], now=NOW)
    before = tables(store)
    assert len(again(store, parser_with(tmp_path, "user_unknown"), write=False)) == 1
    assert tables(store) == before


def test_other_notices_of_an_address_still_count(store: Store, tmp_path: Path) -> None:
    store.add([seen(notice("kim"), parser_with(tmp_path, "spam_content"))], now=NOW)
    other = notice("kim", "550 5.1.1 no such user", "5.1.1").replace(b"<kim@", b"<2@")
    store.add([seen(other, Parser(), keep=False)], now=NOW)
    assert not store.check("kim@example.com", now=NOW)
    again(store, parser_with(tmp_path, "mailbox_full"))
    assert not store.check("kim@example.com", now=NOW)


def test_when_a_message_came_and_its_alerts_stay_as_they_were(store: Store, tmp_path: Path) -> None:
    store.add([seen(notice("kim"), parser_with(tmp_path, "spam_content"))], now=NOW)
    again(store, parser_with(tmp_path, "auth_failed"))
    with store.database.read() as connection:
        assert connection.execute(select(messages.c.seen_at)).scalars().all() == [NOW]
        assert sum(connection.execute(select(alerts.c.count)).scalars()) == 1


def test_a_message_comes_back_as_it_was_with_its_envelope(store: Store) -> None:
    envelope = Envelope("", ("b+kim@sender.example",), arrived=NOW)
    data = notice("kim")
    store.add([seen(data, Parser(), envelope=envelope)], now=NOW)
    (kept,) = store.kept()
    assert (kept.raw.data, kept.raw.envelope, kept.source) == (data, envelope, "test")
    assert list(store.kept(digests=["0" * 40])) == []
    assert list(store.kept(since=NOW + timedelta(seconds=1))) == []


def test_a_message_that_is_too_large_is_not_kept() -> None:
    assert Raw.of(b"x" * (LARGEST + 1), None, None) is None


@pytest.mark.parametrize(
    ("bounds", "left"),
    [
        (RawBounds(timedelta(days=30), 10**9), 3),
        (RawBounds(timedelta(days=1, hours=1), 10**9), 2),
        (RawBounds(timedelta(minutes=1), 10**9), 0),
        (RawBounds(timedelta(days=30), 1000), 2),
        (RawBounds(timedelta(days=30), 1), 0),
    ],
)
def test_days_and_bytes_bound_what_is_kept_and_the_newest_stay(
    store: Store, bounds: RawBounds, left: int
) -> None:
    for days in (2, 1, 0):
        data = notice(f"kim{days}")
        raw = Raw(b"x" * 400)
        store.add(
            [Seen(message_identity(data), "t", Parser().parse(data), raw=raw)], now=NOW - timedelta(days=days)
        )
    assert store.trim_raw(bounds, now=NOW + timedelta(minutes=2)) == 3 - left
    with store.database.read() as connection:
        kept = sorted(connection.execute(select(raw_messages.c.kept_at)).scalars(), reverse=True)
    assert kept == [NOW - timedelta(days=days) for days in range(left)]


def test_who_is_forgotten_is_in_no_kept_message(store: Store) -> None:
    letter = b"From: kim@example.com\r\nSubject: hi\r\n\r\nI am KIM@example.com\r\n"
    for data in (notice("kim"), notice("lee"), letter):
        store.add([seen(data, Parser(), envelope=Envelope("", ("b@x.example",)))], now=NOW)
    store.forget("Kim@example.com")
    assert [b"lee@" in kept.raw.data for kept in store.kept()] == [True]


def test_whom_the_store_does_not_know_is_forgotten_too(store: Store) -> None:
    letter = b"From: kim@example.com\r\nSubject: hi\r\n\r\nHello\r\n"
    store.add([seen(letter, Parser())], now=NOW)
    store.forget("kim@example.com")
    assert list(store.kept()) == []


def test_pruned_messages_are_not_kept(store: Store) -> None:
    store.add([seen(notice("kim"), Parser())], now=NOW)
    list(store.prune(NOW + timedelta(days=1)))
    assert list(store.kept()) == []
    with store.database.read() as connection:
        assert connection.execute(select(raw_messages)).all() == []


def test_hooks_hear_of_what_a_new_reading_changes(url: str, tmp_path: Path) -> None:
    with Store.open(url, hooks=[ExecHook("true")]) as store:
        store.add([seen(notice("kim"), Parser())], now=NOW)
        store.tick(now=NOW)
        again(store, parser_with(tmp_path, "user_unknown"))
        assert [count for _, count, _, _ in store.waiting()] == [1]


def test_messages_that_the_store_has_not_are_left_out(store: Store) -> None:
    assert store.reread([seen(notice("kim"), Parser())], now=NOW).changed == ()
    assert store.stats("kind") == []
