"""The order of the steps: taken, stored, committed, marked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dsnparse import Parser
from dsnparse.ingest import ingest, store_all
from dsnparse.mailboxes.claims import MaildirSource
from dsnparse.mailboxes.items import Mail
from dsnparse.mailboxes.received import received_at
from dsnparse.mailboxes.sources import PathSource
from dsnparse.mailboxes.tally import Tally
from dsnparse.store import AddResult, Seen, Store, StoreError, StoreUnavailable

from .mail import LETTER, bounce, suppressed, users

PARSER = Parser()


def fill(maildir: Path, *numbers: int) -> None:
    for number in numbers:
        (maildir / f"new/{number:04}").write_bytes(bounce(number))


def left(maildir: Path) -> list[str]:
    return sorted(path.name for path in (maildir / "new").iterdir())


def done(maildir: Path, folder: str = ".Processed") -> list[str]:
    return sorted(path.name.removesuffix(":2,S") for path in (maildir / folder / "cur").glob("*"))


class Gate:
    """`Store.add` of a real store, which fails when it is told to."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.failure: StoreError | None = None
        self.fails_with = ""
        self.sizes: list[int] = []

    def __call__(self, items: Sequence[Seen], *, positions: Mapping[str, str] | None = None) -> AddResult:
        names = [record.recipient for item in items for record in item.report]
        if self.failure and (not self.fails_with or any(self.fails_with in name for name in names)):
            raise self.failure
        self.sizes.append(len(items))
        return self.store.add(items, positions=positions)


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    with Store.open(str(tmp_path / "bounces.db")) as store:
        yield Gate(store)


@pytest.fixture
def source(maildir: Path) -> Iterator[MaildirSource]:
    """What is in `maildir`."""
    with closing(MaildirSource(maildir)) as source:
        yield source


def total(tallies: Sequence[Tally]) -> Tally:
    whole = Tally()
    for tally in tallies:
        whole.add(tally)
    return whole


def test_messages_are_stored_in_batches_and_moved(
    maildir: Path, source: MaildirSource, gate: Gate, tmp_path: Path
) -> None:
    fill(maildir, *range(5))
    (maildir / "new/9999").write_bytes(LETTER)
    tallies = list(ingest(source, gate, PARSER, batch=2))
    assert [size for size in gate.sizes if size] == [2, 2, 2]
    tally = total(tallies)
    assert (tally.added, tally.records, tally.unknown) == (6, 5, 1)
    assert tally.kinds == {"bounce": 5, "other": 1}
    assert tally.events == {"address.suppressed": 5}
    assert done(maildir) == ["0000", "0001", "0002", "0003", "0004"]
    assert done(maildir, ".Unknown") == ["9999"]
    assert suppressed(tmp_path / "bounces.db") == users(0, 1, 2, 3, 4)


def test_nothing_is_marked_while_the_store_is_away(maildir: Path, source: MaildirSource, gate: Gate) -> None:
    fill(maildir, 1, 2, 3)
    gate.failure = StoreUnavailable("away")
    with pytest.raises(StoreUnavailable):
        list(ingest(source, gate, PARSER))
    assert done(maildir) == []
    source.close()
    assert left(maildir) == ["0001", "0002", "0003"]
    gate.failure = None
    assert total(list(ingest(source, gate, PARSER))).added == 3


def test_what_was_stored_and_not_marked_counts_once(maildir: Path, source: MaildirSource, gate: Gate) -> None:
    fill(maildir, 1, 2)
    mails = [mail for mail in source.take() if isinstance(mail, Mail)]
    store_all(mails, source.label, gate, PARSER)
    source.close()  # killed before it could mark them
    tally = total(list(ingest(source, gate, PARSER)))
    assert (tally.added, tally.duplicates, tally.records) == (0, 2, 0)
    assert done(maildir) == ["0001", "0002"]


def test_a_message_that_the_database_refuses_does_not_hold_up_the_others(
    maildir: Path, source: MaildirSource, gate: Gate
) -> None:
    fill(maildir, 1, 2, 3)
    gate.failure, gate.fails_with = StoreError("value too long"), "user2@"
    tally = total(list(ingest(source, gate, PARSER)))
    assert (tally.added, tally.failed) == (2, 1)
    assert done(maildir) == ["0001", "0003"]
    assert done(maildir, ".Unknown") == ["0002"]


def test_a_database_that_refuses_everything_ends_the_run(
    maildir: Path, source: MaildirSource, gate: Gate
) -> None:
    fill(maildir, 1, 2, 3)
    gate.failure = StoreError("no such table")
    with pytest.raises(StoreError):
        list(ingest(source, gate, PARSER))
    source.close()
    assert left(maildir) == ["0001", "0002", "0003"]


def test_a_wish_to_stop_finishes_what_was_taken(maildir: Path, source: MaildirSource, gate: Gate) -> None:
    fill(maildir, 1, 2, 3)
    tally = total(list(ingest(source, gate, PARSER, stop=lambda: True)))
    source.close()
    assert tally.added == 1
    assert (done(maildir), left(maildir)) == (["0001"], ["0002", "0003"])


def test_a_parser_that_fails_keeps_the_message_for_a_person(
    maildir: Path, source: MaildirSource, gate: Gate
) -> None:
    class Broken(Parser):
        def parse(self, message: Any, **_: Any) -> Any:
            if b"user2@" in message:
                raise RuntimeError("a bug")
            return super().parse(message)

    fill(maildir, 1, 2, 3)
    tally = total(list(ingest(source, gate, Broken())))
    assert (tally.added, tally.failed) == (2, 1)
    assert done(maildir, ".Unknown") == ["0002"]


def test_files_are_read_and_left_and_strays_are_named(tmp_path: Path, gate: Gate) -> None:
    folder = tmp_path / "mail"
    folder.mkdir()
    (folder / "1.eml").write_bytes(bounce(1))
    (folder / "2.eml").write_bytes(b"\0\1\2 no message at all")
    (folder / "3.eml").write_bytes(b"")
    source = PathSource([folder])
    tallies = list(ingest(source, gate, PARSER, strict=True))
    told = [problem.reason for tally in tallies for problem in tally.problems]
    assert told == ["is not a mail message", "is empty"]
    assert total(tallies).added == 1
    assert (folder / "1.eml").exists()


def test_a_huge_message_is_stored_with_a_note(tmp_path: Path, gate: Gate) -> None:
    path = tmp_path / "1.eml"
    path.write_bytes(bounce(1) + b"x" * 5000)
    (tally,) = ingest(PathSource([path], limit=3000), gate, PARSER)
    assert (tally.added, tally.failed, len(tally.notes)) == (1, 0, 1)


NOON = datetime(2025, 3, 1, 12, tzinfo=UTC)
RECEIVED = (
    b"Received: from a by b; Sat, 1 Mar 2025 12:00:00 +0000\n"
    b"Received: from c by a; Sat, 1 Mar 2025 11:00:00 +0000\n"
)


@pytest.mark.parametrize(
    ("title", "header", "expected"),
    [
        ("its Date", b"Date: Sat, 1 Mar 2025 12:00:00 +0000\n\n", NOON),
        ("folded, in any case", b"DATE:\n Sat, 1 Mar 2025\n 13:00:00 +0100\n\n", NOON),
        ("CRLF", b"Subject: x\r\nDate: Sat, 1 Mar 2025 12:00:00 +0000\r\n\r\n", NOON),
        ("not later than the topmost Received", RECEIVED + b"Date: Mon, 1 Jan 2035 00:00:00 +0000\n\n", NOON),
        ("Received alone", b"Received: from a by b\n\tfor <c>; Sat, 1 Mar 2025 12:00:00 +0000\n\n", NOON),
        ("a clock that was never set", b"Date: Thu, 1 Jan 1970 00:00:00 +0000\n\n", None),
        ("no date", b"Subject: x\n\nDate: Sat, 1 Mar 2025 12:00:00 +0000\n", None),
        ("nonsense", b"Date: yesterday\n\n", None),
        ("nothing", b"", None),
    ],
)  # fmt: skip
def test_when_a_message_came(title: str, header: bytes, expected: datetime | None) -> None:
    assert received_at(header) == expected, title
    fallback = datetime(2024, 1, 1, tzinfo=UTC)
    assert received_at(header, fallback) == (expected or fallback), title
