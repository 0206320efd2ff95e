"""Hooks: told at least once, signed, again after a failure, and never instead of the commit."""

from __future__ import annotations

import base64
import contextlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from dsnparse import Reason
from dsnparse.store import ExecHook, Store, WebhookHook
from dsnparse.store.changes.hooks import HookFailed
from dsnparse.store.changes.outbox import FIRST_PAUSE, LEASE, LONGEST_PAUSE, TAKEN, pause_after

from .reports import NOW, bounce

SECRET = b"a secret of the two of us"


class Recorder:
    """A hook that keeps what it is told, and fails as often as it is asked to."""

    def __init__(self, name: str = "recorder", failures: int = 0) -> None:
        self.name = name
        self.failures = failures
        self.told: list[dict[str, Any]] = []

    def deliver(self, payload: str, key: str, now: datetime) -> None:  # noqa: ARG002
        if self.failures:
            self.failures -= 1
            raise HookFailed("not today")
        self.told.append(json.loads(payload))


def test_every_change_of_state_is_told_in_order(url: str) -> None:
    hook = Recorder()
    with Store.open(url, hooks=[hook]) as store:
        changes = store.add([bounce("1"), bounce("2", "b@example.com", Reason.BLOCKLISTED)], now=NOW).changes
        assert hook.told == [], "not before the commit"
        assert store.tick(now=NOW).told == 2
        store.lift(["jane@example.com"], by="me", now=NOW)
        store.tick(now=NOW)
        assert store.tick(now=NOW).told == 0
    assert [one["event"] for one in hook.told] == ["address.suppressed", "sender.alert", "address.released"]
    assert [one["id"] for one in hook.told[:2]] == [change.key for change in changes]
    assert sorted(one["sequence"] for one in hook.told) == [one["sequence"] for one in hook.told]
    first = hook.told[0]
    assert (first["address"], first["before"], first["after"]) == ("jane@example.com", "active", "suppressed")
    assert first["detail"]["status"] == "5.1.1"


def test_nothing_is_told_twice_when_all_goes_well(url: str) -> None:
    hook = Recorder()
    with Store.open(url, hooks=[hook]) as store:
        store.add([bounce(str(n), f"{n}@example.com") for n in range(TAKEN * 2 + 3)], now=NOW)
        store.tick(now=NOW)
    ids = [one["id"] for one in hook.told]
    assert len(ids) == len(set(ids)) == TAKEN * 2 + 3


def test_a_hook_that_fails_is_told_later_and_the_others_meanwhile(url: str) -> None:
    bad, good = Recorder("bad", failures=2), Recorder("good")
    with Store.open(url, hooks=[bad, good]) as store:
        store.add([bounce("1"), bounce("2", "b@example.com")], now=NOW)
        done = store.tick(now=NOW)
        assert (done.told, done.failed, len(good.told)) == (2, 1, 2)
        ((name, count, attempts, error),) = store.waiting()
        assert (name, count, attempts, error) == ("bad", 2, 1, "not today")
        assert store.tick(now=NOW + FIRST_PAUSE / 2).failed == 0, "not before its time"
        assert store.tick(now=NOW + FIRST_PAUSE).failed == 1
        assert store.tick(now=NOW + FIRST_PAUSE * 4).told == 2
        assert store.waiting() == []
    assert len(bad.told) == len(good.told) == 2


def test_the_pauses_grow_to_a_limit() -> None:
    pauses = [pause_after(attempts) for attempts in range(1, 60)]
    assert pauses[:3] == [FIRST_PAUSE, FIRST_PAUSE * 2, FIRST_PAUSE * 4]
    assert pauses[-1] == LONGEST_PAUSE
    assert pauses == sorted(pauses)


class Killed(BaseException):
    """Stands for the end of the process."""


def test_what_a_killed_worker_was_telling_is_told_again_with_the_same_id(url: str) -> None:
    class Deadly(Recorder):
        def deliver(self, payload: str, key: str, now: datetime) -> None:
            super().deliver(payload, key, now)
            raise Killed

    deadly, hook = Deadly(), Recorder()
    with Store.open(url, hooks=[deadly]) as store:
        store.add([bounce("1")], now=NOW)
        with pytest.raises(Killed):
            store.tick(now=NOW)
    with Store.open(url, hooks=[hook]) as store:
        assert store.tick(now=NOW + timedelta(minutes=1)).told == 0, "another worker may still be at it"
        assert store.tick(now=NOW + LEASE).told == 1
    assert hook.told == deadly.told


def test_what_waits_for_a_hook_that_is_not_there_stays(url: str) -> None:
    with Store.open(url, hooks=[Recorder("gone")]) as store:
        store.add([bounce("1")], now=NOW)
    with Store.open(url) as store:
        store.tick(now=NOW)
        assert [name for name, *_ in store.waiting()] == ["gone"]


def test_a_command_gets_json_on_its_standard_input(tmp_path: Path, url: str) -> None:
    file = tmp_path / "told"
    with Store.open(url, hooks=[ExecHook(["tee", "-a", str(file)])]) as store:
        store.add([bounce("1")], now=NOW)
        assert store.tick(now=NOW).told == 1
    (line,) = file.read_text().splitlines()
    assert json.loads(line)["address"] == "jane@example.com"


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("false", "exit status 1"),
        (["sh", "-c", "echo first; echo why >&2; exit 3"], "exit status 3: why"),
        ("/no/such/command", "could not be started"),
        (["sleep", "9"], "did not end within 0.05 s"),
    ],
)
def test_a_command_that_fails_says_why(command: str | list[str], sentence: str) -> None:
    with pytest.raises(HookFailed, match=sentence):
        ExecHook(command, timeout=0.05 if "sleep" in command else 9).deliver("{}", "key", NOW)


@contextmanager
def web_server(*answers: int) -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """A real web server that gives these answers one after the other, then 204."""
    heard: list[tuple[dict[str, str], bytes]] = []
    left = list(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(left.pop(0) if left else 204)
            self.send_header("location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/bounces?token=1", heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_web_address_gets_the_change_signed(url: str) -> None:
    with web_server() as (address, heard), Store.open(url, hooks=[WebhookHook(address, SECRET)]) as store:
        (change,) = store.add([bounce("1")], now=NOW).changes
        assert store.tick(now=NOW).told == 1
    ((headers, body),) = heard
    assert headers["webhook-id"] == headers["idempotency-key"] == change.key
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    signed = f"{change.key}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.digest(SECRET, signed, "sha256")).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert json.loads(body)["address"] == "jane@example.com"


@pytest.mark.parametrize("answer", [301, 307, 400, 404, 500, 503])
def test_any_other_answer_means_again_with_the_same_id(answer: int, url: str) -> None:
    with (
        web_server(answer) as (address, heard),
        Store.open(url, hooks=[WebhookHook(address, SECRET)]) as store,
    ):
        store.add([bounce("1")], now=NOW)
        assert store.tick(now=NOW).failed == 1
        assert store.tick(now=NOW + FIRST_PAUSE).told == 1
    (first, _), (second, _) = heard
    assert first["webhook-id"] == second["webhook-id"]


def test_a_server_that_is_away_is_tried_again(store: Store) -> None:
    with pytest.raises(HookFailed, match="no answer"):
        WebhookHook("http://127.0.0.1:1/", SECRET).deliver("{}", "key", NOW)


def test_the_outbox_does_not_know_the_secrets_of_an_address() -> None:
    assert WebhookHook("https://me:pw@host:8/a?token=1", SECRET).name == "webhook:https://host:8/a"


@pytest.mark.parametrize(
    ("url", "secret"),
    [("ftp://host/", SECRET), ("file:///etc/passwd", SECRET), ("host/a", SECRET), ("https://h/", b""),
     ("https://h/", "whsec_!")],
)  # fmt: skip
def test_a_wrong_webhook_is_refused(url: str, secret: bytes | str) -> None:
    with pytest.raises(ValueError):
        WebhookHook(url, secret)


def test_a_secret_can_be_given_as_standard_webhooks_write_it() -> None:
    text = "whsec_" + base64.b64encode(SECRET).decode()
    one, other = WebhookHook("https://h/", text), WebhookHook("https://h/", SECRET)
    assert one._secret == other._secret


@pytest.mark.parametrize(
    "said", ["a\0b", "\x1b[2Jx", "\udcff", "x" * 100_000], ids=["NUL", "escape", "surrogate", "long"]
)
def test_what_a_hook_says_goes_into_any_database_and_onto_any_terminal(said: str, url: str) -> None:
    class Odd(Recorder):
        def deliver(self, payload: str, key: str, now: datetime) -> None:
            super().deliver(payload, key, now)
            raise RuntimeError(said)

    with Store.open(url, hooks=[Odd("odd"), good := Recorder("good")]) as store:
        store.add([bounce("1")], now=NOW)
        assert (store.tick(now=NOW).failed, len(good.told)) == (1, 1)
        ((_, _, _, error),) = store.waiting()
        assert error.isprintable()
        assert len(error) <= 300


def test_a_command_that_does_not_end_is_killed_with_its_children(tmp_path: Path) -> None:
    file = tmp_path / "child"
    script = f"sleep 600 & echo $! > {file}; wait"
    with pytest.raises(HookFailed, match="did not end within"):
        ExecHook(["sh", "-c", script], timeout=1).deliver("{}", "key", NOW)
    status = Path(f"/proc/{file.read_text().strip()}/stat")
    for _ in range(600):  # killed is not yet gone
        try:
            state = status.read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return
        if state == "Z":
            return
        time.sleep(0.05)
    raise AssertionError(f"the child lives on: {state}")


def test_a_round_ends_at_its_time_and_the_next_one_goes_on(url: str) -> None:
    hook = Recorder()
    with Store.open(url, hooks=[hook]) as store:
        store.add([bounce("1"), bounce("2", "b@example.com")], now=NOW)
        assert store.tick(now=NOW, seconds=0).told == 0
        assert store.tick(now=NOW).told == 2


def test_a_web_server_that_sends_a_byte_now_and_then_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = threading.Event()

        def trickle() -> None:
            connection, _ = server.accept()
            with connection, contextlib.suppress(OSError):
                while not done.wait(0.05):
                    connection.sendall(b"H")

        thread = threading.Thread(target=trickle)
        thread.start()
        hook = WebhookHook(f"http://127.0.0.1:{server.getsockname()[1]}/", SECRET, timeout=0.4)
        with pytest.raises(HookFailed, match="no answer within"):
            hook.deliver("{}", "key", NOW)
        done.set()
        thread.join()


def test_user_and_password_of_a_web_address_are_sent_and_never_shown(store: Store) -> None:
    with web_server() as (address, heard):
        hook = WebhookHook(address.replace("http://", "http://me:p%40ss@"), SECRET)
        hook.deliver("{}", "key", NOW)
    assert heard[0][0]["authorization"] == "Basic " + base64.b64encode(b"me:p@ss").decode()
    with pytest.raises(HookFailed) as failed:
        WebhookHook("http://me:secret@127.0.0.1:1/", SECRET).deliver("{}", "key", NOW)
    assert "secret" not in str(failed.value)
    for wrong in ("ftp://me:secret@host/", "https://me:secret/x@host/", "https://me:secret@[::1/"):
        with pytest.raises(ValueError, match="not a web address") as refused:
            WebhookHook(wrong, SECRET)
        assert "secret" not in str(refused.value)
