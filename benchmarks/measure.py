"""How things are timed: CPU time of one message, and what a whole process took."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def seconds(function: Callable[[bytes], object], messages: Sequence[bytes]) -> float:
    """CPU seconds that `function` takes for all of `messages`."""
    gc.collect()
    started = time.process_time()
    for message in messages:
        function(message)
    return time.process_time() - started


def best(
    function: Callable[[bytes], object], message: bytes, *, least: float = 0.1, most: int = 200
) -> float:
    """The shortest CPU time for one message, of as many runs as fit into `least` seconds (at least two)."""
    times = [seconds(function, [message])]
    while len(times) < 2 or (sum(times) < least and len(times) < most):
        times.append(seconds(function, [message]))
    return min(times)


@dataclass(frozen=True, slots=True)
class Run:
    """What a process took: wall-clock seconds, and its largest resident memory in MB (its children's too)."""

    seconds: float
    megabytes: float


def run(*arguments: str) -> Run:
    """Runs Python with `arguments` in the project's folder, output thrown away. Raises when it fails.

    A small process starts it: a process's peak counts that of the one that forked it.
    """
    done = subprocess.run(
        [sys.executable, "-c", _LAUNCHER, sys.executable, *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"python {' '.join(arguments)}: {done.stderr[-500:]}")
    return Run(*json.loads(done.stdout))


_LAUNCHER = """\
import json, resource, subprocess, sys, time
started = time.perf_counter()
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True)
seconds = time.perf_counter() - started
print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024]))
"""


def runs(commands: Mapping[str, Sequence[str]], rounds: int) -> dict[str, list[Run]]:
    """Each command `rounds` times, in turn."""
    found: dict[str, list[Run]] = {name: [] for name in commands}
    for _ in range(rounds):
        for name, arguments in commands.items():
            found[name].append(run(*arguments))
    return found


def shortest(some: Sequence[Run]) -> float:
    """The shortest wall-clock time: other work on the machine can only add to it."""
    return min(one.seconds for one in some)
