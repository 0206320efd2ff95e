"""`dsnparse serve` as a process of the tests' own, and a client for it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

MESSAGE = {"Content-Type": "message/rfc822"}
PROBLEM = "urn:dsnparse:problem:"
_PATIENCE = 60.0

by_proc = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="the workers are found in /proc")


class Served:
    """A server that runs."""

    def __init__(
        self, process: subprocess.Popen[bytes], log: Path, base: str, key: str | None, db: str
    ) -> None:
        self.process = process
        self.base = base
        self._log = log
        #: The URL of its database, if any.
        self.db = db
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self.client = httpx.Client(base_url=base, headers=headers, timeout=30, trust_env=False)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.base.rpartition(":")[2].rstrip("/"))

    def said(self) -> str:
        """What it has written on standard error."""
        return self._log.read_text("utf-8")

    def workers(self) -> list[int]:
        """The processes that parse."""
        number = self.process.pid
        return list(map(int, Path(f"/proc/{number}/task/{number}/children").read_text().split()))

    def stop(self) -> int:
        """Have it end: its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(_PATIENCE)

    def ingest(self, data: bytes, **query: str) -> httpx.Response:
        """Send a message for the database."""
        return self.client.post("/v1/ingest", content=data, headers=MESSAGE, params=query)


@contextmanager
def serving(
    *words: str, key: str | None = None, db: str = "", env: dict[str, str] | None = None
) -> Iterator[Served]:
    """Start it on a free port with one process that parses; it ends with the block.

    `key` is sent along. `db`: the database, for the test to look at.
    """
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with log.open("wb") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "dsnparse", "serve", "--port", "0", "--jobs", "1", *words],
                stderr=file,
                env=os.environ | (env or {}),
            )
        try:
            eventually(lambda: process.poll() is not None or "Listening on" in log.read_text())
            found = re.search(r"Listening on (http://\S+)", log.read_text())
            assert found, log.read_text()
            served = Served(process, log, found[1], key, db)
            with served.client:
                yield served
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                try:
                    process.wait(_PATIENCE)
                finally:
                    process.kill()


def eventually(true: Callable[[], bool]) -> None:
    """Wait for what another process does."""
    end = time.monotonic() + _PATIENCE
    while not true():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


def problem(answer: httpx.Response) -> tuple[int, str]:
    """The status and the type of a problem, which is a whole document with the headers of all answers."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    document = answer.json()
    assert {"type", "title", "status", "detail"} <= set(document), document
    assert document["status"] == answer.status_code
    assert all(document.values()), document
    return answer.status_code, document["type"].removeprefix(PROBLEM)
