"""The section "operator" of `make bench`: what somebody waits for who runs the commands.

CPU seconds of the process and its children, since other work on the machine must not count; beside them what
the clock said. A list of a tenth of a million stands for one of a million: the cost of each address is told.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.messages import ROOT

if TYPE_CHECKING:
    from benchmarks.sections import Bench

#: Addresses on the list, and as many to look up.
_LISTED = 100_000
_COPIED_BYTES = 200_000
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Waited:
    """Seconds of one run."""

    cpu: float
    wall: float


class Operator:
    """One database with a list, and one with mail, and the commands on them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.db = folder / "list.db"

    def run(self, *words: str, db: Path | None = None, rounds: int = 1, given: Path | None = None) -> Waited:
        """The shortest of some runs of a command."""
        found = [self._once([*words, *(["--db", str(db)] if db else [])], given) for _ in range(rounds)]
        return Waited(min(one.cpu for one in found), min(one.wall for one in found))

    @staticmethod
    def _once(words: list[str], given: Path | None) -> Waited:
        before, started = _cpu(), time.perf_counter()
        with (given or Path("/dev/null")).open("rb") as stdin:
            done = subprocess.run(
                [sys.executable, "-m", "dsnparse", *words],
                cwd=ROOT, stdin=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False,
            )  # fmt: skip
        if done.returncode > 1:
            raise RuntimeError(f"dsnparse {' '.join(words)}: {done.stderr[-500:].decode()}")
        return Waited(_cpu() - before, time.perf_counter() - started)


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def operator(bench: Bench) -> None:
    """Look-ups, lists, and mail that is known already."""
    bench.paper.heading("What an operator waits for")
    with tempfile.TemporaryDirectory() as folder:
        rows = [*_list_rows(Operator(Path(folder))), *_mail_rows(Operator(Path(folder)), bench)]
    bench.paper.table(("what", "CPU", "clock", "must be"), rows)
    bench.paper.say(
        f"Each address: of {_LISTED:,}, with the command's start. CPU: user and system time of the command."
    )


def _list_rows(world: Operator) -> list[tuple[str, ...]]:
    listed, asked = world.folder / "list.txt", world.folder / "asked.txt"
    listed.write_text("".join(f"user{n * 7919 % _LISTED}@host{n % 500}.example\n" for n in range(_LISTED)))
    asked.write_text("".join(f"user{n * 104_729 % _LISTED}@host{n % 500}.example\n" for n in range(_LISTED)))
    importing = world.run("suppressions", "import", str(listed), "--format", "csv-plain", db=world.db)
    size = sum(file.stat().st_size for file in world.folder.glob("list.db*")) / _LISTED
    address = "user0@host0.example"
    return [
        _row("check one address", world.run("check", address, db=world.db, rounds=7), "80 ms"),
        _row("stats", world.run("stats", db=world.db, rounds=3), "150 ms"),
        _row("history", world.run("history", address, db=world.db, rounds=5), "150 ms"),
        _each("check, each of many", world.run("check", "-", db=world.db, given=asked), "20 µs"),
        _each("import, each address", importing, "30 µs"),
        _each("export, each address", world.run("suppressions", "export", db=world.db), "8 µs"),
        ("on the disk, each address", f"{size:,.0f} bytes", "", "250 bytes"),
    ]


def _mail_rows(world: Operator, bench: Bench) -> list[tuple[str, ...]]:
    some = [message.data for message in bench.real if len(message.data) <= _COPIED_BYTES]
    box, db = world.folder / "mail", world.folder / "mail.db"
    box.mkdir()
    for number in range(bench.args.copies):
        # The line makes each copy a message of its own.
        (box / f"{number}.eml").write_bytes(some[number % len(some)] + b"\r\n%d\r\n" % number)
    parsing = world.run("parse", str(box), "--quiet")
    first = world.run("ingest", str(box), "--quiet", db=db)
    again = world.run("ingest", str(box), "--quiet", db=db, rounds=2)
    return [
        _row(f"parse {bench.args.copies:,} messages", parsing, ""),
        _row("ingest them", first, ""),
        _row("ingest them again", again, f"{first.cpu / 10:,.1f} s"),
    ]


def _row(what: str, waited: Waited, must: str) -> tuple[str, ...]:
    if waited.cpu < 1:
        return what, f"{waited.cpu * 1e3:,.0f} ms", f"{waited.wall * 1e3:,.0f} ms", must
    return what, f"{waited.cpu:,.1f} s", f"{waited.wall:,.1f} s", must


def _each(what: str, waited: Waited, must: str) -> tuple[str, ...]:
    one = _MILLION / _LISTED
    return what, f"{waited.cpu * one:,.0f} µs", f"{waited.wall * one:,.0f} µs", must
