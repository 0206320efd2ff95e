"""Whether two versions of dsnparse say the same of the same mail, to the last character of evidence.

    python benchmarks/same_output.py BEFORE AFTER [FOLDER …] [--changes 6]

BEFORE and AFTER: a checkout, or the Python of an environment where dsnparse is installed (as a compiled
wheel, say). Each reads samples/, the messages of each FOLDER (../shared/corpora when it is there), changed
ones made from them, and replies. Exit status 1 when an answer differs; the first differences are shown.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import random
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

HERE = Path(__file__).resolve()
ROOT = HERE.parent.parent
_LARGEST = 2_000_000
_SHOWN = 5
_HOSTS = ("", "mx.google.com", "x.outlook.com", "mta5.am0.yahoodns.net", "mx.icloud.com", "mx.example.org")


def main(arguments: Sequence[str] | None = None) -> int:
    """Compares, tells, and returns the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--changes", type=int, default=6, help="changed messages made from each")
    args = parser.parse_args(arguments)
    asked = list(questions([ROOT / "samples", *(args.folders or _corpora())], args.changes))
    sides = [_Side(version) for version in (args.before, args.after)]
    different = 0
    for name, question in asked:
        before, after = [side.answer(question) for side in sides]
        if before != after:
            different += 1
            if different <= _SHOWN:
                _show(name, before, after)
    for side in sides:
        side.close()
    print(f"{len(asked):,} questions, {different:,} answers differ.")
    return 1 if different else 0


def questions(folders: Sequence[Path], changes: int) -> Iterator[tuple[str, bytes]]:
    """What is asked: a name for it, and "m" and a message, or "r" and a reply and its host."""
    paths = [path for folder in folders for path in sorted(folder.rglob("*")) if _is_mail(path)]
    messages = [path.read_bytes() for path in paths]
    for path, message in zip(paths, messages, strict=True):
        yield str(path), b"m" + message
        for number in range(changes):
            yield f"{path}, change {number}", b"m" + changed(message, messages, f"{path.name} {number}")
    for at, reply in enumerate(_replies()):
        yield reply, b"r" + json.dumps([reply, _HOSTS[at % len(_HOSTS)]]).encode()


def changed(message: bytes, others: Sequence[bytes], seed: str) -> bytes:
    """`message` with one to three things wrong; the same for the same seed."""
    chance = random.Random(seed)
    for _ in range(chance.randint(1, 3)):
        start = chance.randrange(len(message) + 1)
        end = min(len(message), start + chance.randrange(200))
        match chance.randrange(8):
            case 0:
                message = message[:start] + bytes(byte ^ 32 for byte in message[start:end]) + message[end:]
            case 1:
                message = message[: max(start, 300)]
            case 2:
                message = message[:start] + message[end:]
            case 3:
                message = message[:start] + chance.randbytes(4) + message[start:]
            case 4:
                other = chance.choice(others)
                message = message[:start] + other[chance.randrange(len(other) + 1) :]
            case 5:
                message = message[:end] + message[start:end] * chance.randint(1, 20) + message[end:]
            case 6:
                lines = message.split(b"\n")
                one, two = chance.randrange(len(lines)), chance.randrange(len(lines))
                lines[one], lines[two] = lines[two], lines[one]
                message = b"\n".join(lines)
            case _:
                message = message.replace(chance.choice([b"5", b".", b"@", b" ", b"4"]), b"4", 3)
    return message


def _corpora() -> list[Path]:
    found = ROOT.parent / "shared" / "corpora"
    return [found] if found.is_dir() else []


def _is_mail(path: Path) -> bool:
    return (
        path.is_file()
        and path.suffix not in (".json", ".jsonl", ".md", ".py", ".toml")
        and path.stat().st_size <= _LARGEST
    )


def _replies() -> list[str]:
    """Those that tests and tools have, those of the corpora, and each cut in the middle."""
    found = []
    for name in (
        "tests/classify/replies.txt",
        "tests/classify/in_other_words.txt",
        "tools/learned/replies.txt",
    ):
        found += [line.partition("|")[2].strip() for line in (ROOT / name).read_text("utf-8").splitlines()]
    for cases in (ROOT.parent / "shared" / "cases").glob("*.jsonl"):
        found += [json.loads(line).get("text", "") for line in cases.read_text("utf-8").splitlines()]
    found += [reply[: len(reply) * 2 // 3] for reply in found]
    return [reply for reply in found if reply]


class _Side:
    """A version of dsnparse in a process of its own."""

    def __init__(self, version: Path) -> None:
        python, path = (str(version), "") if version.is_file() else (sys.executable, str(version.resolve()))
        environment = {**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "1"}
        self._process = subprocess.Popen(
            [python, "-P", str(HERE.parent / "same_output_worker.py")],
            env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to, self._from = self._process.stdin, self._process.stdout
        print(self._from.readline().decode().strip())

    def answer(self, question: bytes) -> str:
        self._to.write(struct.pack(">I", len(question)) + question)
        self._to.flush()
        return self._from.readline().decode()

    def close(self) -> None:
        self._to.close()
        self._process.wait()


def _show(name: str, before: str, after: str) -> None:
    print(f"\n{name}")
    old, new = [
        json.dumps(json.loads(one), indent=1, ensure_ascii=False).splitlines() for one in (before, after)
    ]
    for line in list(difflib.unified_diff(old, new, "before", "after", lineterm="", n=2))[:40]:
        print(f"  {line}")


if __name__ == "__main__":
    sys.exit(main())
