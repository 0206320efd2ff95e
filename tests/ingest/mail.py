"""Bounces for the tests, and running the command."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from dsnparse.store import Store

#: An ordinary message: nothing that the store acts on, and for a person to look at.
LETTER = b"From: joe@example.org\r\nTo: bounces@sender.example\r\nSubject: Hello\r\n\r\nWhy me?\r\n"


def bounce(number: int, status: str = "5.1.1", said: str = "550 5.1.1 no such user here") -> bytes:
    """One for user{number}@example.com."""
    who = f"user{number}@example.com"
    return (
        f"From: MAILER-DAEMON@mx.example.com\r\nTo: bounces@sender.example\r\n"
        f"Subject: Undelivered Mail Returned to Sender\r\nMessage-ID: <{number}@mx.example.com>\r\n"
        "Date: Sat, 01 Mar 2025 12:00:00 +0000\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nYour message could not be delivered.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.com\r\n\r\n"
        f"Final-Recipient: rfc822; {who}\r\nAction: failed\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; {said}\r\n--b--\r\n"
    ).encode()


def command(
    *words: str | Path, data: bytes = b"", env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run dsnparse to its end."""
    done = subprocess.run(
        [sys.executable, "-m", "dsnparse", *map(str, words)],
        input=data,
        capture_output=True,
        env=os.environ | dict(env or {}),
        timeout=120,
        check=False,
    )
    return subprocess.CompletedProcess(done.args, done.returncode, done.stdout.decode(), done.stderr.decode())


#: Every process that `start` started in this test.
STARTED: list[subprocess.Popen[str]] = []


def start(*words: str | Path, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    """Start dsnparse, and wait until it says on standard error that it listens or watches."""
    process = subprocess.Popen(
        [sys.executable, "-m", "dsnparse", *map(str, words)],
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | dict(env or {}),
    )
    STARTED.append(process)
    assert process.stderr is not None
    said = ""
    while not re.search(r"\b(Watching|Listening on) ", said):
        line = process.stderr.readline()
        assert line, f"It ended: {said}"
        said += line
    return process


def until(true: Callable[[], bool]) -> None:
    """Wait for what another process does: a minute, since others may have the machine."""
    for _ in range(1200):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("it never happened")


def suppressed(db: Path | str) -> set[str]:
    """The addresses on the list of a database."""
    with Store.open(str(db)) as store:
        return {entry.address for entry in store.suppressions()}


def users(*numbers: int) -> set[str]:
    """The addresses of `bounce`."""
    return {f"user{number}@example.com" for number in numbers}
