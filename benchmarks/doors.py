"""How fast `dsnparse serve` answers Postfix, and how long a signature takes: on loopback, bounded.

`PYTHONPATH=.:tests python benchmarks/doors.py`; --db takes another database than an SQLite file.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trust.webhook_signing import CASES, chain, clock

from dsnparse.store import Store
from dsnparse.store.lists.entry import Suppression
from dsnparse.trust.webhooks.keys import webhook_keys
from dsnparse.trust.webhooks.request import Request
from dsnparse.trust.webhooks.verify import Verifier

LISTED = 10_000
QUESTIONS = 4_000
SIGNED = ("ses", "sendgrid", "mailgun", "resend", "postal", "mandrill", "postmark")
_ASKED = "request=smtpd_access_policy\nprotocol_state=RCPT\n"
EVENTS = [{"event": "bounce", "email": "kim@example.com", "reason": "550 5.1.1 no such user"}]


def main() -> int:
    """Print both tables."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    options.add_argument("--db", help="default: an SQLite file")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        db = given.db or f"{folder}/b.db"
        with Store.open(db) as store:
            store.suppress(Suppression(f"gone{number}@example.com", "manual") for number in range(LISTED))
        print(f"Policy service, {LISTED:,} addresses on the list, {QUESTIONS:,} questions\n")
        print("| connections | a second | p50 ms | p99 ms |\n|--:|--:|--:|--:|")
        with served(db, f"{folder}/policy"):
            for connections in (1, 10, 100):
                times, took = asyncio.run(ask(f"{folder}/policy", connections))
                cuts = statistics.quantiles(times, n=100)
                print(f"| {connections} | {len(times) / took:,.0f} | {cuts[49]:.1f} | {cuts[98]:.1f} |")
        print("\n| signature of | µs |\n|---|--:|")
        for name in SIGNED:
            print(f"| {name} | {verified(name):,.0f} |")
    return 0


@contextmanager
def served(db: str, path: str) -> Iterator[None]:
    """A server."""
    words = ["serve", "--port", "0", "--jobs", "1", "--db", db, "--policy-service", path]
    process = subprocess.Popen([sys.executable, "-m", "dsnparse", *words], stderr=subprocess.DEVNULL)
    try:
        while not Path(path).exists():
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(60)


async def ask(path: str, connections: int) -> tuple[list[float], float]:
    """The time of each question in milliseconds, and of all in seconds."""
    times: list[float] = []

    async def one(which: int) -> None:
        reader, writer = await asyncio.open_unix_connection(path)
        for number in range(QUESTIONS // connections):
            name = ("gone", "kim")[number % 2]
            recipient = f"{name}{which}{number}@example.com"
            began = time.perf_counter()
            writer.write(f"{_ASKED}recipient={recipient}\n\n".encode())
            await reader.readuntil(b"\n\n")
            times.append((time.perf_counter() - began) * 1000)
        writer.close()

    began = time.perf_counter()
    await asyncio.gather(*(one(which) for which in range(connections)))
    return times, time.perf_counter() - began


def verified(name: str) -> float:
    """Microseconds to verify one request."""
    provider, send, table = CASES[name]
    verifier = Verifier(webhook_keys({provider: table}), lambda _: chain(clock())[0])
    now = clock()
    sent = send(EVENTS, now)
    rounds = 500
    began = time.perf_counter()
    for _ in range(rounds):
        verifier.verify(provider, Request(sent.headers.items(), sent.body, sent.query), now)
    return (time.perf_counter() - began) / rounds * 1e6


if __name__ == "__main__":
    raise SystemExit(main())
