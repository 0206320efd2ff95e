"""Load `dsnparse serve` on loopback for a while: requests a second, p50, p99, beside the library's rate.

    python benchmarks/serve.py [--seconds 4] [--clients 1,8] [--jobs N] [--db URL]

The client is one process that speaks HTTP/1.1 over kept connections, and shares the machine with the server.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count, cycle
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.messages import returned_attachment, status_recipients
from dsnparse import classify_reply
from dsnparse.parser import Parser
from dsnparse.render.cells import to_json

#: Messages of the samples larger than this are left out of the mixture.
_LARGE = 64 * 1024
_SAMPLES = Path(__file__).resolve().parent.parent / "samples"


class Load(NamedTuple):
    """One kind of request: the bytes on the wire, each time others."""

    name: str
    requests: Iterator[bytes]


@dataclass
class Measured:
    """What came of one load with so many clients."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    failed: int = 0
    #: CPU seconds of the server and its processes.
    cpu: float = 0.0

    def row(self, name: str, clients: int) -> str:
        """As a line of a table."""
        times = sorted(self.times)
        p50, p99 = (times[min(len(times) - 1, int(len(times) * share))] * 1_000 for share in (0.5, 0.99))
        rate = len(times) / self.seconds
        cpu = self.cpu / len(times) * 1_000
        return f"| {name} | {clients} | {rate:,.0f} | {p50:.1f} | {p99:.1f} | {cpu:.2f} | {self.failed} |"


def main() -> None:
    """Print the tables."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--seconds", type=float, default=4.0, help="for each row")
    options.add_argument("--clients", default="1,8", help="connections at once")
    options.add_argument("--jobs", default="2")
    options.add_argument("--db", help="default: a new SQLite file")
    args = options.parse_args()
    clients = [int(number) for number in args.clients.split(",")]
    messages = [path.read_bytes() for path in sorted(_SAMPLES.glob("*/*.eml"))]
    messages = [data for data in messages if len(data) < _LARGE]
    print(
        f"{len(messages)} messages of samples/, {sum(map(len, messages)) // len(messages):,} bytes on average"
    )
    show_library(messages)
    print("\n| request | clients | a second | p50 ms | p99 ms | CPU ms | not 200 |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    with (
        tempfile.TemporaryDirectory() as folder,
        served(args.db or f"{folder}/b.db", args.jobs) as (
            port,
            server,
        ),
    ):
        for load in loads(messages, port):
            for number in clients:
                before = cpu_of(server)
                found = asyncio.run(run(port, load.requests, number, args.seconds))
                found.cpu = cpu_of(server) - before
                print(found.row(load.name, number), flush=True)


def show_library(messages: list[bytes]) -> None:
    """The rate of the library alone, in this process."""
    parser = Parser()
    for data in messages:
        parser.parse(data)
    began, cpu = time.perf_counter(), time.process_time()
    for data in messages:
        to_json(parser.parse(data).to_dict())
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    print(
        f"The library in one process, parsed and written as JSON: {len(messages) / took:,.0f} a second, "
        f"{cpu / len(messages) * 1_000:.2f} ms of CPU each"
    )
    began, cpu = time.perf_counter(), time.process_time()
    for number in range(500):
        classify_reply(f"550 5.1.1 no such user {number}")
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    print(f"Replies classified: {500 / took:,.0f} a second, {cpu / 500 * 1_000:.2f} ms of CPU each")


def loads(messages: list[bytes], port: int) -> Iterator[Load]:
    """The kinds of requests."""
    mail, text, plain = (
        f"Content-Type: {kind}\r\n" for kind in ("message/rfc822", "text/plain", "application/json")
    )
    large, many = returned_attachment(1_000_000), status_recipients(1_000)
    numbers = count(1)

    def lines() -> bytes:
        return "".join(f"user{next(numbers)}@example.com\n" for _ in range(1_000)).encode()

    def reply() -> bytes:
        return json.dumps({"reply": f"550 5.1.1 no such user {next(numbers)}"}).encode()

    def fresh(data: bytes) -> bytes:
        return b"X-Number: %d\r\n" % next(numbers) + data

    one = messages[0]
    yield Load("`GET /healthz`", (get(port, "/healthz") for _ in count()))
    yield Load("`GET /v1/codes/5.1.1`", (get(port, "/v1/codes/5.1.1") for _ in count()))
    yield Load("`POST /v1/classify`", (post(port, "/v1/classify", plain, reply()) for _ in count()))
    yield Load(
        "`POST /v1/parse`, the samples", (post(port, "/v1/parse", mail, data) for data in cycle(messages))
    )
    yield Load("`POST /v1/parse`, 1 MB returned", (post(port, "/v1/parse", mail, large) for _ in count()))
    yield Load("`POST /v1/parse`, 1,000 recipients", (post(port, "/v1/parse", mail, many) for _ in count()))
    yield Load(
        "`POST /v1/ingest`, new", (post(port, "/v1/ingest", mail, fresh(data)) for data in cycle(messages))
    )
    yield Load("`POST /v1/ingest`, known", (post(port, "/v1/ingest", mail, one) for _ in count()))
    yield Load(
        "`GET /v1/check/ADDRESS`", (get(port, f"/v1/check/u{next(numbers)}@example.com") for _ in count())
    )
    yield Load("`POST /v1/check`, 1,000 addresses", (post(port, "/v1/check", text, lines()) for _ in count()))


def get(port: int, path: str) -> bytes:
    """A request."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()


def post(port: int, path: str, headers: str, body: bytes) -> bytes:
    """A request with a body."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


async def run(port: int, requests: Iterator[bytes], clients: int, seconds: float) -> Measured:
    """So many connections that each ask, wait for the answer, and ask again."""
    found = Measured()

    async def client(*, counts: bool, end: float) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
        while time.perf_counter() < end:
            request = next(requests)
            began = time.perf_counter()
            writer.write(request)
            status = await answer(reader)
            if counts:
                found.times.append(time.perf_counter() - began)
                found.failed += status not in (200, 422)
        writer.close()

    await client(counts=False, end=time.perf_counter() + 0.2)
    began = time.perf_counter()
    await asyncio.gather(*(client(counts=True, end=began + seconds) for _ in range(clients)))
    found.seconds = time.perf_counter() - began
    return found


async def answer(reader: asyncio.StreamReader) -> int:
    """Read one answer: its status."""
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    length = re.search(rb"(?i)content-length: (\d+)", head)
    if length:
        await reader.readexactly(int(length[1]))
        return status
    while size := int(await reader.readuntil(b"\r\n"), 16):
        await reader.readexactly(size + 2)
    await reader.readexactly(2)
    return status


def cpu_of(number: int) -> float:
    """The CPU seconds of a process and its children so far."""
    children = Path(f"/proc/{number}/task/{number}/children").read_text().split()
    ticks = 0
    for one in (str(number), *children):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def served(db: str, jobs: str) -> Iterator[tuple[int, int]]:
    """A server on a free port: that, and its process."""
    words = ["serve", "--port", "0", "--db", db, "--jobs", jobs, "--audit", "/dev/null"]
    # Its log goes to a file: a pipe that nobody reads fills up, and stops it.
    with tempfile.NamedTemporaryFile("r") as log, Path(log.name).open("wb") as file:
        process = subprocess.Popen([sys.executable, "-m", "dsnparse", *words], stderr=file)
        try:
            found = None
            while found is None:
                assert process.poll() is None, log.read()
                time.sleep(0.05)
                found = re.search(r"Listening on http://127\.0\.0\.1:(\d+)", Path(log.name).read_text())
            yield int(found[1]), process.pid
        finally:
            process.terminate()
            process.wait()


if __name__ == "__main__":
    main()
