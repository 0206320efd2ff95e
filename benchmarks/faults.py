"""`make faults`: kill dsnparse, take its database away, fill its disk, give it bad hooks; count what is lost.

    python benchmarks/faults.py [--kills 200] [--only kills hooks postgresql disk] [--seed 1]

PostgreSQL's programs are needed for the runs with it, and root for the full disk (a small tmpfs): what is
left out is named. Exit status 1 when a run did not end as it should.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from store.postgres import INSTALL, find_binaries, running_server  # noqa: E402

from benchmarks.away import COMMANDS, HOOKS, away_and_back, bad_hook, server_base, small_disk  # noqa: E402
from benchmarks.fault_world import World  # noqa: E402
from benchmarks.kills import RUNS  # noqa: E402

KINDS = ("kills", "hooks", "postgresql", "disk")
#: The name of a run, and what runs: whether it ended as it should, and the figures.
Run = tuple[str, Callable[[Path], tuple[bool, str]]]


def kills(place: Path, url: str, command: str, number: int, seed: int) -> tuple[bool, str]:
    killed = RUNS[command](World(place, url or str(place / "b.db")), number, random.Random(seed))
    return killed.is_good, str(killed)


def with_server(
    place: Path, binaries: Path, run: Callable[[Path, str], tuple[bool, str]]
) -> tuple[bool, str]:
    with running_server(binaries) as url:
        return run(place, url)


def gone(place: Path, url: str, binaries: Path, command: str) -> tuple[bool, str]:
    return away_and_back(World(place, url), command, server_base(binaries, url))


def full(place: Path, command: str) -> tuple[bool, str]:
    with small_disk(place / "disk") as base:
        return away_and_back(World(place, str(place / "disk/b.db")), command, base)


def runs(kinds: Sequence[str], number: int, seed: int) -> Iterator[Run]:
    """What there is to run here; what is left out is said."""
    binaries = find_binaries()
    if binaries is None:
        print(f"Left out: all runs with PostgreSQL. It is not installed; to run them: {INSTALL}")
    for command in RUNS if "kills" in kinds else ():
        kill = partial(kills, command=command, number=number, seed=seed)
        yield f"kills: {command}, SQLite", partial(kill, url="")
        if binaries is not None:
            yield f"kills: {command}, PostgreSQL", partial(with_server, binaries=binaries, run=kill)
    for command in COMMANDS:
        if "hooks" in kinds:
            for hook in HOOKS:
                yield f"hook {hook}: {command}", partial(bad_hook, command=command, hook=hook)
        if "postgresql" in kinds and binaries is not None:
            away = partial(gone, binaries=binaries, command=command)
            yield f"PostgreSQL gone and back: {command}", partial(with_server, binaries=binaries, run=away)
        if "disk" in kinds and os.geteuid() == 0:
            yield f"disk full: {command}", partial(full, command=command)
    if "disk" in kinds and os.geteuid() != 0:
        print("Left out: the runs with a full disk. They mount a tmpfs; to run them: be root")


@contextmanager
def new_place() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="dsnparse-faults-"))
    try:
        yield place
    finally:
        shutil.rmtree(place)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run all, a line each; the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=200, help="of each command (default: 200)")
    parser.add_argument("--only", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    bad = 0
    for name, run in runs(given.only, given.kills, given.seed):
        started = time.monotonic()
        with new_place() as place:
            good, said = run(place)
        bad += not good
        print(f"{'good' if good else 'BAD '} {name}: {said} ({time.monotonic() - started:.0f} s)", flush=True)
    print(f"{bad} runs did not end as they should." if bad else "All runs ended as they should.")
    return min(bad, 1)


if __name__ == "__main__":
    sys.exit(main())
