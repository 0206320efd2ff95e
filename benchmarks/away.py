"""What is taken away from a running dsnparse: the work of its hooks, its database, the room on its disk."""

from __future__ import annotations

import smtplib
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from store.postgres import control

from benchmarks.fault_world import Worker, World, free_port, message, outcome, until

COMMANDS = ("ingest", "watch", "listen")
#: What a hook does instead of its work.
HOOKS = {
    "hangs": "sleep 600",
    "hangs with children": "sleep 600 & sleep 600",
    "dies": "kill -9 $$",
    "prints NULs": r"head -c 100000000 /dev/zero >&2; printf 'a\0b' >&2; exit 1",
    "never stops talking": "yes >&2",
    "leaves a child": "sleep 600 & exit 0",
    "reads nothing": "exec <&-; exit 0",
}


class Feed:
    """Hands messages to a command in its own way, and knows which it has to keep until they are answered."""

    def __init__(self, world: World, command: str) -> None:
        self.world = world
        self.command = command
        self.port = free_port()
        self.sent = 0
        self.refused = 0
        self.waiting: list[int] = []

    @property
    def words(self) -> tuple[str, ...]:
        if self.command == "listen":
            return ("listen", "--lmtp", f"127.0.0.1:{self.port}")
        more = ("--interval", "0.1") if self.command == "watch" else ()
        return (self.command, f"maildir:{self.world.maildir}", *more)

    def start(self) -> Worker:
        worker = self.world.start(*self.words)
        if self.command != "ingest":
            assert worker.says("Watching" if self.command == "watch" else "Listening"), worker.text
        return worker

    def give(self, number: int) -> None:
        """Hand over so many new messages; a listener's 451 is tried again later by `again`."""
        numbers = range(self.sent, self.sent + number)
        self.sent += number
        if self.command != "listen":
            self.world.put(numbers)
            return
        self.waiting = [one for one in numbers if not self._deliver(one)]
        self.refused += len(self.waiting)

    def again(self) -> None:
        """What a mail server does with what was refused for now."""
        if self.command == "listen":
            assert until(lambda: all(self._deliver(one) for one in self.waiting))

    def _deliver(self, number: int) -> bool:
        with smtplib.LMTP("127.0.0.1", self.port, timeout=60) as client:
            try:
                client.sendmail("", ["bounces@sender.example"], message(number))
            except smtplib.SMTPResponseException as answer:
                if answer.smtp_code < 400 or answer.smtp_code > 499:
                    raise
                return False
            except smtplib.SMTPRecipientsRefused:
                return False
        return True


def bad_hook(place: Path, command: str, hook: str) -> tuple[bool, str]:
    """Three messages with a hook that does not do its work: all are stored, and the command ends."""
    world = World(place, str(place / "b.db"), HOOKS[hook])
    feed = Feed(world, command)
    started = time.monotonic()
    if command == "ingest":
        feed.give(3)
        status = feed.start().wait()
        stored = world.stored()
    else:
        worker = feed.start()
        feed.give(3)
        until(lambda: world.stored() == 3)
        stored = world.stored()
        status = worker.end()
    took = time.monotonic() - started
    return (stored, status) == (3, 0), f"{stored} of 3 stored, exit status {status}, {took:.1f} s"


@dataclass(frozen=True)
class Base:
    """What the database stands on: how it goes away, and how it comes back, for a process or for all."""

    take_away: Callable[[int], None]
    bring_back: Callable[[int], None]


def away_and_back(world: World, command: str, base: Base) -> tuple[bool, str]:
    """Messages before, while the database cannot be written, and after: all are there, once."""
    feed = Feed(world, command)
    if command == "ingest":
        feed.give(20)
        first = feed.start().wait()
        feed.give(20)
        base.take_away(0)
        worker = feed.start()
        status = worker.wait()
        base.bring_back(0)
        last = feed.start().wait()
        good = (first, last) == (0, 0) and status != 0 and "Traceback" not in worker.text
        said = f"exit status {status} meanwhile"
    else:
        worker = feed.start()
        feed.give(20)
        assert until(lambda: world.stored() == 20), worker.text
        base.take_away(worker.process.pid)
        feed.give(20)
        time.sleep(1.5)
        alive = worker.process.poll() is None
        base.bring_back(worker.process.pid)
        feed.again()
        feed.give(10)
        feed.again()
        assert until(lambda: world.stored() == feed.sent), worker.text
        status = worker.end()
        good = alive and status == 0 and "Traceback" not in worker.text
        said = f"exit status {status} at the end, {feed.refused} answered 451"
    found = outcome(world, range(feed.sent), has_files=command != "listen")
    return good and found.is_good, f"{feed.sent} messages: {found}; {said}"


def server_base(binaries: Path, url: str) -> Base:
    """A PostgreSQL of `running_server`, stopped as by a loss of power."""
    return Base(
        lambda _: control(binaries, url, "stop", "-m", "immediate"),
        lambda _: control(binaries, url, "start", "-l", "log"),
    )


def _fill(path: Path) -> None:
    """Write until there is no room left."""
    with path.open("wb", buffering=0) as file:
        for size in (65536, 512, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                continue


@contextmanager
def small_disk(place: Path) -> Iterator[Base]:
    """A tmpfs of four megabytes, which can be filled; needs root."""
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)], check=True)
    filler = place / "filler"
    try:
        yield Base(lambda _: _fill(filler), lambda _: filler.unlink())
    finally:
        subprocess.run(["umount", str(place)], check=True)
