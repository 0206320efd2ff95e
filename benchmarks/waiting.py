"""What somebody waits for who runs the commands: look-ups, lists, and mail into the database.

    python benchmarks/waiting.py [--listed 100000] [--messages 12000] [--rounds 3] [--memory 200000]

It is also the section "operator" of `make bench`; run by itself it writes benchmarks/waiting.md. Each figure
is the least of some rounds, which take turns: CPU seconds of the command and its processes, since other work
on the machine must not count, and what the clock said. A database server's own CPU time is not among them.
How many messages matters: a command's start, and what its processes load for their first messages, take half
a second that no second process makes shorter. With PostgreSQL, where it is installed, on a server of its own
that is set up to lose nothing (fsync).
"""

from __future__ import annotations

import argparse
import compileall
import datetime
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.messages import ROOT, Real, real_messages
from benchmarks.tables import Paper
from benchmarks.varied import varied

_MILLION = 1_000_000
_LARGEST = 200_000
#: Runs a command, and says CPU seconds, seconds and the largest process of it.
_TIMED = """
import resource, subprocess, sys, time
started = time.perf_counter()
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
took = time.perf_counter() - started
used = resource.getrusage(resource.RUSAGE_CHILDREN)
assert done.returncode < 2, done.stderr[-500:].decode()
print(used.ru_utime + used.ru_stime, took, used.ru_maxrss * 1024)
"""


@dataclass(frozen=True, slots=True)
class Waited:
    """Seconds of a run, and the bytes of its largest process."""

    cpu: float
    wall: float
    largest: float


def run(*words: str | Path, given: Path | None = None) -> Waited:
    """Run a command of dsnparse's once."""
    command = [sys.executable, "-c", _TIMED, sys.executable, "-m", "dsnparse", *map(str, words)]
    with (given or Path("/dev/null")).open("rb") as stdin:
        done = subprocess.run(command, cwd=ROOT, stdin=stdin, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"dsnparse {' '.join(map(str, words))}: {done.stderr[-800:]}")
    cpu, wall, largest = map(float, done.stdout.split())
    return Waited(cpu, wall, largest)


def use_bytecode() -> None:
    """As of an installed package: a command must not compile its modules each time that it starts."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    compileall.compile_dir(ROOT / "dsnparse", quiet=1)


def least(found: Sequence[Waited]) -> Waited:
    """The least of each."""
    return Waited(
        min(one.cpu for one in found), min(one.wall for one in found), max(one.largest for one in found)
    )


class Database:
    """Where a database is, and how large."""

    def __init__(self, name: str, folder: Path, server: str = "") -> None:
        self.name = name
        self._folder = folder
        self._server = server
        self._numbers = iter(range(10_000))

    def new(self) -> str:
        """The URL of an empty one."""
        number = next(self._numbers)
        if not self._server:
            return str(self._folder / f"{number}.db")
        import psycopg

        with psycopg.connect(self._server.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE bench{number}".encode())
        return self._server.replace("/postgres?", f"/bench{number}?")

    def size(self, url: str) -> int:
        """Bytes."""
        if not self._server:
            return sum(file.stat().st_size for file in Path(url).parent.glob(f"{Path(url).name}*"))
        import psycopg

        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute("VACUUM")
            found = connection.execute(
                "SELECT sum(pg_total_relation_size(oid)) FROM pg_class "
                "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
            ).fetchone()
        return int(found[0]) if found else 0


@contextmanager
def databases(folder: Path) -> Iterator[list[Database]]:
    """SQLite, and PostgreSQL where it is installed."""
    sys.path.insert(0, str(ROOT / "tests"))
    from store.postgres import find_binaries, running_server

    sqlite, binaries = Database("SQLite", folder), find_binaries()
    if binaries is None:
        yield [sqlite]
        return
    with running_server(binaries, fsync=True) as server:
        yield [sqlite, Database("PostgreSQL", folder, server)]


def lists(paper: Paper, found: list[Database], folder: Path, listed: int, rounds: int) -> None:
    """Look-ups, and lists in and out."""
    given, asked = folder / "list.txt", folder / "asked.txt"
    given.write_text("".join(f"user{n * 7919 % listed}@host{n % 500}.example\n" for n in range(listed)))
    asked.write_text("".join(f"user{n * 104_729 % listed}@host{n % 500}.example\n" for n in range(listed)))
    address = "user0@host0.example"
    many = ("suppressions", "import", given, "--format", "csv-plain")
    rows = []
    for database in found:
        url = database.new()
        each = [
            ("import, each address", [run(*many, "--db", url)], "30 µs"),
            ("export, each address", [run("suppressions", "export", "--db", url)], "8 µs"),
            ("check, each of many", [run("check", "-", "--db", url, given=asked)], "20 µs"),
        ]
        size = database.size(url) / listed
        once = {
            "check one address": ("80 ms", ("check", address)),
            "stats": ("150 ms", ("stats",)),
            "history": ("150 ms", ("history", address)),
        }
        timed: dict[str, list[Waited]] = {name: [] for name in once}
        for _ in range(rounds + 4):
            for name, (_, words) in once.items():
                timed[name].append(run(*words, "--db", url))
        for name, (wanted, _) in once.items():
            waited = least(timed[name])
            rows.append(
                (name, database.name, f"{waited.cpu * 1e3:,.0f} ms", f"{waited.wall * 1e3:,.0f} ms", wanted)
            )
        for name, times, wanted in each:
            waited = least(times)
            cpu, wall = (value / listed * _MILLION for value in (waited.cpu, waited.wall))
            rows.append((name, database.name, f"{cpu:,.1f} µs", f"{wall:,.1f} µs", wanted))
        rows.append(("on the disk, each address", database.name, f"{size:,.0f} bytes", "", "250 bytes"))
    paper.table(("what", "database", "CPU", "clock", "wanted"), rows)
    paper.say(f"Each address: of {listed:,}, with the command's start.")


def mail(
    paper: Paper, found: list[Database], folder: Path, real: Sequence[Real], number: int, rounds: int
) -> None:
    """Messages that differ, parsed, and stored by one job and by two."""
    box = folder / "mail"
    box.mkdir()
    some = [message.data for message in real if len(message.data) <= _LARGEST]
    for at in range(number):
        (box / f"{at:06}.eml").write_bytes(varied(some[at * 7919 % len(some)], at))
    output = str(folder / "parsed.jsonl")
    one = folder / "one"
    one.mkdir()
    (one / "1.eml").write_bytes(some[0])
    starts = {
        "parse": least([run("parse", one, "-q", "-j", "1", "-o", output) for _ in range(rounds)]),
        "ingest": least([run("ingest", one, "-q", "-j", "2", "--db", found[0].new()) for _ in range(rounds)]),
    }
    jobs: dict[str, list[Waited]] = {}
    for _ in range(rounds):
        for count in ("1", "2"):
            jobs.setdefault(f"parse, {count}", []).append(run("parse", box, "-q", "-j", count, "-o", output))
        for database in found:
            for count in ("1", "2"):
                url = database.new()
                words = ("ingest", box, "-q", "-j", count, "--db", url)
                jobs.setdefault(f"ingest, {count}, {database.name}", []).append(run(*words))
            jobs.setdefault(f"known already, 2, {database.name}", []).append(run(*words))
    first = least(jobs["parse, 1"])
    rows = []
    for name, times in jobs.items():
        waited = least(times)
        what, count, *where = name.split(", ")
        start = starts["parse" if what == "parse" else "ingest"]
        later = (waited.cpu - start.cpu) / (first.cpu - starts["parse"].cpu)
        rows.append(
            (
                what, count, where[0] if where else "", f"{number / waited.wall:,.0f}",
                f"{first.wall / waited.wall:.2f}", f"{waited.cpu / number * 1e6:,.0f} µs",
                f"{waited.cpu / first.cpu:.2f}", f"{later:.2f}",
            )
        )  # fmt: skip
    paper.table(
        (
            "what", "jobs", "database", "messages/s", "× parse by the clock", "CPU a message", "× parse",
            "without the starts",
        ),
        rows,
    )  # fmt: skip
    paper.say(
        f"{number:,} messages that differ, with the commands' starts: {starts['parse'].cpu:.2f} s of CPU of "
        f"`parse`, {starts['ingest'].cpu:.2f} of `ingest` into SQLite. Wanted: two jobs at 1.8 × the rate of "
        "`parse` in one process, known mail ten times as fast as new."
    )


def memory(paper: Paper, folder: Path, number: int) -> None:
    """The largest process of a command over few messages, and over many."""
    from benchmarks.messages import bounces

    rows = []
    for count in (number // 10, number):
        box = folder / f"{count}.mbox"
        with box.open("wb") as file:
            for message in bounces(count):
                file.write(b"From x Sat Mar  1 12:00:00 2025\n" + message + b"\n")
        for words in (("parse", "-o", "/dev/null"), ("ingest", "--db", folder / f"{count}.db")):
            waited = run(*words, box, "-q", "-j", "2")
            rows.append(
                (
                    str(words[0]),
                    f"{count:,}",
                    f"{waited.largest / 1e6:,.0f} MB",
                    f"{count / waited.wall:,.0f}",
                )
            )
        box.unlink()
    paper.table(("what, 2 jobs", "messages", "largest process", "messages/s"), sorted(rows, reverse=True))


def operator(paper: Paper, real: Sequence[Real], copies: int) -> None:
    """The section of `make bench`."""
    paper.heading("What an operator waits for")
    use_bytecode()
    with tempfile.TemporaryDirectory() as name, databases(Path(name)) as found:
        lists(paper, found, Path(name), 100_000, 3)
        mail(paper, found, Path(name), real, copies, 2)


def main() -> int:
    """Print the tables, and write them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--listed", type=int, default=100_000, help="addresses on the list; 0: none")
    parser.add_argument("--messages", type=int, default=12_000, help="messages in the folder; 0: none")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", type=int, default=0, metavar="MESSAGES", help="so many, and a tenth")
    args = parser.parse_args()
    which, real = real_messages()
    use_bytecode()
    paper = Paper()
    now = datetime.datetime.now(datetime.UTC)
    paper.say(
        f"{now:%Y-%m-%d}, Python {platform.python_version()}, {os.cpu_count()} cores with a load of "
        f"{os.getloadavg()[0]:.1f} before the start; messages made from {which}."
    )
    with tempfile.TemporaryDirectory() as name, databases(Path(name)) as found:
        if args.listed:
            lists(paper, found, Path(name), args.listed, args.rounds)
        if args.messages:
            mail(paper, found, Path(name), real, args.messages, args.rounds)
        if args.memory:
            memory(paper, Path(name), args.memory)
    paper.save(ROOT / "benchmarks" / "waiting.md", "What an operator waits for")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
