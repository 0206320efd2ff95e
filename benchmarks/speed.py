"""Microseconds of CPU time a message, of dsnparse and its neighbours, on messages that they have not met.

Each parser runs in a process of its own and gets the same batches of varied messages (`varied.py`) in turns.
One half of the messages it has never seen in any form when they come the first time; that is measured apart.
"""

from __future__ import annotations

import os
import random
import shutil
import statistics
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.messages import Real
from benchmarks.speed_worker import PARSERS
from benchmarks.tables import Paper
from benchmarks.varied import varied
from dsnparse import parse_dsn

HERE = Path(__file__).resolve().parent
#: Messages that one parser reads before it is the next one's turn.
_TURN = 40
#: Larger ones say nothing of a mailbox's rate.
_LARGEST = 200_000
#: What each measurement has anyway.
_OURS = ("dsnparse", "email")
#: Samples that were made to be hard to read.
_NOT_USUAL = ("malformed",)
CLASSES = ("RFC 3464", "named format", "prose", "complaint, answer", "ordinary mail")
BOUNCES = CLASSES[:3]
_KINDS = ("bounce", "delay", "delivery")
#: Upper ends of the sizes that are told apart, in bytes.
SIZES = (2_500, 8_000, _LARGEST)


class Worker:
    """A parser in its process."""

    def __init__(self, name: str, command: Sequence[str]) -> None:
        self.name = name
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def nanoseconds(self, batch: Sequence[bytes]) -> int:
        """The CPU time for a batch."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        frames = [struct.pack(">I", len(batch))]
        for message in batch:
            frames += (struct.pack(">I", len(message)), message)
        self._process.stdin.write(b"".join(frames))
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """Ends the process."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def class_of(message: Real) -> str:
    """The class that a message is counted in."""
    if message.kind not in _KINDS:
        return "ordinary mail" if message.kind == "other" else "complaint, answer"
    form = parse_dsn(message.data).format or "generic"
    return {"rfc3464": "RFC 3464", "generic": "prose"}.get(form, "named format")


def commands() -> dict[str, list[str]]:
    """The parsers that are here: their names with versions, and how to run them.

    DSNPARSE_BENCH_PYTHONS: interpreters in place of this one, each with what is installed for it (by
    `make bench`).
    """
    found: dict[str, list[str]] = {}
    others = os.environ.get("DSNPARSE_BENCH_PYTHONS", "")
    pythons = [one for one in others.split(os.pathsep) if one] or [sys.executable]
    tried = [[python, str(HERE / "speed_worker.py"), name] for python in pythons for name in PARSERS]
    if perl := shutil.which("perl"):
        tried.append([perl, str(HERE / "speed_worker.pl")])
    for command in tried:
        asked = subprocess.run([*command, "--version"], capture_output=True, text=True, check=False)
        if asked.returncode == 0:
            found.setdefault(asked.stdout.strip(), command)
    return found


def neighbours() -> dict[str, list[str]]:
    """The same without dsnparse and the standard library."""
    return {name: command for name, command in commands().items() if command[-1] not in _OURS}


def cpu_times(command: Sequence[str], message: bytes, *, times: int) -> list[int]:
    """Nanoseconds of CPU time of a parser for one message, some times over."""
    worker = Worker("", command)
    try:
        return [worker.nanoseconds([message]) for _ in range(times)]
    finally:
        worker.close()


class Times:
    """Nanoseconds of each parser for each batch, and for how many messages of which class and size."""

    def __init__(self) -> None:
        self.of: dict[tuple[str, str, int], list[list[int]]] = {}
        self.first: dict[str, int] = {}
        self.messages: dict[tuple[str, int], int] = {}

    def mean(self, name: str, classes: Sequence[str], sizes: Sequence[int] = SIZES) -> float | None:
        """Microseconds a message: the median of the rounds for each batch, added up; None for no message."""
        wanted = [(one, size) for one in classes for size in sizes if (one, size) in self.messages]
        number = sum(self.messages[one] for one in wanted)
        spent = sum(statistics.median(batch) for one in wanted for batch in self.of[name, *one])
        return spent / number / 1000 if number else None


def measure(messages: Sequence[Real], rounds: int) -> Times:
    """Times of all parsers that are here. Every other message is first met when it is measured."""
    times = Times()
    some = [one for one in messages if len(one.data) <= _LARGEST and one.path.parent.name not in _NOT_USUAL]
    random.Random(1).shuffle(some)
    warm, rest = some[::2], some[1::2]
    workers = [Worker(name, command) for name, command in commands().items()]
    try:
        for batch in _turns([varied(one.data, "warm") for one in warm]):
            for worker in workers:
                worker.nanoseconds(batch)
        unmet = [one for one in rest if class_of(one) in BOUNCES]
        for batch in _turns([varied(one.data, "first") for one in unmet]):
            for worker in workers:
                times.first[worker.name] = times.first.get(worker.name, 0) + worker.nanoseconds(batch)
        times.first = {name: spent // max(len(unmet), 1) for name, spent in times.first.items()}
        _measure_all(some, workers, times, rounds)
    finally:
        for worker in workers:
            worker.close()
    return times


def _measure_all(messages: Sequence[Real], workers: list[Worker], times: Times, rounds: int) -> None:
    groups: dict[tuple[str, int], list[bytes]] = {}
    for one in messages:
        size = next(most for most in SIZES if len(one.data) <= most)
        groups.setdefault((class_of(one), size), []).append(one.data)
    for group, originals in groups.items():
        times.messages[group] = len(originals)
        turns = list(_turns(originals))
        for worker in workers:
            times.of[worker.name, *group] = [[] for _ in turns]
        for number in range(rounds):
            for at, turn in enumerate(turns):
                batch = [varied(message, f"{number}.{at}") for message in turn]
                for worker in workers if number % 2 else workers[::-1]:
                    times.of[worker.name, *group][at].append(worker.nanoseconds(batch))


def _turns(messages: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for at in range(0, len(messages), _TURN):
        yield messages[at : at + _TURN]


def show(times: Times, paper: Paper) -> None:
    """The tables: by class and by size."""
    names = list(dict.fromkeys(name for name, _, _ in times.of))
    counted = {one: sum(n for (of, _), n in times.messages.items() if of == one) for one in CLASSES}
    rows = []
    for name in names:
        cells = [times.mean(name, [one]) for one in CLASSES]
        bounces = times.mean(name, BOUNCES)
        rows.append((name, *map(_shown, cells), _shown(bounces), f"{times.first[name] / 1000:,.0f}"))
    head = ("µs a message", *CLASSES, "all bounces", "bounces first met")
    paper.table(head, [("messages", *(f"{counted[one]:,}" for one in CLASSES), "", ""), *rows])
    labels = [f"to {size / 1000:g} KB" for size in SIZES]
    by_size = [(name, *(_shown(times.mean(name, BOUNCES, [size])) for size in SIZES)) for name in names]
    paper.table(("µs a bounce by size", *labels), by_size)


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}"
