"""Mail that the store has is not parsed again, and all else is as if it were."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from dsnparse import Envelope, Kind, Parser, Report
from dsnparse.ingest import LOOKED_UP, ingest
from dsnparse.mailboxes.claims import MaildirSource
from dsnparse.mailboxes.sources import PathSource
from dsnparse.mailboxes.tally import Tally
from dsnparse.store import Seen, Store, event_identity
from dsnparse.store.queries.known import Known
from dsnparse.store.sql.errors import StoreReplaced
from dsnparse.understood import is_understood

from .mail import LETTER, bounce

PARSER = Parser()
SAMPLES = sorted((Path(__file__).parents[2] / "samples").glob("*/*.eml"))


class Counting(Parser):
    """A parser that counts."""

    asked = 0

    def parse(self, message: Any, *, envelope: Envelope | None = None) -> Report:
        self.asked += 1
        return super().parse(message, envelope=envelope)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(str(tmp_path / "bounces.db")) as opened:
        yield opened


def total(tallies: Iterator[Tally]) -> Tally:
    whole = Tally()
    for tally in tallies:
        whole.add(tally)
        whole.problems += tally.problems
        whole.notes += tally.notes
    return whole


def test_the_store_tells_of_every_sample_what_its_report_does(store: Store) -> None:
    reports = {event_identity(sample.name): PARSER.parse(sample.read_bytes()) for sample in SAMPLES}
    store.add([Seen(digest, "test", report) for digest, report in reports.items()])
    digests = list(reports)
    for start in range(0, len(digests), LOOKED_UP):
        found = store.known(digests[start : start + LOOKED_UP])
        for digest in digests[start : start + LOOKED_UP]:
            report = reports[digest]
            if report.kind is Kind.BOUNCE and not report.records:
                assert digest not in found
            else:
                assert found[digest] == (report.kind, is_understood(report)), report


def test_what_is_unknown_is_not_known(store: Store) -> None:
    assert store.known([]) == {}
    assert store.known([event_identity("never seen")]) == {}


@pytest.mark.parametrize("batch", [1, 7, 500])
def test_a_run_over_known_mail_parses_nothing_and_counts_the_same(
    tmp_path: Path, store: Store, batch: int
) -> None:
    folder = tmp_path / "mails"
    folder.mkdir()
    for number in range(90):
        (folder / f"{number}.eml").write_bytes(bounce(number))
    (folder / "letter.eml").write_bytes(LETTER)
    source = PathSource([folder])
    total(ingest(source, store.add, PARSER, batch=batch))
    slowly = total(ingest(source, store.add, PARSER, batch=batch))
    parser = Counting()
    quickly = total(ingest(source, store.add, parser, batch=batch, known=store.known))
    assert parser.asked == 0
    assert asdict(quickly) == asdict(slowly)
    assert quickly.duplicates == 91


def test_new_mail_among_known_is_stored(tmp_path: Path, store: Store) -> None:
    folder = tmp_path / "mails"
    folder.mkdir()
    for number in range(0, 200, 2):
        (folder / f"{number:03}.eml").write_bytes(bounce(number))
    total(ingest(PathSource([folder]), store.add, PARSER, known=store.known))
    for number in range(1, 200, 2):
        (folder / f"{number:03}.eml").write_bytes(bounce(number))
    parser = Counting()
    found = total(ingest(PathSource([folder]), store.add, parser, known=store.known))
    assert (parser.asked, found.added, found.duplicates) == (100, 100, 100)


def test_known_mail_goes_where_it_went_the_first_time(tmp_path: Path, maildir: Path, store: Store) -> None:
    def fill() -> None:
        for sample in SAMPLES[:60]:
            shutil.copy(sample, maildir / "new" / sample.name)

    def folders() -> set[str]:
        return {
            f"{path.parent.parent.name}/{path.name}"
            for name in (".Processed", ".Unknown")
            for path in (maildir / name / "cur").glob("*")
        }

    fill()
    with closing(MaildirSource(maildir)) as source:
        total(ingest(source, store.add, PARSER, known=store.known))
    first = folders()
    for name in (".Processed", ".Unknown"):
        shutil.rmtree(maildir / name)
    fill()
    with closing(MaildirSource(maildir)) as source:
        total(ingest(source, store.add, PARSER, known=store.known))
    assert folders() == first
    assert any(name.startswith(".Unknown") for name in first)


def test_what_another_database_knew_is_not_marked_as_done(tmp_path: Path, maildir: Path) -> None:
    path, other = tmp_path / "bounces.db", tmp_path / "other.db"
    Store.open(str(other)).close()
    for number in range(3):
        (maildir / f"new/{number}").write_bytes(bounce(number))
    with Store.open(str(path)) as store:

        def look(digests: Sequence[str]) -> Mapping[str, Known]:
            known = store.known(digests)
            if other.exists():
                other.rename(path)
            return known

        total(ingest(PathSource([maildir]), store.add, PARSER))
        with closing(MaildirSource(maildir)) as source, pytest.raises(StoreReplaced):
            total(ingest(source, store.add, PARSER, batch=1, known=look))
    assert len(list((maildir / "new").iterdir())) == 3
