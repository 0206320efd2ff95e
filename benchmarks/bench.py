"""`make bench`: how fast, how lean and how linear dsnparse is, and how right without its named formats.

    python benchmarks/bench.py [--rounds 5] [--copies 4000] [--largest 100] [--only SECTION …]

Figures are measured in the same run, in CPU time, taking turns, medians. What a person waits for
(commands, two processes, the database) is wall-clock time; for commands the shortest. A full run is also
written to benchmarks/results.md.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.sections import SECTIONS, Bench  # noqa: E402


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the sections and prints them; `results.md` is written when all of them ran."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5, help="how often each side is timed (default 5)")
    parser.add_argument("--copies", type=int, default=4_000, help="messages in the folder and the database")
    parser.add_argument("--largest", type=int, default=100, metavar="MB", help="largest message for growth")
    parser.add_argument(
        "--only", nargs="+", choices=SECTIONS, help="some of the sections; nothing is written"
    )
    args = parser.parse_args(arguments)
    bench = Bench(args)
    now = datetime.datetime.now(datetime.UTC)
    bench.paper.say(
        f"{now:%Y-%m-%d}, Python {platform.python_version()}, {os.cpu_count()} cores with a load of "
        f"{os.getloadavg()[0]:.1f} before the start, {bench.which}. "
        "Times of parsing are CPU time."
    )
    for name in args.only or SECTIONS:
        SECTIONS[name](bench)
    bench.verdict()
    if not args.only:
        bench.paper.save(ROOT / "benchmarks" / "results.md", "What `make bench` printed")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
