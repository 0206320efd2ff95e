"""Messages that are read in several processes are stored as those that are read in one."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from store.kill_test import dump
from store.reports import NOW

from dsnparse import Envelope, Parser, Report
from dsnparse.cli.pool import Pool
from dsnparse.cli.readers import _Known
from dsnparse.cli.store_options import StoreChoice
from dsnparse.ingest import ingest
from dsnparse.ingest.reading import Read, Reading, Task, killed
from dsnparse.mailboxes.claims import MaildirSource
from dsnparse.mailboxes.items import Mail
from dsnparse.mailboxes.tally import Tally
from dsnparse.store import Policy, Seen, Store, message_identity
from dsnparse.store.address.privacy import Privacy
from dsnparse.store.changes.prepared import prepare
from dsnparse.store.policy.terms import Terms
from dsnparse.store.sql.schema import messages

from .mail import LETTER, bounce, command, suppressed, until, users

SAMPLES = sorted((Path(__file__).parents[2] / "samples").glob("*/*.eml"))
KEY = b"a key of enough bytes"
#: Some have no date, and happened when they were read.
TERMS = Terms(Policy.default(), Privacy(None))
_CLOCK = re.compile(r"datetime\.datetime\([^)]*\)")


def fill(folder: Path) -> None:
    folder.mkdir()
    for number, sample in enumerate(SAMPLES):
        shutil.copy(sample, folder / f"{number:03}.eml")
    for number in range(90):
        (folder / f"x{number:03}.eml").write_bytes(bounce(number % 40) + str(number % 60).encode())
    (folder / "stray").write_bytes(b"\0\1\2")
    mbox = b"".join(b"From x Sat Mar  1 12:00:00 2025\n" + bounce(n) + b"\n" for n in range(200, 230))
    (folder / "z.mbox").write_bytes(mbox)


def in_order(db: Path) -> list[Any]:
    with Store.open(str(db)) as store, store.database.read() as connection:
        statement = select(messages.c.digest, messages.c.source).order_by(messages.c.source, messages.c.id)
        return [tuple(row) for row in connection.execute(statement)]


def test_jobs_store_the_same(tmp_path: Path) -> None:
    fill(tmp_path / "mail")
    said = []
    for jobs in (1, 3):
        words = (
            "ingest",
            tmp_path / "mail",
            "--batch",
            "50",
            "--jobs",
            str(jobs),
            "--db",
            tmp_path / f"{jobs}.db",
        )
        done = command(*words)
        assert done.returncode == 1, "there is a stray file"
        again = command(*words)
        said.append([text.rpartition(";")[0] for text in (done.stderr, again.stderr)])
        assert "0 records; no address changed" in again.stderr
    assert said[0] == said[1]
    one, three = (dump(str(tmp_path / f"{jobs}.db")) for jobs in (1, 3))
    for name in ("messages", "records"):
        assert [_CLOCK.sub("", row) for row in three[name]] == [_CLOCK.sub("", row) for row in one[name]], (
            name
        )
    assert suppressed(tmp_path / "1.db") == suppressed(tmp_path / "3.db")
    assert in_order(tmp_path / "3.db") == in_order(tmp_path / "1.db")


@pytest.mark.parametrize("key", [None, KEY], ids=["plain", "hashed"])
@pytest.mark.parametrize("confirm", ["[]", '["known_message"]'])
def test_what_was_made_ready_elsewhere_is_stored_as_what_was_seen(
    tmp_path: Path, key: bytes | None, confirm: str
) -> None:
    parser, found = Parser(), []
    seen = [
        Seen(message_identity(data), path.name, parser.parse(data))
        for path in SAMPLES
        for data in [path.read_bytes()]
    ]
    policy = Policy.from_toml(f"[hard]\nconfirm = {confirm}\n")
    terms = Terms(policy, Privacy(key))

    def knows(message_id: str, address: str) -> bool:
        return hash_of(message_id + address) % 2 == 0

    for name, items in (("seen", seen), ("ready", [prepare(one, terms) for one in seen])):
        path = str(tmp_path / name)
        with Store.open(path, policy=policy, hash_key=key, knows_message=knows) as store:
            store.add(items, now=NOW)
        found.append(dump(path))
    assert found[0] == found[1]


def hash_of(text: str) -> int:
    return sum(text.encode())


def test_a_process_looks_up_what_is_known_and_parses_the_rest(tmp_path: Path) -> None:
    class Counting(Parser):
        asked = 0

        def parse(self, message: Any, *, envelope: Envelope | None = None) -> Report:
            self.asked += 1
            return super().parse(message, envelope=envelope)

    db = str(tmp_path / "b.db")
    parser = Counting()
    reading = Reading(parser, _Known(StoreChoice(db, None, False, None), TERMS))
    tasks = [Task(Mail(str(n), bounce(n), 9, key=str(n))) for n in range(20)]
    first = reading(tasks)
    assert parser.asked == 20, "there is no database yet"
    with Store.open(db) as store:
        store.add([read.seen for read in first[::2] if read.seen is not None])
    reading = Reading(parser, _Known(StoreChoice(db, None, False, None), TERMS))
    again = reading(tasks)
    assert parser.asked == 30
    assert [read.seen is None for read in again] == [True, False] * 10
    assert [(read.kind, read.understood) for read in again] == [(one.kind, one.understood) for one in first]


@pytest.mark.parametrize(
    "db", ["mysql://x/y", "postgresql://127.0.0.1:1/x", "/no/such/file", "sqlite:///:memory:"]
)
def test_of_a_database_that_cannot_be_asked_nothing_is_known(db: str) -> None:
    assert _Known(StoreChoice(db, None, False, None), TERMS)(["a"]) == {}


def test_a_file_that_takes_the_place_of_the_database_is_asked(tmp_path: Path) -> None:
    old, new = tmp_path / "b.db", tmp_path / "new.db"
    seen = Seen("a", "test", Parser().parse(bounce(1)))
    known = _Known(StoreChoice(str(old), None, False, None), TERMS)
    with Store.open(str(old)) as store:
        store.add([seen])
        assert list(known(["a"])) == ["a"]
    Store.open(str(new)).close()
    for ending in ("-wal", "-shm"):  # as docs/mailboxes.md says
        Path(f"{old}{ending}").unlink(missing_ok=True)
    new.rename(old)
    assert known(["a"]) == {}
    with Store.open(str(old)) as store:
        store.add([seen])
    assert list(known(["a"])) == ["a"]
    old.unlink()
    assert known(["a"]) == {}


class Deadly(Parser):
    """A parser that some messages kill."""

    def parse(self, message: Any, *, envelope: Envelope | None = None) -> Report:
        if b"user13@" in message:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().parse(message, envelope=envelope)


def make_deadly() -> Reading:
    return Reading(Deadly())


@pytest.mark.parametrize("later", [True, False], ids=["fork", "spawn"])
def test_only_the_message_that_kills_is_not_stored_and_goes_where_a_person_looks(
    tmp_path: Path, maildir: Path, later: bool
) -> None:
    for number in range(40):
        (maildir / f"new/{number:02}").write_bytes(bounce(number))
    total, problems = Tally(), []
    with (
        Pool[Task, list[Read]](2, make_deadly, killed, fork_later=later) as pool,
        Store.open(str(tmp_path / "b.db")) as store,
        closing(MaildirSource(maildir)) as source,
    ):
        for tally in ingest(source, store.add, Parser(), batch=10, spread=pool.run):
            problems += tally.problems
            total.add(tally)
    assert suppressed(tmp_path / "b.db") == users(*(set(range(40)) - {13}))
    assert [problem.reason for problem in problems] == ["ended the process that read it (signal 9)"]
    assert [path.name for path in (maildir / ".Unknown/cur").iterdir()] == ["13:2,S"]
    assert len(list((maildir / ".Processed/cur").iterdir())) == 39


def test_a_signal_to_all_processes_ends_with_what_was_taken_stored(tmp_path: Path, maildir: Path) -> None:
    for number in range(600):
        (maildir / f"new/{number:03}").write_bytes(bounce(number))
    (maildir / "cur/zzz:2,").write_bytes(LETTER)
    words = ["ingest", f"maildir:{maildir}", "--jobs", "2", "--batch", "20", "--db", str(tmp_path / "b.db")]
    done = maildir / ".Processed/cur"
    with subprocess.Popen(
        [sys.executable, "-m", "dsnparse", *words], stderr=subprocess.PIPE, start_new_session=True
    ) as worker:
        until(lambda: done.is_dir() and len(list(done.iterdir())) > 30)
        os.killpg(worker.pid, signal.SIGTERM)
        _, told = worker.communicate(timeout=60)
    assert worker.returncode in (143, 0), told
    assert b"ended the process" not in told
    names = {int(path.name.partition(":")[0]) for path in done.iterdir()}
    assert suppressed(tmp_path / "b.db") == users(*names)
    left = {int(path.name) for path in (maildir / "new").iterdir()}
    assert names | left == set(range(600))


def test_all_is_in_the_file_itself_when_all_processes_are_done(tmp_path: Path) -> None:
    fill(tmp_path / "mail")
    command("ingest", tmp_path / "mail", "--jobs", "2", "--db", tmp_path / "b.db")
    command("ingest", tmp_path / "mail", "--jobs", "2", "--db", tmp_path / "b.db")
    assert [file.name for file in tmp_path.glob("b.db*")] == ["b.db"]


def test_no_process_outlives_a_writer_that_is_killed(tmp_path: Path, maildir: Path) -> None:
    for number in range(300):
        (maildir / f"new/{number:03}").write_bytes(bounce(number))
    words = ["ingest", f"maildir:{maildir}", "--jobs", "2", "--batch", "20", "--db", str(tmp_path / "b.db")]
    worker = subprocess.Popen([sys.executable, "-m", "dsnparse", *words], start_new_session=True)
    until(lambda: (maildir / ".Processed/cur").is_dir())
    worker.kill()
    worker.wait()

    def gone() -> bool:
        try:
            os.killpg(worker.pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
        return False

    until(gone)


def test_a_run_that_was_given_up_leaves_nothing_for_the_next(tmp_path: Path) -> None:
    def pieces(first: int) -> Any:
        for number in range(first, first + 50):
            yield [Task(Mail(str(number), bounce(number), 9, key=str(number)))]

    def keys(outcomes: Sequence[list[Read]]) -> list[str]:
        return [read.key for reads in outcomes for read in reads]

    with Pool[Task, list[Read]](2, lambda: Reading(Parser()), killed) as pool:
        run = pool.run(pieces(0))
        assert keys(next(run)) == ["0"]
        run.close()
        assert [key for outcomes in pool.run(pieces(100)) for key in keys(outcomes)] == [
            str(number) for number in range(100, 150)
        ]
