"""What the fault runs share: messages, a place where they are worked off, and counting what came of it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import func, select

from dsnparse.store import ExecHook, Store, message_identity
from dsnparse.store.changes.outbox import LEASE
from dsnparse.store.sql.schema import messages, records

#: Of ten messages, five say that an address is no more, four that another one's mailbox is full for now (five
#: would pause it, so none may count twice), and one is a person's letter.
_HARD, _SOFT = 5, 4
#: Seconds: a hook that hangs is given up after 60, and a round of hooks begins no more after as many.
_PATIENCE = 200.0


def is_hard(number: int) -> bool:
    return number % 10 < _HARD


def message(number: int) -> bytes:
    """The message of this number."""
    group, place = divmod(number, 10)
    if place >= _HARD + _SOFT:
        header = f"From: joe@example.org\r\nSubject: Hello\r\nMessage-ID: <{number}@example.org>\r\n"
        return f"{header}\r\nWhy me?\r\n".encode()
    who, status, said = f"user{number}", "5.1.1", "550 5.1.1 no such user here"
    if place >= _HARD:
        who, status, said = f"busy{group}", "4.2.1", "450 4.2.1 mailbox busy, try again later"
    return (
        "From: MAILER-DAEMON@mx.example.com\r\nTo: bounces@sender.example\r\nSubject: Undelivered Mail\r\n"
        f"Message-ID: <{number}@mx.example.com>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nYour message could not be delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.com\r\n\r\n"
        f"Final-Recipient: rfc822; {who}@example.com\r\nAction: failed\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; {said}\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
        f"From: news@sender.example\r\nMessage-ID: <news{number}@sender.example>\r\n\r\nHello\r\n--b--\r\n"
    ).encode()


@dataclass
class Worker:
    """A dsnparse that runs, and what it said."""

    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        with self.process.stderr as lines:
            self.said.extend(lines)

    @property
    def text(self) -> str:
        return "".join(self.said)

    def says(self, words: str) -> bool:
        return until(lambda: words in self.text)

    def kill(self) -> bool:
        """Kill it; whether it was still at work."""
        alive = self.process.poll() is None
        self.process.kill()
        self.wait()
        return alive

    def end(self) -> int:
        """Ask it to end; its exit status."""
        self.process.terminate()
        return self.wait()

    def wait(self) -> int:
        status = self.process.wait(_PATIENCE)
        self._reader.join(_PATIENCE)
        return status


def until(true: Callable[[], bool], patience: float = 60.0) -> bool:
    """Wait until something is true; whether it ever was."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.02)
    return true()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@dataclass
class World:
    """A Maildir, a database, and a hook that writes down what it is told."""

    place: Path
    url: str
    hook: str = 'cat >> "$0.told"; echo >> "$0.told"'

    def __post_init__(self) -> None:
        for folder in ("new", "cur", "tmp"):
            (self.maildir / folder).mkdir(parents=True)
        self.script.write_text(f"#!/bin/sh\n{self.hook}\n")
        self.script.chmod(0o755)

    @property
    def maildir(self) -> Path:
        return self.place / "Maildir"

    @property
    def script(self) -> Path:
        return self.place / "hook"

    def put(self, numbers: range) -> None:
        """Deliver these messages to the Maildir."""
        for number in numbers:
            path = self.maildir / f"tmp/{number:06}"
            path.write_bytes(message(number))
            path.rename(self.maildir / f"new/{number:06}")

    def start(self, *words: str, wrap: tuple[str, ...] = ()) -> Worker:
        """Start dsnparse with this database and the hook."""
        command = [
            *wrap,
            sys.executable,
            "-m",
            "dsnparse",
            *words,
            "--db",
            self.url,
            "--exec",
            str(self.script),
        ]
        return Worker(subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=os.environ))

    def stored(self) -> int:
        """How many messages the database has; 0 while it cannot be read."""
        try:
            with Store.open(self.url, create=False) as store, store.database.read() as connection:
                return int(connection.execute(select(func.count()).select_from(messages)).scalar_one())
        except Exception:  # noqa: BLE001  (whatever is broken on purpose)
            return 0

    def tell_the_rest(self) -> None:
        """Tell the hook what killed workers were about to: due again when their lease has run out."""
        now = datetime.now(UTC)
        with Store.open(self.url, hooks=[ExecHook([str(self.script)])]) as store:
            for round_ in range(100):
                store.tick(now=now + timedelta(days=round_) + 2 * LEASE)
                if not store.waiting():
                    break


@dataclass(frozen=True)
class Outcome:
    """What is wrong with the end of a run; all zero when nothing is."""

    lost: int
    twice: int
    wrong_state: int
    untold: int
    #: No fault: a hook is told at least once.
    told_again: int
    lost_files: int = 0
    doubled_files: int = 0

    @property
    def is_good(self) -> bool:
        return not (
            self.lost
            or self.twice
            or self.wrong_state
            or self.untold
            or self.lost_files
            or self.doubled_files
        )

    def __str__(self) -> str:
        words = [f"{self.lost} lost", f"{self.twice} counted twice", f"{self.wrong_state} addresses wrong"]
        words += [f"{self.untold} changes untold", f"{self.told_again} told again"]
        words += [f"{self.lost_files} files lost", f"{self.doubled_files} files doubled"]
        return ", ".join(words)


def outcome(world: World, numbers: range, *, has_files: bool) -> Outcome:
    """Hold the database, the Maildir and what the hook was told against what was handed over."""
    world.tell_the_rest()
    data = {number: message(number) for number in numbers}
    with Store.open(world.url, create=False) as store:
        with store.database.read() as connection:
            digests = Counter(connection.execute(select(messages.c.digest)).scalars())
            rows = connection.execute(select(func.count()).select_from(records)).scalar_one()
        listed = {entry.address for entry in store.suppressions(states=("suppressed", "paused"))}
    wanted = {f"user{number}@example.com" for number in numbers if is_hard(number)}
    with_records = sum(number % 10 < _HARD + _SOFT for number in numbers)
    told = [json.loads(line) for line in world.script.with_suffix(".told").read_text().splitlines() if line]
    files = Counter(
        path.read_bytes() for path in world.maildir.rglob("*") if path.parent.name in ("cur", "new")
    )
    kept = [files[text] for text in data.values()] if has_files else []
    return Outcome(
        lost=sum(message_identity(text) not in digests for text in data.values()),
        twice=sum(digests.values()) - len(digests) + max(0, rows - with_records),
        wrong_state=len(listed ^ wanted),
        untold=len(wanted - {one["address"] for one in told}),
        told_again=len(told) - len({one["id"] for one in told}),
        lost_files=kept.count(0),
        doubled_files=sum(number > 1 for number in kept),
    )
