"""The server as a process: how it starts, is told to read anew, and ends."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sqlite3
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from ingest.mail import LETTER, bounce, command
from litestar import Litestar

from dsnparse.web.server import StartFailed, listen, serve

from .served import MESSAGE, by_proc, eventually, serving

RULE = """
[[rule]]
id = "cheese"
reason = "{reason}"
phrases = ["full of cheese"]
examples = ["550 full of cheese"]
"""


@by_proc
def test_what_was_asked_is_finished_after_sigterm_and_nothing_is_lost(tmp_path: Path) -> None:
    db = tmp_path / "bounces.db"
    with serving("--db", str(db)) as served, ThreadPoolExecutor(2) as threads:
        (worker,) = served.workers()
        os.kill(worker, signal.SIGSTOP)
        asked = [threads.submit(served.ingest, bounce(number)) for number in (1, 2)]
        eventually(lambda: 'dsnparse_http_taken{of="parsing"} 2.0' in served.client.get("/metrics").text)
        served.process.send_signal(signal.SIGTERM)
        eventually(lambda: not reachable(served.port))
        os.kill(worker, signal.SIGCONT)
        assert [one.result().json()["added"] for one in asked] == [True, True]
        assert served.process.wait(60) == 0
        assert served.said().splitlines()[-1].endswith("Stopped.")
    with sqlite3.connect(db) as connection:
        assert connection.execute("SELECT count(*) FROM messages").fetchone() == (2,)
    connection.close()


def reachable(port: int) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0


@by_proc
def test_a_signal_to_all_of_it_does_not_end_the_processes_that_parse_before_it(tmp_path: Path) -> None:
    """As a service manager or Ctrl-C sends it."""
    with serving() as served:
        (worker,) = served.workers()
        for number in (signal.SIGTERM, signal.SIGINT):
            os.kill(worker, number)
        assert served.client.post("/v1/parse", content=LETTER, headers=MESSAGE).status_code == 200
        assert served.workers() == [worker]
        served.process.send_signal(signal.SIGINT)
        assert served.process.wait(60) == 0
        assert not Path(f"/proc/{worker}").exists()


def test_sighup_reads_rules_and_policy_anew_and_a_mistake_in_them_changes_nothing(tmp_path: Path) -> None:
    rules, policy = tmp_path / "own.toml", tmp_path / "policy.toml"
    rules.write_text(RULE.format(reason="mailbox_full"))
    policy.write_text("")
    words = ("--rules", str(rules), "--policy", str(policy), "--db", str(tmp_path / "b.db"))
    with serving(*words) as served:

        def reason() -> str:
            answer = served.client.post("/v1/classify", json={"reply": "550 full of cheese"})
            return str(answer.json()["reason"])

        assert reason() == "mailbox_full"
        rules.write_text(RULE.format(reason="spam_content"))
        policy.write_text('[expires]\nmanual = "1d"\n')
        served.process.send_signal(signal.SIGHUP)
        eventually(lambda: "read anew" in served.said())
        assert reason() == "spam_content"
        put = served.client.put("/v1/suppressions/kim@example.com").json()
        assert put["decision"]["until"] is not None
        rules.write_text("nonsense")
        served.process.send_signal(signal.SIGHUP)
        eventually(lambda: "The old rules" in served.said())
        assert reason() == "spam_content"


def test_a_change_is_told_to_hooks(tmp_path: Path) -> None:
    told = tmp_path / "told"
    with serving("--db", str(tmp_path / "b.db"), "--exec", f"tee -a {told}") as served:
        served.client.put("/v1/suppressions/kim@example.com")
        eventually(lambda: told.exists() and "kim@example.com" in told.read_text())
        served.ingest(bounce(1))
        eventually(lambda: "user1@example.com" in told.read_text())


def test_the_audit_log_can_be_a_file_that_is_added_to(tmp_path: Path) -> None:
    log = tmp_path / "audit.jsonl"
    log.write_text("before\n")
    with serving("--db", str(tmp_path / "b.db"), "--audit", str(log)) as served:
        served.client.put("/v1/suppressions/kim@example.com")
        assert "kim@example.com" not in served.said()
        assert served.stop() == 0
    first, second = log.read_text().splitlines()
    assert (first, "kim@example.com" in second) == ("before", True)
    assert log.stat().st_mode & 0o777 in (0o644, 0o664, 0o600, 0o640)


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("--rules", "none.toml"), 2, "none.toml"),
        (("--trust", "none.toml"), 2, "none.toml"),
        (("--db", "/nowhere/b.db"), 2, "/nowhere"),
        (("--db", "postgresql+psycopg://x@127.0.0.1:1/x"), 75, "127.0.0.1"),
        (("--audit", "/nowhere/log"), 2, "/nowhere/log"),
        (("--port", "70000"), 2, "70000"),
        (("--port", "0", "--host", "127.0.0.1.example"), 2, "--keys"),
        (("--port", "0", "--host", "192.0.2.1", "--without-keys"), 2, "Cannot listen on 192.0.2.1:0"),
    ],
    ids=str,
)
def test_what_keeps_it_from_starting_is_a_sentence(words: tuple[str, ...], status: int, said: str) -> None:
    done = command("serve", *words)
    assert (done.returncode, said in done.stderr) == (status, True), done.stderr
    assert "Traceback" not in done.stderr


def test_an_application_that_does_not_start_is_no_success() -> None:
    @asynccontextmanager
    async def failing(_: Litestar) -> AsyncIterator[None]:
        raise RuntimeError("no")
        yield

    async def run() -> None:
        with listen("127.0.0.1", 0) as sock:
            await serve(Litestar(lifespan=[failing]), [sock], lambda: None, lambda: None)

    with pytest.raises(StartFailed):
        asyncio.run(run())


def test_so_is_a_port_that_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        done = command("serve", "--port", str(sock.getsockname()[1]))
    assert (done.returncode, "in use" in done.stderr) == (2, True), done.stderr
