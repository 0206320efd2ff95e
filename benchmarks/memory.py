"""`python memory.py FILE`: the peak of memory above the input while a message is parsed, in bytes.

Two figures: what Python allocates (tracemalloc), and how much the process grows (resident size).
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tracemalloc
from pathlib import Path

#: So much of the message is parsed before, so that what loads once does not count.
_WARM_UP_BYTES = 4_000


def peaks(path: Path) -> tuple[int, int]:
    """(Python's allocations, growth of the process), each measured in a process of its own."""
    found = []
    for how in ("traced", "resident"):
        done = subprocess.run(
            [sys.executable, __file__, how, str(path)], capture_output=True, text=True, check=True
        )
        found.append(int(json.loads(done.stdout)))
    return found[0], found[1]


def _largest() -> int:
    """The process's largest resident size so far. (getrusage counts that of the process before its exec.)"""
    status = Path("/proc/self/status")
    if not status.is_file():  # not Linux
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    line = next(line for line in status.read_text("ascii").splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def main(how: str, path: Path) -> None:
    """Prints the figure."""
    from dsnparse import parse_dsn

    data = path.read_bytes()
    parse_dsn(data[:_WARM_UP_BYTES])
    if how == "traced":
        tracemalloc.start()
        parse_dsn(data)
        peak = tracemalloc.get_traced_memory()[1]
    else:
        before = _largest()
        parse_dsn(data)
        peak = _largest() - before
    sys.stdout.write(json.dumps(peak))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
