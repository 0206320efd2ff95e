"""The sections of `make bench`, each a measurement with its table."""

from __future__ import annotations

import argparse
import cProfile
import email
import filecmp
import os
import pstats
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import accuracy, growth, memory, speed, waiting
from benchmarks.measure import ROOT, best, run, runs, shortest
from benchmarks.messages import real_messages, returned_attachment
from benchmarks.tables import Paper
from dsnparse import parse_dsn

_MB = 1_000_000
#: How many times the copies make a folder on which start-up no longer counts.
_JOB_FOLDS = 3
#: Large messages say nothing about a mailbox's rate, and would fill a disk when copied.
_COPIED_BYTES = 200_000
_BATCH = 500


class Bench:
    """The sections, each a method; what the last table needs is kept in `summary`."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.paper = Paper()
        self.which, self.real = real_messages()
        self.summary: list[tuple[str, str, str, str]] = []

    def bar(self, what: str, must: str, found: str, *, reached: bool) -> None:
        """A row of the last table."""
        self.summary.append((what, must, found, "yes" if reached else "no"))

    def speed(self) -> None:
        """Everything filled in, on messages not met before, and the neighbours side by side."""
        self.paper.heading("Parsing")
        times = speed.measure(self.real, self.args.rounds)
        speed.show(times, self.paper)
        self.paper.say(
            "CPU time in a process each, in turns, on messages whose names, addresses, ids and boundaries no "
            "parser has met. `first met`: half of the bounces, the first time that any like them come, in a "
            "process that has read the other half. Everything that dsnparse has is filled in; flufl.bounce "
            "gives addresses only, flanker a status, fast_mail_parser the parts."
        )
        names = dict.fromkeys(name for name, _, _ in times.of)
        for ours in [name for name in names if name.startswith("dsnparse")]:
            own = times.mean(ours, speed.BOUNCES) or 0
            least = 3.0 if "compiled" in ours else 2.2
            python = ours.partition("(")[2].partition(",")[0]
            for name in names:
                if own and (name.startswith("Sisimai") or (name.startswith("flufl") and python in name)):
                    gain = (times.mean(name, speed.BOUNCES) or 0) / own
                    self.bar(
                        f"bounces, {ours} over {name}", f"≥ {least} ×", f"{gain:.2f} ×", reached=gain >= least
                    )

    def attachment(self) -> None:
        """A bounce that returns 25 MB."""
        self.paper.heading("A bounce that returns a 25 MB attachment")
        data = returned_attachment(25 * _MB)
        ours = best(parse_dsn, data, least=0.5)
        theirs = best(email.message_from_bytes, data)
        rows = [("dsnparse", f"{ours / theirs:.4f}", f"{ours * 1e3:,.1f} ms")]
        for name, command in speed.neighbours().items():
            time = min(speed.cpu_times(command, data, times=2)) / 1e9
            rows.append((name, f"{time / theirs:.4f}", f"{time * 1e3:,.1f} ms"))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "large.eml")
            path.write_bytes(data)
            traced, resident = memory.peaks(path)
        self.paper.table(("what", "× message_from_bytes", "time"), rows)
        self.paper.say(
            f"Peak memory above the input: {traced / _MB:.2f} MB allocated by Python; the process grew by "
            f"{resident / _MB:.2f} MB."
        )
        self.bar("25 MB attachment, time", "≤ 0.1 ×", f"{ours / theirs:.4f} ×", reached=ours / theirs <= 0.1)
        most = max(traced, resident) / _MB
        self.bar("25 MB attachment, memory above the input", "≤ 5 MB", f"{most:.1f} MB", reached=most <= 5)

    def growth(self) -> None:
        """Time a byte as messages grow."""
        self.paper.heading("Growth")
        curves = growth.measure(self.args.largest * _MB)
        growth.show(curves, self.paper, ROOT / "benchmarks" / "growth.svg")
        worst = max(curves, key=lambda curve: curve.exponent)
        self.bar(
            "time as messages grow: exponent", "≤ 1.1", f"{worst.exponent:.2f} ({worst.what.name})",
            reached=worst.exponent <= 1.1,
        )  # fmt: skip

    def start(self) -> None:
        """What a person or a pipe transport waits for."""
        self.paper.heading("Starting")
        smallest = min((m for m in self.real if m.kind == "bounce"), key=lambda m: abs(len(m.data) - 5_000))
        commands = {
            "python -c pass": ("-c", "pass"),
            "python -c 'import dsnparse'": ("-c", "import dsnparse"),
            "python -c 'from dsnparse import parse_dsn'": ("-c", "from dsnparse import parse_dsn"),
            "dsnparse parse one.eml": ("-m", "dsnparse", "parse", "--format", "table", str(smallest.path)),
        }
        found = runs(commands, max(5, 3 * self.args.rounds))
        takes = {name: shortest(some) * 1000 for name, some in found.items()}
        bare = takes["python -c pass"]
        rows = [(name, f"{time:,.0f} ms", f"{time - bare:,.0f} ms") for name, time in takes.items()]
        self.paper.table(("command", "takes", "above bare Python"), rows)
        above = takes["python -c 'import dsnparse'"] - bare
        self.bar("import dsnparse, above bare Python", "≤ 40 ms", f"{above:.0f} ms", reached=above <= 40)
        one = takes["dsnparse parse one.eml"]
        self.bar("dsnparse parse one.eml", "≤ 250 ms", f"{one:.0f} ms", reached=one <= 250)

    def jobs(self) -> None:
        """A folder of some thousand messages with one process and with two."""
        self.paper.heading("A folder of messages, one process and two")
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            number = self._copies(folder / "all", _JOB_FOLDS * self.args.copies)
            few = self._copies(folder / "few", number // 12)
            one, two, small = folder / "one.jsonl", folder / "two.jsonl", folder / "few.jsonl"
            commands = {
                "--jobs 1": _parse(folder / "all", 1, one),
                "--jobs 2": _parse(folder / "all", 2, two),
            }
            found = runs(commands, max(2, self.args.rounds // 2))
            at_first = run(*_parse(folder / "few", 2, small))
            same = filecmp.cmp(one, two, shallow=False)
        rows = [
            (
                f"{number:,} messages, {job}", f"{number / shortest(some):,.0f}",
                f"{max(each.megabytes for each in some):,.0f} MB",
            )
            for job, some in found.items()
        ]  # fmt: skip
        rows.append(
            (f"{few:,} messages, --jobs 2", f"{few / at_first.seconds:,.0f}", f"{at_first.megabytes:,.0f} MB")
        )
        self.paper.table(("dsnparse parse FOLDER", "messages a second", "largest process"), rows)
        gains = [a.seconds / b.seconds for a, b in zip(found["--jobs 1"], found["--jobs 2"], strict=True)]
        gain = statistics.median(gains)
        self.paper.say(
            f"Two processes are {gain:.2f} times as fast as one, on {os.cpu_count()} cores; their output is "
            f"{'the same, byte for byte' if same else 'NOT the same'}."
        )
        self.bar("--jobs 2 over --jobs 1", "≥ 1.7 ×", f"{gain:.2f} ×", reached=gain >= 1.7 and same)

    def _copies(self, folder: Path, number: int | None = None) -> int:
        folder.mkdir()
        some = [message for message in self.real if len(message.data) <= _COPIED_BYTES]
        number = number or self.args.copies
        for at in range(number):
            (folder / f"{at:06}.eml").write_bytes(some[at % len(some)].data)
        return number

    def ingest(self) -> None:
        """Into an SQLite database, beside parsing alone."""
        self.paper.heading("Into a database")
        try:
            from dsnparse.store import Seen, Store, event_identity, message_identity
        except ImportError as error:
            self.paper.say(f"Left out: {error.name} is not installed.")
            return
        some = [message for message in self.real if len(message.data) <= _COPIED_BYTES]
        messages = [some[at % len(some)].data for at in range(self.args.copies)]
        parsing = storing = 0.0
        with tempfile.TemporaryDirectory() as folder, Store.open(str(Path(folder, "bounces.db"))) as store:
            for at in range(0, len(messages), _BATCH):
                batch = messages[at : at + _BATCH]
                started = time.perf_counter()
                reports = [parse_dsn(data) for data in batch]
                parsed = time.perf_counter()
                items = []
                for number, (data, report) in enumerate(zip(batch, reports, strict=True), at):
                    # The identity is computed as always; the number makes each copy a message of its own.
                    identity = event_identity(message_identity(data), str(number))
                    items.append(Seen(identity, "bench", report))
                store.add(items)
                parsing += parsed - started
                storing += time.perf_counter() - parsed
            asked = [f"user{number}@example.org" for number in range(200)]
            started = time.perf_counter()
            for address in asked:
                store.check(address)
            check = (time.perf_counter() - started) / len(asked) * 1000
        number = len(messages)
        both = parsing + storing
        rows = [
            ("parse", f"{number / parsing:,.0f}", "1.00"),
            ("store", f"{number / storing:,.0f}", f"{storing / parsing:.2f}"),
            ("parse and store", f"{number / both:,.0f}", f"{both / parsing:.2f}"),
        ]
        self.paper.table((f"{number:,} messages", "a second", "time"), rows)
        self.paper.say(f"Store.check answers in {check:.2f} ms.")
        self.bar(
            "parse and store, over parse", "≤ 2 ×", f"{both / parsing:.2f} ×", reached=both <= 2 * parsing
        )
        rate = number / storing
        self.bar("messages into SQLite a second, parsed", "≥ 3,000", f"{rate:,.0f}", reached=rate >= 3000)
        self.bar("Store.check", "≤ 1 ms", f"{check:.2f} ms", reached=check <= 1)

    def operator(self) -> None:
        """Lists and mailboxes, in SQLite and PostgreSQL."""
        waiting.operator(self.paper, self.real, self.args.copies)

    def accuracy(self) -> None:
        """Named formats on and off."""
        self.paper.heading("Accuracy with named formats off")
        accuracy.show(self.paper)

    def profile(self) -> None:
        """Where the time goes."""
        self.paper.heading("Where the time goes")
        profile = cProfile.Profile()
        data = [message.data for message in self.real]
        profile.enable()
        for message in data:
            parse_dsn(message)
        profile.disable()
        # `stats` is there at run time; the library's types leave it out.
        stats: dict[tuple[str, int, str], tuple[int, int, float, float, object]] = vars(
            pstats.Stats(profile)
        )["stats"]
        total = sum(row[2] for row in stats.values())
        rows = []
        for (file, line, name), row in sorted(stats.items(), key=lambda item: -item[1][2])[:10]:
            place = name if file == "~" else f"{Path(file).parent.name}/{Path(file).name}:{line} {name}"
            rows.append((place.replace("|", "/"), f"{row[1]:,}", f"{100 * row[2] / total:.1f} %"))
        self.paper.table(("function", "calls", "own time"), rows)

    def verdict(self) -> None:
        """The bars of this project and whether they are reached."""
        if self.summary:
            self.paper.heading("What must be reached")
            self.paper.table(("what", "must", "here", "reached"), self.summary)


def _parse(folder: Path, jobs: int, output: Path) -> tuple[str, ...]:
    return ("-m", "dsnparse", "parse", str(folder), "--jobs", str(jobs), "--quiet",
            "--format", "jsonl", "--output", str(output))  # fmt: skip


SECTIONS: dict[str, Callable[[Bench], None]] = {
    "speed": Bench.speed,
    "attachment": Bench.attachment,
    "growth": Bench.growth,
    "start": Bench.start,
    "jobs": Bench.jobs,
    "ingest": Bench.ingest,
    "operator": Bench.operator,
    "accuracy": Bench.accuracy,
    "profile": Bench.profile,
}
