"""The process that `fuzz.py` starts: libFuzzer through atheris, guided by the coverage of dsnparse.

    python benchmarks/fuzz_target.py FINDINGS [libFuzzer's options] CORPUS…

A message that breaks a law is written to FINDINGS, once per law, and the fuzzing goes on.
"""

from __future__ import annotations

import hashlib
import heapq
import sys
import time
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["dsnparse"]):
    from benchmarks.alphabet import spelled
    from benchmarks.laws import broken_law
    from dsnparse import parse_dsn

_SLOWEST = 20
#: Below this the fixed cost of a parse hides what a byte costs.
_MIN_BYTES = 400


class Target:
    """Called with every input that the fuzzer thinks of."""

    def __init__(self, findings: Path) -> None:
        self.findings = findings
        self.seen: set[str] = set()
        self.slowest: list[tuple[float, str]] = []
        self.slow_names: set[str] = set()

    def __call__(self, data: bytes) -> None:
        data = spelled(data)
        started = time.process_time()
        law = broken_law(data)
        spent = time.process_time() - started
        if law is not None and law not in self.seen:
            self.seen.add(law)
            name = hashlib.sha256(law.encode()).hexdigest()[:12]
            (self.findings / f"{name}.eml").write_bytes(data)
            (self.findings / f"{name}.txt").write_text(law + "\n", "utf-8")
        if len(data) >= _MIN_BYTES:
            self._keep_if_slow(spent / len(data), data)

    def _keep_if_slow(self, per_byte: float, data: bytes) -> None:
        if len(self.slowest) >= _SLOWEST and per_byte <= self.slowest[0][0]:
            return
        name = f"slow-{hashlib.sha256(data).hexdigest()[:12]}.eml"
        if name in self.slow_names:
            return
        (self.findings / name).write_bytes(data)
        self.slow_names.add(name)
        heapq.heappush(self.slowest, (per_byte, name))
        if len(self.slowest) > _SLOWEST:
            gone = heapq.heappop(self.slowest)[1]
            self.slow_names.discard(gone)
            (self.findings / gone).unlink()


def main() -> None:
    """Runs until libFuzzer's own options end it; libFuzzer ends the process."""
    parse_dsn(b"")
    atheris.Setup([sys.argv[0], *sys.argv[2:]], Target(Path(sys.argv[1])))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
