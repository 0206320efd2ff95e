"""Tables at scale: how fast, how much of it is parsing, how flat, and equal after a kill.

    python benchmarks/scale.py [--messages 200000] [--spark PYTHON] [--only STEP …]

Every message is one that nobody has met (`varied.py`), in mboxes of 50 MB; which messages: see `messages.py`.
Times are CPU seconds of all processes of a step, since other work on the machine must not count; beside them
stands what the clock said. `--spark` is a Python that has the extra `spark` (`make spark` makes .venv-spark);
without it these steps are left out.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.messages import real_messages  # noqa: E402
from benchmarks.varied import varied  # noqa: E402

#: Bytes of one mbox.
FILE_BYTES = 50 * 1024 * 1024
#: Packs of one run, about: some to be killed between, and for two cores to share.
PACKS = 24
#: What the projection is for.
ARCHIVE = 300_000_000
CORES = 64

_SEPARATOR = b"From MAILER-DAEMON Thu Jul  2 12:05:05 2020\n"
#: Some files of collections begin with a separator of their own.
_OWN_LINE = re.compile(rb"\AFrom [^\n]*\n")
_WORKER = Path(__file__).with_name("scale_worker.py")


class Mail:
    """A folder of mboxes with messages that nobody has met."""

    def __init__(self, folder: Path, count: int) -> None:
        self.folder = folder
        self.count = count
        which, found = real_messages()
        notices = [one.data.replace(b"\r\n", b"\n") for one in found if one.kind != "other"]
        self.which = f"the {len(notices):,} notices in {which}"
        letters = [_OWN_LINE.sub(b"", notice) for notice in notices]
        letters = [letter.replace(b"\nFrom ", b"\n>From ") for letter in letters if letter.strip()]
        folder.mkdir()
        self.size = number = 0
        out = None
        for index in range(count):
            if out is None or out.tell() > FILE_BYTES:
                if out is not None:
                    out.close()
                out = (folder / f"{number:04}.mbox").open("wb")
                number += 1
            letter = _SEPARATOR + varied(letters[index % len(letters)], index) + b"\n\n"
            out.write(letter)
            self.size += len(letter)
        if out is not None:
            out.close()

    @property
    def share(self) -> int:
        """Bytes of a pack."""
        return max(self.size // PACKS, 1)


def worker(python: str, *words: object) -> dict[str, Any]:
    """What a step says in its last line, measured in a process of its own."""
    done = subprocess.run(
        [python, str(_WORKER), *map(str, words)], capture_output=True, text=True, check=False, cwd=ROOT
    )
    if done.returncode:
        raise RuntimeError(f"{words[0]}: {done.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


class Bench:
    """The steps, and what they found."""

    def __init__(self, mail: Mail, folder: Path, spark: str | None) -> None:
        self.mail = mail
        self.folder = folder
        self.spark = spark
        self.library: dict[str, Any] = {}
        self.best = 0.0

    def rates(self) -> None:
        """Messages a second and core, and the share of parsing."""
        self.library = worker(sys.executable, "library", self.mail.folder)
        parse = self.library["parse"]
        print("\n| | CPU µs a message | messages/s and core | parsing | clock, s | peak, MB |")
        print("|---|--:|--:|--:|--:|--:|")
        self._row("`parse_dsn` alone", self.library, parse, cpu=parse)
        for jobs in (1, 2):
            found = worker(
                sys.executable, "local", self.mail.folder, self.folder / f"local{jobs}", self.mail.share, jobs
            )
            self._row(
                f"`parse --format parquet`, {jobs} process{'es' * (jobs > 1)}",
                found,
                found.get("parse", parse),
            )
            self.best = self.best or found["cpu"] / self.mail.count
        if self.spark:
            for cores in (1, 2):
                out = self.folder / f"spark{cores}"
                found = worker(self.spark, "spark", self.mail.folder, out, self.mail.share, cores)
                name = f"Spark `local[{cores}]`, after a start of {found['start']:.0f} s"
                self._row(name, found, found["parse"], cpu=found["cpu"] - found["start"])

    def _row(self, name: str, found: dict[str, Any], parse: float, cpu: float | None = None) -> None:
        cpu = found["cpu"] if cpu is None else cpu
        each = cpu / self.mail.count
        print(
            f"| {name} | {each * 1e6:,.0f} | {1 / each:,.0f} | {parse / cpu:.0%} | {found['clock']:.1f} "
            f"| {found['peak']:,.0f} |",
            flush=True,
        )

    def memory(self) -> None:
        """The peak of one process, at a fifth of the mail and at all of it."""
        some = self.folder / "some"
        some.mkdir()
        left = self.mail.size // 5
        for path in sorted(self.mail.folder.iterdir()):
            with path.open("rb") as source, (some / path.name).open("wb") as target:
                piece = source.read(left)
                target.write(
                    piece[: piece.rfind(b"\nFrom MAILER-DAEMON Thu") + 1] if len(piece) == left else piece
                )
            left -= path.stat().st_size
            if left <= 0:
                break
        peaks = []
        for name, folder in (("a fifth", some), ("all", self.mail.folder)):
            found = worker(
                sys.executable,
                "local",
                folder,
                self.folder / f"memory-{some is folder}",
                self.mail.share // 5,
                1,
            )
            peaks.append(f"{found['peak']:,.0f} MB at {name} ({found['messages']:,} messages)")
        print(f"\nPeak of memory: {', '.join(peaks)}.", flush=True)

    def kill(self) -> None:
        """Killed three times on the way and completed: equal to a run that was not?"""
        whole, killed = self.folder / "whole", self.folder / "killed"
        words = [
            sys.executable,
            "-m",
            "dsnparse",
            "parse",
            str(self.mail.folder),
            "--format",
            "parquet",
            "--quiet",
        ]
        words += ["--part-bytes", str(self.mail.share), "--output"]
        subprocess.run([*words, str(whole)], check=False, cwd=ROOT, stderr=subprocess.DEVNULL)
        wanted = len(list(whole.glob("*.parquet")))
        for time_ in (1, 2, 3):
            run = subprocess.Popen([*words, str(killed)], cwd=ROOT, stderr=subprocess.DEVNULL)
            while run.poll() is None and len(list(killed.glob("*.parquet"))) < wanted * time_ // 4:
                time.sleep(0.02)
            run.send_signal(signal.SIGKILL)
            run.wait()
        subprocess.run([*words, str(killed)], check=False, cwd=ROOT, stderr=subprocess.DEVNULL)
        self._say_equal(f"\nKilled three times and completed, {wanted} parts", whole, killed)
        if self.spark:
            for cores in (1, 2):
                if (self.folder / f"spark{cores}").exists():
                    self._say_equal(
                        f"Spark `local[{cores}]`, row by row", whole, self.folder / f"spark{cores}"
                    )

    def _say_equal(self, what: str, first: Path, second: Path) -> None:
        said = worker(sys.executable, "equal", first, second)
        print(f"{what}: {'equal' if said['equal'] else 'NOT EQUAL'}.", flush=True)

    def manifest(self) -> None:
        """How fast mboxes are cut."""
        found = worker(sys.executable, "manifest", self.mail.folder, self.mail.share)
        rate = self.mail.size / found["cpu"] / 1e6
        print(
            f"\nManifest: {found['packs']} packs, {rate:,.0f} MB a second and core ({found['cpu']:.2f} s).",
            flush=True,
        )

    def projection(self) -> None:
        """What the archive would take."""
        if not self.best:
            return
        hours = ARCHIVE * self.best / 3600
        each = self.mail.size / self.mail.count
        print(
            f"\n{ARCHIVE:,} messages of this kind ({each * ARCHIVE / 1e12:.1f} TB): {hours:,.0f} core hours, "
            f"{hours / CORES:.1f} hours on {CORES} cores, if each is as fast as one here, they share the "
            f"packs evenly, and the store gives {each / self.best * CORES / 1e6:,.0f} MB a second."
        )


STEPS: dict[str, Callable[[Bench], None]] = {
    "rates": Bench.rates,
    "memory": Bench.memory,
    "kill": Bench.kill,
    "manifest": Bench.manifest,
    "projection": Bench.projection,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the mail, run the steps, print what they found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--messages", type=int, default=200_000, help="how many (default 200,000)")
    parser.add_argument("--spark", metavar="PYTHON", help="a Python that has the extra spark")
    parser.add_argument("--only", nargs="+", choices=STEPS, help="some of the steps")
    args = parser.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="dsnparse-scale-"))
    try:
        mail = Mail(folder / "mail", args.messages)
        load, each = os.getloadavg()[0], mail.size / args.messages / 1000
        print(
            f"{args.messages:,} messages made of {mail.which}, {each:.1f} KB each; "
            f"Python {platform.python_version()}, {os.cpu_count()} cores with a load of {load:.1f}.",
            flush=True,
        )
        bench = Bench(mail, folder, args.spark)
        for name in args.only or STEPS:
            STEPS[name](bench)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
