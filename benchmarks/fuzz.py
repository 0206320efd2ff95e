"""`make fuzz`: look for bytes that break a law of `laws.py`, for some time, and say what came of it.

    python benchmarks/fuzz.py [--seconds 60] [--seeds FOLDER …] [--log FILE]

The corpus grows in `fuzz-corpus/` and is used again the next time; findings, made as short as they get, are
in `fuzz-corpus/findings/`. Exit status 1 when there is one.
"""

from __future__ import annotations

import argparse
import datetime
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.laws import broken_law  # noqa: E402
from dsnparse import parse_dsn  # noqa: E402

_MAX_LEN = 16 * 1024
_STATS = re.compile(r"^stat::(\w+):\s+(\d+)", re.MULTILINE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzzes, prints a summary, and returns the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--seeds", type=Path, nargs="*", default=[ROOT / "samples"])
    parser.add_argument("--corpus", type=Path, default=ROOT / "fuzz-corpus")
    parser.add_argument("--log", type=Path, help="add a line with the figures to this file")
    args = parser.parse_args(arguments)
    findings = args.corpus / "findings"
    inputs = args.corpus / "inputs"
    for folder in (findings, inputs):
        folder.mkdir(parents=True, exist_ok=True)
    for old in findings.iterdir():
        old.unlink()
    print(
        f"Fuzzing for {args.seconds} s, seeds from {', '.join(path.name for path in args.seeds)} …",
        flush=True,
    )
    ran = run(args.seconds, findings, inputs, [path for seed in args.seeds for path in folders(seed)])
    stats = {name: int(value) for name, value in _STATS.findall(ran)}
    tried = stats.get("number_of_executed_units", 0)
    if not tried:
        print(ran[-2000:])
        print("The fuzzer did not run; what it said is above.")
        return 1
    print(f"{tried:,} messages tried, {stats.get('new_units_added', 0):,} of them new ways through the code.")
    broken = sorted(findings.glob("*.txt"))
    for law in broken:
        message = law.with_suffix(".eml")
        short = shortest(message.read_bytes(), law.read_text("utf-8").strip())
        message.write_bytes(short)
        print(f"\n{law.read_text('utf-8').strip()} {message} ({len(short)} bytes):\n    {short[:300]!r}")
    print(f"{len(broken)} laws broken." if broken else "No law broken.")
    worst = slowest(findings)
    if worst:
        print(f"Slowest for its size: {worst}.")
    if args.log:
        add_line(args.log, args.seconds, tried, len(broken), worst)
    return 1 if broken else 0


def run(seconds: int, findings: Path, inputs: Path, seeds: list[Path]) -> str:
    """What libFuzzer wrote to stderr."""
    command = [
        sys.executable, str(ROOT / "benchmarks/fuzz_target.py"), str(findings), f"-max_total_time={seconds}",
        "-print_final_stats=1", f"-max_len={_MAX_LEN}", "-timeout=60", "-rss_limit_mb=4096",
        f"-artifact_prefix={findings}/", str(inputs), *map(str, seeds),
    ]  # fmt: skip
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        command,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        check=False,
        env=os.environ | {"PYTHONPATH": path},
    )
    return done.stderr


def folders(seed: Path) -> list[Path]:
    """`seed` and the folders in it: libFuzzer takes each file in them."""
    return [seed, *(path for path in seed.iterdir() if path.is_dir())]


def shortest(data: bytes, law: str) -> bytes:
    """`data` without every piece that it can lose while it still breaks `law`."""

    def breaks(candidate: bytes) -> bool:
        return broken_law(candidate) == law

    if not breaks(data):
        return data
    data = _drop(data.splitlines(keepends=True), breaks)
    return _drop([data[at : at + 1] for at in range(len(data))], breaks) if len(data) < 4096 else data


def _drop(pieces: list[bytes], breaks: Callable[[bytes], bool]) -> bytes:
    size = len(pieces) // 2
    while size:
        at = 0
        while at < len(pieces):
            fewer = pieces[:at] + pieces[at + size :]
            if breaks(b"".join(fewer)):
                pieces = fewer
            else:
                at += size
        size //= 2
    return b"".join(pieces)


def slowest(findings: Path) -> str:
    """A sentence about the input that took longest per byte, measured again without the fuzzer's watching."""
    times = []
    for path in findings.glob("slow-*.eml"):
        data = path.read_bytes()
        best = min(_seconds(data) for _ in range(3))
        times.append((best / len(data), len(data), path.name))
    if not times:
        return ""
    per_byte, size, name = max(times)
    return f"{per_byte * 1e6:.2f} µs a byte, {per_byte * size * 1e3:.1f} ms for {size:,} bytes ({name})"


def _seconds(data: bytes) -> float:
    started = time.process_time()
    parse_dsn(data)
    return time.process_time() - started


def add_line(log: Path, seconds: int, tried: int, broken: int, worst: str) -> None:
    """Adds what came of this run to the log, a Markdown file that ends with a table."""
    day = datetime.datetime.now(datetime.UTC).date()
    row = f"| {day} | {seconds} | {tried:,} | {broken} | {worst} |\n"
    with log.open("a", encoding="utf-8") as file:
        file.write(row)


if __name__ == "__main__":
    raise SystemExit(main())
