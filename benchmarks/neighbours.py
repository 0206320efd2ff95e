"""Other parsers, each in a process of its own: `python neighbours.py NAME ROUNDS < paths`, JSON out.

They get what we get, the bytes of a message, and are timed against the standard library's parser in the same
process: `flufl` is flufl.bounce's scan_message on what `email.message_from_bytes` gives (it wants that);
`flanker` is its own MIME parser and its bounce detector.
"""

from __future__ import annotations

import email
import json
import logging
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.measure import Ratio, best, ratio  # noqa: E402

NAMES = {"flufl": "flufl.bounce", "flanker": "flanker (mime and bounce)"}
_ONE_BY_ONE = 5_000_000


def measured(name: str, paths: Sequence[Path], rounds: int) -> Ratio | None:
    """The neighbour's figures on these messages; None when it is not installed or did not manage."""
    done = subprocess.run(
        [sys.executable, __file__, name, str(rounds)],
        input="\n".join(map(str, paths)), capture_output=True, text=True, check=False,
    )  # fmt: skip
    return Ratio(**json.loads(done.stdout)) if done.returncode == 0 else None


def _reader(name: str) -> Callable[[bytes], object]:
    if name == "flufl":
        from flufl.bounce import scan_message

        logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)
        return _patient(lambda data: scan_message(email.message_from_bytes(data)))
    from flanker.mime import from_string

    def read(data: bytes) -> object:
        bounce = from_string(data).bounce
        return bounce.score, bounce.status, bounce.diagnostic_code, bounce.notification

    return _patient(read)


def _patient(reader: Callable[[bytes], object]) -> Callable[[bytes], object]:
    """Both raise on some messages; the time until then counts."""

    def read(data: bytes) -> object:
        try:
            return reader(data)
        except Exception:  # noqa: BLE001
            return None

    return read


def main(name: str, rounds: int) -> None:
    """Reads the paths on standard input, prints a `Ratio` as JSON."""
    messages = [Path(line).read_bytes() for line in sys.stdin.read().splitlines()]
    reader = _reader(name)
    if len(messages) == 1 and len(messages[0]) > _ONE_BY_ONE:
        ours, theirs = best(reader, messages[0]), best(email.message_from_bytes, messages[0])
        found = Ratio(ours / theirs, 1 / ours, 1 / theirs)
    else:
        found = ratio(reader, email.message_from_bytes, messages, rounds)
    sys.stdout.write(json.dumps(asdict(found)))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
