"""Kill a worker at random moments; what a second run leaves must be what an uninterrupted one leaves.

    python -m tests.store.kill_test [--points 200] [--db postgresql+psycopg://…/empty] [--log FILE]

A worker reads bounces from a folder in batches, stores them, and only then moves them away, as every source
does. At each point a worker is started on a fresh folder and a fresh database and killed with SIGKILL after
a random time, sometimes a second one after it; then one runs to the end. Compared are all tables, but for
the numbers of rows and the clock, and what the hook was told: every change of state, at least once.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from sqlalchemy import JSON, create_engine, select, text

from dsnparse import parse_dsn
from dsnparse.store import Seen, Store, message_identity
from dsnparse.store.changes.outbox import LEASE
from dsnparse.store.sql.engine import database_url
from dsnparse.store.sql.schema import (
    UtcTime,
    addresses,
    alerts,
    journal,
    messages,
    metadata,
    outbox,
    positions,
    records,
)

from .reports import NOW, day

BATCH = 7
#: Status, what the receiver said, action.
_CASES = (
    ("5.1.1", "550 5.1.1 <{who}>: no such user here", "failed"),
    ("4.2.2", "452 4.2.2 <{who}>: mailbox full", "failed"),
    ("4.4.1", "connect to mx.example.com: connection timed out", "failed"),
    ("5.7.1", "550 5.7.1 message refused as spam", "failed"),
    ("4.4.1", "connect to mx.example.com: connection timed out", "delayed"),
)
#: The view.
_SUPPRESSED = text("""
    SELECT a."key", s.reason, s.since, s.until, s.source, s.by_whom, s.note, s.detail
    FROM suppressions s JOIN addresses a ON a.id = s.address_id
""").columns(since=UtcTime, until=UtcTime, detail=JSON)


class FileHook:
    """A hook that writes one line per delivery."""

    name = "file"

    def __init__(self, path: Path) -> None:
        self.path = path

    def deliver(self, payload: str, key: str, now: datetime) -> None:  # noqa: ARG002
        with self.path.open("a") as file:
            file.write(json.loads(payload)["id"] + "\n")


def make_messages(folder: Path, number: int) -> None:
    """Bounces in a fixed order for about a third as many addresses; the last are dated after `NOW`."""
    chance = random.Random(20250101)
    folder.mkdir()
    for index in range(number):
        who = f"user{chance.randrange(number // 3)}@example{chance.randrange(3)}.com"
        status, said, action = chance.choice(_CASES)
        when = day(-20 + index / 4).strftime("%a, %d %b %Y %H:%M:%S +0000")
        (folder / f"{index:05}.eml").write_text(
            f"From: MAILER-DAEMON@mx.example.com\nTo: bounces@sender.example\nSubject: Undelivered Mail\n"
            f"Message-ID: <{index}@mx.example.com>\nDate: {when}\nMIME-Version: 1.0\n"
            'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
            "--b\nContent-Type: text/plain\n\nYour message could not be delivered.\n"
            "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.com\n\n"
            f"Final-Recipient: rfc822; {who}\nAction: {action}\nStatus: {status}\n"
            f"Diagnostic-Code: smtp; {said.format(who=who)}\nLast-Attempt-Date: {when}\n"
            "--b\nContent-Type: message/rfc822\n\n"
            f"From: news@sender.example\nTo: {who}\nMessage-ID: <out{index}@sender.example>\n\nHello\n--b--\n"
        )


def work(url: str, folder: Path, told: Path, last: bool = False) -> None:
    """One worker: read, store, commit, then mark as done, then tell the hook.

    What a killed worker was about to tell is due again when its lease has run out: the last one comes later.
    """
    done = folder.parent / "done"
    done.mkdir(exist_ok=True)
    with Store.open(url, hooks=[FileHook(told)]) as store:
        while files := sorted(folder.iterdir())[:BATCH]:
            items = []
            for file in files:
                data = file.read_bytes()
                items.append(Seen(message_identity(data), "folder", parse_dsn(data), None))
            store.add(items, positions={"folder": files[-1].name}, now=NOW)
            for file in files:
                file.rename(done / file.name)
            store.tick(now=NOW)
        store.tick(now=day(2) + (2 * LEASE if last else timedelta(0)))


def dump(url: str) -> dict[str, Any]:
    """All that the database says, without row numbers and the clock of the writing."""
    engine = create_engine(database_url(url))
    with engine.connect() as connection:

        def rows(*columns: Any, joins: Any = None) -> list[str]:
            statement = select(*columns)
            if joins is not None:
                statement = statement.select_from(joins)
            return sorted(repr(tuple(row)) for row in connection.execute(statement))

        def named(table: Any) -> list[Any]:
            hidden = {
                "id",
                "message_id",
                "address_id",
                "mailed_id",
                "journal_id",
                "seen_at",
                "written_at",
                "key",
                "past",
            }
            return [column for column in table.c if column.name not in hidden]

        of = addresses.c.key
        found = {
            "messages": rows(*named(messages)),
            "records": rows(
                messages.c.digest,
                of,
                *named(records),
                joins=records.join(messages, messages.c.id == records.c.message_id).join(
                    addresses, addresses.c.id == records.c.address_id
                ),
            ),
            "addresses": rows(of, addresses.c.past, *named(addresses)),
            "suppressions": sorted(repr(tuple(row)) for row in connection.execute(_SUPPRESSED)),
            "journal": rows(
                of,
                *named(journal),
                joins=journal.outerjoin(addresses, addresses.c.id == journal.c.address_id),
            ),
            "alerts": rows(*named(alerts)),
            "positions": rows(*named(positions)),
            "outbox": rows(*named(outbox)),
            "keys": rows(journal.c.key),
        }
    engine.dispose()
    return found


def start(job: Callable[[], None]) -> int:
    """Run a job in a child; its process number."""
    child = os.fork()
    if child == 0:
        try:
            job()
        except BaseException as problem:  # noqa: BLE001  (whatever it is, it ends the child)
            sys.stderr.write(f"the worker failed: {problem!r}\n")
            sys.stderr.flush()
            os._exit(1)
        os._exit(0)
    return child


def end(child: int) -> bool:
    """Wait for a child; whether it was killed."""
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the worker failed by itself"
    return os.WIFSIGNALED(status)


def empty(url: str) -> None:
    """Remove all tables, or the SQLite file."""
    parsed = database_url(url)
    if parsed.get_backend_name() == "sqlite":
        for end in ("", "-wal", "-shm"):
            Path(f"{parsed.database}{end}").unlink(missing_ok=True)
        return
    engine = create_engine(parsed)
    with engine.begin() as connection:
        connection.execute(text("SET lock_timeout = '20s'"))
        for view in ("suppressions", "changes"):
            connection.execute(text(f"DROP VIEW IF EXISTS {view}"))
        metadata.drop_all(connection)
    engine.dispose()


def run(points: int, url: str, place: Path, seed: int, log: TextIO, number: int = 90) -> int:
    """Kill at so many points; how many ended otherwise than the uninterrupted run."""
    chance = random.Random(seed)
    make_messages(place / "new", number)
    fresh = place / "fresh"
    shutil.copytree(place / "new", fresh)

    def start_over() -> Path:
        empty(url)
        for name in ("new", "done"):
            shutil.rmtree(place / name, ignore_errors=True)
        shutil.copytree(fresh, place / "new")
        told = place / "told"
        told.unlink(missing_ok=True)
        return told

    durations = []
    for _ in range(3):
        told = start_over()
        started = time.monotonic()
        end(start(partial(work, url, place / "new", told, last=True)))
        durations.append(time.monotonic() - started)
    whole = min(durations)
    wanted = dump(url)
    backend = database_url(url).get_backend_name()
    print(
        f"{backend}: {number} messages, batches of {BATCH}, uninterrupted in {whole:.2f} s: "
        + ", ".join(f"{len(rows)} {name}" for name, rows in wanted.items() if name != "keys"),
        file=log,
        flush=True,
    )
    wrong = 0
    for point in range(1, points + 1):
        kills: list[str] = []
        wishes = chance.choice((1, 1, 2))
        while len(kills) < wishes:
            if not kills:
                told = start_over()
            moment = chance.uniform(0, whole)
            child = start(partial(work, url, place / "new", told))
            time.sleep(moment)
            os.kill(child, signal.SIGKILL)
            if end(child):
                left = len(list((place / "new").iterdir()))
                kills.append(f"killed after {moment * 1000:4.0f} ms, {left:2} left")
            elif kills:
                break  # the second worker was faster
        end(start(partial(work, url, place / "new", told, last=True)))
        found = dump(url)
        heard = told.read_text().split() if told.exists() else []
        keys = {key[2:-3] for key in found["keys"]}
        different = [name for name in wanted if found[name] != wanted[name]]
        if set(heard) != keys:
            different.append("told")
        wrong += bool(different)
        verdict = f"DIFFERENT: {', '.join(different)}" if different else "the same"
        again = len(heard) - len(set(heard))
        print(f"{point:3}  {'; '.join(kills):56}  {verdict}, {again} told again", file=log, flush=True)
    print(f"{backend}: {points} points, {wrong} ended otherwise\n", file=log, flush=True)
    return wrong


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--points", type=int, default=200)
    parser.add_argument("--db", help="an empty database; default: an SQLite file")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--log", type=argparse.FileType("a"), default=sys.stdout)
    given = parser.parse_args()
    place = Path(tempfile.mkdtemp(prefix="dsnparse-kill-"))
    try:
        return min(run(given.points, given.db or str(place / "k.db"), place, given.seed, given.log), 1)
    finally:
        shutil.rmtree(place)


if __name__ == "__main__":
    sys.exit(main())
