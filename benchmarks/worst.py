"""Search for the message that takes longest for its size: `python benchmarks/worst.py [--seconds 60]`.

Messages are blocks of words, repeated, in one of several shells. The slowest ones are changed at random, and
what is slower still is kept. The best are then made four times as long: time that grows faster than the size
shows as an exponent above 1.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.alphabet import WORDS  # noqa: E402
from benchmarks.measure import best  # noqa: E402
from dsnparse import parse_dsn  # noqa: E402

_FROM = b"Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.net\nTo: a@example.com\nSubject: failure notice\n"
_REPORT = (
    _FROM
    + b"MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n"
    + b"--b\nContent-Type: text/plain\n\nSorry.\n\n--b\nContent-Type: message/delivery-status\n\n"
)
_STATUS = b"Final-Recipient: rfc822; u@example.org\nAction: failed\nStatus: 5.0.0\n"
#: Where the words go: (in front of them, behind them).
_SHELLS = {
    "text": (_FROM + b"\n", b""),
    "qmail": (_FROM + b"\nHi. This is the qmail-send program at mx.example.net.\n\n<u@example.org>:\n", b""),
    "html": (_FROM + b"Content-Type: text/html; charset=utf-8\n\n<html><body>", b"</body></html>"),
    "header": (b"", b"\n" + _FROM + b"\n<u@example.org>: 550 5.1.1 User unknown\n"),
    "one field": (b"Subject: ", b"\n" + _FROM + b"\n<u@example.org>: 550 5.1.1 User unknown\n"),
    "content type": (_FROM + b"Content-Type: multipart/report; ", b"\n\n--b\n\n<u@example.org>: 550 5.1.1\n"),
    "body of parts": (_FROM + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n", b"\n--b--\n"),
    "status": (_REPORT, b"\n--b--\n"),
    "diagnostic": (_REPORT + _STATUS + b"Diagnostic-Code: smtp; ", b"\n\n--b--\n"),
    "recipient": (_REPORT + b"Final-Recipient: rfc822; ", b"\n\n--b--\n"),
    "returned": (_REPORT + _STATUS + b"\n--b\nContent-Type: message/rfc822\n\n", b"\n--b--\n"),
    "ordinary mail": (b"From: Ann <ann@example.org>\nTo: a@example.com\nSubject: Re: bounces\n\n", b""),
}
_LEAST, _MOST = 24_000, 250_000
_KEPT = 24


@dataclass(frozen=True, slots=True)
class Message:
    """A shell, and blocks of (words, how often)."""

    shell: str
    blocks: tuple[tuple[tuple[str, ...], int], ...]

    def build(self, times: int = 1) -> bytes:
        """The message, its blocks repeated `times` as often, brought to a size that can be compared."""
        before, after = _SHELLS[self.shell]
        parts = [("".join(words).encode(), often) for words, often in self.blocks]
        size = sum(len(part) * often for part, often in parts)
        scale = max(1.0, _LEAST / max(size, 1))
        body = b"".join([part * max(1, int(often * scale)) * times for part, often in parts])
        return before + body[: _MOST * times] + after

    def __str__(self) -> str:
        blocks = ", ".join(f"{often} × {''.join(words)[:60]!r}" for words, often in self.blocks)
        return f"{self.shell}: {blocks}"


def anything(rng: random.Random) -> Message:
    """A message made at random."""
    return Message(rng.choice(list(_SHELLS)), tuple(_block(rng) for _ in range(rng.randint(1, 3))))


def _block(rng: random.Random) -> tuple[tuple[str, ...], int]:
    return tuple(rng.choice(WORDS) for _ in range(rng.randint(1, 5))), 2 ** rng.randint(0, 13)


def changed(message: Message, rng: random.Random) -> Message:
    """`message` with one thing changed."""
    if rng.random() < 0.1:
        return replace(message, shell=rng.choice(list(_SHELLS)))
    blocks = list(message.blocks)
    at = rng.randrange(len(blocks))
    words, often = list(blocks[at][0]), blocks[at][1]
    match rng.randrange(6):
        case 0:
            words[rng.randrange(len(words))] = rng.choice(WORDS)
        case 1:
            words.insert(rng.randint(0, len(words)), rng.choice(WORDS))
        case 2 if len(words) > 1:
            del words[rng.randrange(len(words))]
        case 3:
            often = min(1 << 15, max(1, rng.choice((often // 4, often // 2, often * 2, often * 4))))
        case 4 if len(blocks) > 1:
            del blocks[at]
            return replace(message, blocks=tuple(blocks))
        case _:
            blocks.insert(rng.randint(0, len(blocks)), _block(rng))
            return replace(message, blocks=tuple(blocks[:4]))
    blocks[at] = (tuple(words), often)
    return replace(message, blocks=tuple(blocks))


def search(seconds: float, seed: int) -> tuple[int, list[tuple[float, Message]]]:
    """How many messages were tried, and the slowest with their nanoseconds a byte, slowest first."""
    rng = random.Random(seed)
    found: dict[Message, float] = {}
    tried = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        parents = list(found)
        message = changed(rng.choice(parents), rng) if parents and rng.random() < 0.85 else anything(rng)
        if message in found:
            continue
        tried += 1
        data = message.build()
        value = _once(data)
        if found and value > min(found.values()):
            value = min(value, _once(data))  # something else may have been running
        found[message] = value
        # Keep the slowest of each shell too, so that one sort of message does not crowd out the others.
        ranked = sorted(found, key=lambda each: -found[each])
        kept = set(ranked[:_KEPT]) | set({each.shell: each for each in reversed(ranked)}.values())
        found = {each: value for each, value in found.items() if each in kept}
    ranked = sorted(found, key=lambda each: -found[each])
    return tried, [(found[message], message) for message in ranked]


def _once(data: bytes) -> float:
    started = time.process_time()
    parse_dsn(data)
    return (time.process_time() - started) / len(data) * 1e9


def main(arguments: Sequence[str] | None = None) -> int:
    """Searches and prints the slowest of each shell."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args(arguments)
    parse_dsn(b"")
    tried, found = search(args.seconds, args.seed)
    print(f"{tried:,} messages tried. The slowest of each shell, and how their time grows (1 is linear):\n")
    shown: set[str] = set()
    for _, message in found:
        if message.shell in shown:
            continue
        shown.add(message.shell)
        short, long = message.build(), message.build(4)
        one, four = (best(parse_dsn, data) / len(data) * 1e9 for data in (short, long))
        power = 1 + math.log(four / one) / math.log(len(long) / len(short))
        print(f"{one:9,.0f} ns a byte, {len(short):7,} bytes, exponent {power:4.2f}   {message}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
