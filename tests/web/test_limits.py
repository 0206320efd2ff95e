"""Limits: of size, of what waits, of memory, of time; and processes that hang or die."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress

import httpx
import pytest
from ingest.mail import LETTER, bounce

from .served import MESSAGE, Served, by_proc, eventually, problem, serving

BODY, MEMORY = 100_000, 250_000


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that has little of everything, but time enough for a slow machine."""
    db = str(tmp_path_factory.mktemp("narrow") / "b.db")
    words = ("--waiting", "1", "--max-size", str(BODY), "--max-memory", str(MEMORY), "--timeout", "3")
    with serving("--db", db, *words, db=db) as served:
        yield served


def parse(served: Served, data: bytes = LETTER) -> httpx.Response:
    return served.client.post("/v1/parse", content=data, headers=MESSAGE)


@contextmanager
def held_up(served: Served) -> Iterator[int]:
    """The process that parses does nothing within the block."""
    worker = worker_of(served)
    os.kill(worker, signal.SIGSTOP)
    try:
        yield worker
    finally:
        with suppress(ProcessLookupError):
            os.kill(worker, signal.SIGCONT)


def worker_of(served: Served) -> int:
    """The process that parses; one that was killed is replaced when there is something to do."""
    assert parse(served).status_code == 200
    (worker,) = served.workers()
    return worker


def taken(served: Served, what: str) -> int:
    """How much of a limit is in use, as the metrics say."""
    (line,) = [
        line
        for line in served.client.get("/metrics").text.splitlines()
        if line.startswith(f'dsnparse_http_taken{{of="{what}"}}')
    ]
    return int(float(line.rpartition(" ")[2]))


def test_what_is_too_large_is_refused_whether_it_is_announced_or_not(narrow: Served) -> None:
    large = LETTER + b"x" * BODY
    assert problem(parse(narrow, large))[0] == 413
    pieces = narrow.client.post("/v1/parse", content=iter([large[:50_000], large[50_000:]]), headers=MESSAGE)
    assert problem(pieces)[0] == 413
    assert parse(narrow, LETTER + b"x" * (BODY - len(LETTER))).status_code == 200
    assert taken(narrow, "memory") == 0


def test_more_parts_than_there_may_be_are_refused(plain: Served) -> None:
    files = [("m", (f"{number}.eml", LETTER)) for number in range(1_001)]
    assert problem(plain.client.post("/v1/parse", files=files))[0] == 400


@by_proc
def test_what_finds_no_place_to_wait_is_sent_away_at_once_and_told_when_to_come_back(narrow: Served) -> None:
    with ThreadPoolExecutor(2) as threads:
        with held_up(narrow):
            waiting = [threads.submit(parse, narrow) for _ in range(2)]
            eventually(lambda: taken(narrow, "parsing") == 2)
            for answer in (parse(narrow), narrow.ingest(bounce(1))):
                assert problem(answer) == (503, "busy")
                assert answer.headers["retry-after"] == "1"
            assert narrow.client.get("/healthz").status_code == 200
        assert [one.result().status_code for one in waiting] == [200, 200]
    assert taken(narrow, "parsing") == taken(narrow, "memory") == 0


@by_proc
def test_what_takes_too_long_is_given_up_and_its_process_replaced(narrow: Served) -> None:
    with held_up(narrow) as worker:
        assert problem(parse(narrow)) == (503, "took-too-long")
        eventually(lambda: worker not in narrow.workers())
    assert parse(narrow).json()["kind"] == "other"
    assert taken(narrow, "parsing") == 0


@by_proc
def test_a_process_that_dies_costs_one_answer(narrow: Served) -> None:
    with ThreadPoolExecutor(1) as threads, held_up(narrow) as worker:
        waiting = threads.submit(parse, narrow)
        eventually(lambda: taken(narrow, "parsing") == 1)
        os.kill(worker, signal.SIGKILL)
        assert problem(waiting.result()) == (500, "parser-failed")
    assert parse(narrow).status_code == 200


@by_proc
def test_a_client_that_leaves_costs_no_process(narrow: Served) -> None:
    before = worker_of(narrow)
    with held_up(narrow):
        sock = socket.create_connection(("127.0.0.1", narrow.port))
        form = b'--b\r\nContent-Disposition: form-data; name="m"\r\n\r\n' + LETTER + b"\r\n--b--\r\n"
        head = (
            "POST /v1/parse HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=b\r\n"
            f"Content-Length: {len(form)}\r\n\r\n"
        )
        sock.sendall(head.encode() + form)
        assert sock.recv(12) == b"HTTP/1.1 200"  # it streams
        sock.close()
        eventually(lambda: taken(narrow, "memory") == 0)
    assert parse(narrow).status_code == 200
    assert narrow.workers() == [before]


def test_a_request_that_does_not_come_in_is_given_up_and_its_memory_is_free_again(narrow: Served) -> None:
    head = (
        "POST /v1/parse HTTP/1.1\r\nHost: localhost\r\n"
        f"Content-Type: message/rfc822\r\nContent-Length: {BODY}\r\n\r\n"
    )
    socks = [socket.create_connection(("127.0.0.1", narrow.port)) for _ in range(2)]
    for sock in socks:
        sock.sendall(head.encode() + b"From: ")
    eventually(lambda: taken(narrow, "memory") == 2 * BODY)
    answer = parse(narrow, LETTER + b"x" * 60_000)  # there is no room for it
    assert problem(answer) == (503, "busy")
    for sock in socks:
        assert sock.recv(12) == b"HTTP/1.1 408"
        sock.close()
    eventually(lambda: taken(narrow, "memory") == 0)
    assert parse(narrow, LETTER + b"x" * 60_000).status_code == 200


@pytest.mark.parametrize("path", ["/v1/classify", "/v1/check", "/v1/suppressions/a@example.com"])
def test_so_is_any_body_that_a_handler_has_read_for_it(narrow: Served, path: str) -> None:
    method = "PUT" if "suppressions" in path else "POST"
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n"
        f"Content-Type: application/json\r\nContent-Length: {BODY}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", narrow.port), timeout=30) as sock:
        sock.sendall(head.encode() + b"[")
        eventually(lambda: taken(narrow, "memory") == BODY)
        assert sock.recv(12) == b"HTTP/1.1 408"
    eventually(lambda: taken(narrow, "memory") == 0)


def test_a_connection_that_says_nothing_is_closed(narrow: Served) -> None:
    with socket.create_connection(("127.0.0.1", narrow.port), timeout=30) as sock:
        sock.sendall(b"GET /healthz HT")
        assert sock.recv(100) == b""


def test_who_does_not_take_the_answer_is_left(narrow: Served) -> None:
    asked = b"a@b.c\n" * (BODY // 6)
    head = (
        "POST /v1/check HTTP/1.1\r\nHost: localhost\r\n"
        f"Content-Type: text/plain\r\nContent-Length: {len(asked)}\r\n\r\n"
    )
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        sock.connect(("127.0.0.1", narrow.port))
        sock.sendall(head.encode() + asked)
        eventually(lambda: taken(narrow, "memory") == len(asked))
        eventually(lambda: taken(narrow, "memory") == 0)
        answer = b""
        with suppress(ConnectionResetError):
            while piece := sock.recv(100_000):
                answer += piece
    assert answer.count(b"\n") < BODY // 6


def test_garbage_is_no_request(narrow: Served) -> None:
    for garbage in (
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"EHLO me\r\n\r\n",
        b"GET " + b"/" * 100_000,
    ):
        with socket.create_connection(("127.0.0.1", narrow.port), timeout=30) as sock:
            sock.sendall(garbage)
            assert sock.recv(100)[:12] in (b"HTTP/1.1 400", b"")
    assert narrow.client.get("/healthz").status_code == 200
