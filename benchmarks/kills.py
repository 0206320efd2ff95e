"""Kill `ingest`, `watch` and `listen` at random moments, again and again, over one database."""

from __future__ import annotations

import random
import smtplib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from benchmarks.fault_world import Outcome, World, free_port, message, outcome, until

#: Messages that come between two kills, and the size of a batch.
_NEW, _BATCH = 12, "4"
#: Clients that hand messages to a listener at a time, and how long they wait for an answer, in seconds.
_CLIENTS, _ANSWER = 3, 30.0


@dataclass(frozen=True)
class Killed:
    """How a run went."""

    kills: int
    messages: int
    outcome: Outcome
    #: Messages whose connection stayed open without an answer to DATA.
    unanswered: int = 0

    @property
    def is_good(self) -> bool:
        return self.outcome.is_good and not self.unanswered

    def __str__(self) -> str:
        return f"{self.kills} kills, {self.messages} messages: {self.outcome}, {self.unanswered} unanswered"


def kill_ingest(world: World, kills: int, chance: random.Random, *options: str) -> Killed:
    """Start it over new messages, and kill it before it is done."""
    words = ("ingest", f"maildir:{world.maildir}", "--batch", _BATCH, "--quiet", *options)
    world.put(range(_NEW))
    started = time.monotonic()
    world.start(*words).wait()
    whole = time.monotonic() - started
    done, sent = 0, _NEW
    while done < kills:
        world.put(range(sent, sent + _NEW))
        sent += _NEW
        worker = world.start(*words)
        time.sleep(chance.uniform(whole / 3, whole * 1.1))
        done += worker.kill()
    world.start(*words).wait()
    return Killed(done, sent, outcome(world, range(sent), has_files=True))


def kill_watch(world: World, kills: int, chance: random.Random, *options: str) -> Killed:
    """Kill it while messages come."""
    words = ("watch", f"maildir:{world.maildir}", "--batch", _BATCH, "--interval", "0.1", *options)
    sent = 0
    for _ in range(kills):
        worker = world.start(*words)
        assert worker.says("Watching"), worker.text
        end = time.monotonic() + chance.uniform(0.02, 0.6)
        while time.monotonic() < end:
            world.put(range(sent, sent + 3))
            sent += 3
            time.sleep(chance.uniform(0, 0.1))
        assert worker.kill(), worker.text
    worker = world.start(*words)
    until(lambda: world.stored() == sent and not any((world.maildir / "new").iterdir()))
    worker.end()
    return Killed(kills, sent, outcome(world, range(sent), has_files=True))


class Clients:
    """Mail servers that hand over one message after the other, and try again until each is answered."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.numbers = count()
        self.answered: list[int] = []
        self.unanswered = 0
        self.enough = threading.Event()
        self._threads = [threading.Thread(target=self._work) for _ in range(_CLIENTS)]
        for thread in self._threads:
            thread.start()

    def _work(self) -> None:
        while not self.enough.is_set():
            number = next(self.numbers)
            while not self._deliver(number):
                time.sleep(0.02)
            self.answered.append(number)
            time.sleep(0.01)

    def _deliver(self, number: int) -> bool:
        try:
            with smtplib.LMTP("127.0.0.1", self.port, timeout=_ANSWER) as client:
                client.sendmail("", ["bounces@sender.example"], message(number))
        except TimeoutError:
            self.unanswered += 1
            return False
        except (OSError, smtplib.SMTPException):  # killed, not started yet, or 451
            return False
        return True

    def end(self) -> None:
        self.enough.set()
        for thread in self._threads:
            thread.join()


def kill_listen(world: World, kills: int, chance: random.Random) -> Killed:
    """Kill it while messages are handed over."""
    port = free_port()
    words = ("listen", "--lmtp", f"127.0.0.1:{port}")
    clients = Clients(port)
    try:
        for _ in range(kills):
            worker = world.start(*words)
            assert worker.says("Listening"), worker.text
            time.sleep(chance.uniform(0.02, 0.5))
            assert worker.kill(), worker.text
        worker = world.start(*words)
        worker.says("Listening")
    finally:
        clients.end()
    worker.end()
    sent = len(clients.answered)
    assert sorted(clients.answered) == list(range(sent))
    return Killed(kills, sent, outcome(world, range(sent), has_files=False), clients.unanswered)


RUNS: dict[str, Callable[[World, int, random.Random], Killed]] = {
    "ingest": kill_ingest,
    "ingest --jobs 2": lambda world, kills, chance: kill_ingest(world, kills, chance, "--jobs", "2"),
    "watch": kill_watch,
    "watch --jobs 2": lambda world, kills, chance: kill_watch(world, kills, chance, "--jobs", "2"),
    "listen": kill_listen,
}
