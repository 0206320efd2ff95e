"""The listener, spoken to over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import smtplib
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from dsnparse.mailboxes.listener import Address, Listener

from .dovecot import free_port
from .mail import bounce, start, suppressed, users


class Client:
    """LMTP by hand, one answer line at a time."""

    def __init__(self, address: Address) -> None:
        self.socket = socket.create_connection((address.host, address.port), timeout=20)
        self.file = self.socket.makefile("rb")
        assert self.answer().startswith("220")

    def close(self) -> None:
        self.file.close()
        self.socket.close()

    def answer(self) -> str:
        """The last line of an answer."""
        while (line := self.file.readline().decode()) and line[3:4] == "-":
            pass
        return line.rstrip()

    def say(self, line: str | bytes) -> str:
        self.send(line)
        return self.answer()

    def send(self, line: str | bytes) -> None:
        self.socket.sendall((line.encode() if isinstance(line, str) else line) + b"\r\n")

    def deliver(self, data: bytes, *to: str, options: str = "") -> list[str]:
        """The answers to DATA."""
        assert self.say("LHLO client.test").startswith("250")
        assert self.say(f"MAIL FROM:<>{options}").startswith("250")
        for who in to or ("bounces@x.test",):
            assert self.say(f"RCPT TO:<{who}>").startswith("250")
        assert self.say("DATA").startswith("354")
        self.send(data.removesuffix(b"\r\n") + b"\r\n.")
        return [self.answer() for _ in to or ("",)]


class Served:
    """A listener in a thread, and what was handed over."""

    def __init__(self, **options: object) -> None:
        self.batches: list[list[bytes]] = []
        self.clients: list[Client] = []
        self.answers: Callable[[Sequence[bytes]], list[bool]] = lambda messages: [True] * len(messages)
        self.address = Address("lmtp", "127.0.0.1", free_port())
        self.listener = Listener([self.address], self.commit, **options)  # type: ignore[arg-type]
        self.ready = threading.Event()
        self.loop: asyncio.AbstractEventLoop | None = None
        self.stop: asyncio.Event | None = None

    def commit(self, messages: Sequence[bytes]) -> list[bool]:
        answers = self.answers(messages)
        self.batches.append(list(messages))
        return answers

    def client(self) -> Client:
        """A connection, closed at the end."""
        self.clients.append(Client(self.address))
        return self.clients[-1]

    @property
    def messages(self) -> list[bytes]:
        return [message for batch in self.batches for message in batch]

    def run(self) -> None:
        async def serve() -> None:
            self.loop, self.stop = asyncio.get_running_loop(), asyncio.Event()
            await self.listener.run(self.stop, self.ready.set)

        asyncio.run(serve())

    def end(self) -> None:
        assert self.loop is not None
        assert self.stop is not None
        with contextlib.suppress(RuntimeError):  # ended already
            self.loop.call_soon_threadsafe(self.stop.set)


@contextmanager
def serving(**options: object) -> Iterator[Served]:
    served = Served(**options)
    thread = threading.Thread(target=served.run)
    thread.start()
    assert served.ready.wait(10)
    try:
        yield served
    finally:
        served.end()
        thread.join(20)
        for client in served.clients:
            client.close()
        assert not thread.is_alive()


def test_what_is_offered() -> None:
    with serving(max_size=5000) as served:
        client = served.client()
        client.send("LHLO me")
        lines = [client.file.readline().decode().strip() for _ in range(6)]
        assert [line[4:] for line in lines[1:]] == ["PIPELINING", "SIZE 5000", "8BITMIME", "SMTPUTF8", "HELP"]
        assert client.say("EHLO me").startswith("500")


def test_a_message_is_handed_over_as_it_came_and_each_recipient_gets_an_answer() -> None:
    data = bounce(1).replace(b"no such", b"..\xff\xfe no such") + b".dot\r\n" + b"x" * 200_000 + b"\r\n"
    with serving() as served:
        client = served.client()
        sent = data.replace(b"\r\n.dot", b"\r\n..dot")
        said = client.deliver(sent, "a@x.test", "b@x.test", "c@x.test", options=" BODY=8BITMIME")
        assert said == ["250 2.0.0 Stored"] * 3
        assert client.say("NOOP").startswith("250")
        assert served.messages == [data]


def test_internationalised_addresses_and_pipelined_commands() -> None:
    with serving() as served:
        client = served.client()
        assert client.say("LHLO me").startswith("250")
        client.send("MAIL FROM:<> SMTPUTF8 SIZE=100\r\nRCPT TO:<jürgen@bücher.test>\r\nDATA")
        assert [client.answer()[:3] for _ in range(3)] == ["250", "250", "354"]
        assert client.say("Subject: x\r\n\r\nx\r\n.").startswith("250")


def test_while_the_store_is_away_the_answer_is_451() -> None:
    with serving() as served:
        served.answers = lambda messages: [False] * len(messages)
        client = served.client()
        assert [said[:9] for said in client.deliver(bounce(1), "a@x.test", "b@x.test")] == ["451 4.3.0"] * 2
        served.answers = lambda messages: [True] * len(messages)
        assert client.deliver(bounce(1)) == ["250 2.0.0 Stored"]


def test_a_message_that_is_too_large_is_refused_before_and_after_it_came() -> None:
    with serving(max_size=1000) as served:
        client = served.client()
        assert client.say("LHLO me").startswith("250")
        assert client.say("MAIL FROM:<> SIZE=1001").startswith("552")
        said = client.deliver(b"x" * 800 + b"\r\n" + b"x" * 800, "a@x.test", "b@x.test")
        assert [line[:3] for line in said] == ["552", "552"]
        assert client.deliver(b"Subject: small\r\n\r\nx") == ["250 2.0.0 Stored"]
        assert len(served.messages) == 1


def test_messages_that_come_during_a_commit_share_the_next_one() -> None:
    gate, entered = threading.Event(), threading.Event()

    def slow(messages: Sequence[bytes]) -> list[bool]:
        entered.set()
        assert gate.wait(20)
        return [True] * len(messages)

    with serving() as served:
        served.answers = slow
        clients = [served.client() for _ in range(5)]
        threads = [
            threading.Thread(target=client.deliver, args=(bounce(n),)) for n, client in enumerate(clients)
        ]
        threads[0].start()
        assert entered.wait(10)
        for thread in threads[1:]:
            thread.start()
        while served.listener.waiting < 4:
            threads[1].join(0.01)
        gate.set()
        for thread in threads:
            thread.join(20)
        assert [len(batch) for batch in served.batches] == [1, 4]


def test_what_was_handed_over_is_answered_before_the_end() -> None:
    gate, entered = threading.Event(), threading.Event()

    def slow(messages: Sequence[bytes]) -> list[bool]:
        entered.set()
        assert gate.wait(20)
        return [True] * len(messages)

    said: list[str] = []
    with serving() as served:
        served.answers = slow
        busy, idle = served.client(), served.client()
        thread = threading.Thread(target=lambda: said.extend(busy.deliver(bounce(1))))
        thread.start()
        assert entered.wait(10)
        served.end()
        gate.set()
        thread.join(20)
        assert said == ["250 2.0.0 Stored"]
        assert idle.answer().startswith("421")
        assert idle.answer() == ""


def test_a_client_that_goes_away_in_the_middle_leaves_nothing() -> None:
    with serving() as served:
        client = served.client()
        client.say("LHLO me")
        client.send("MAIL FROM:<>\r\nRCPT TO:<a@x.test>\r\nDATA\r\nSubject: half")
        client.socket.close()
        client.file.close()
        assert served.client().deliver(bounce(1)) == ["250 2.0.0 Stored"]
        assert served.messages == [bounce(1)]


def test_a_client_that_says_nothing_is_left() -> None:
    with serving(timeout=0.2) as served:
        assert served.client().answer() == ""


def test_a_unix_socket_is_made_with_its_mode_and_not_taken_from_another(tmp_path: Path) -> None:
    path = tmp_path / "lmtp.sock"
    words = ("listen", "--lmtp", path, "--socket-mode", "600", "--db", tmp_path / "b.db")
    process = start(*words)
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(AssertionError, match="is in use by another program"):
        start(*words)
    process.kill()
    process.wait()
    again = start(*words)  # the socket of one that was killed is no matter
    with smtplib.LMTP(str(path)) as client:
        client.sendmail("", ["bounces@x.test"], bounce(1))
    again.send_signal(signal.SIGTERM)
    _, told = again.communicate(timeout=30)
    assert again.returncode == 0
    assert not path.exists()
    assert told == "1 message (1 bounce); 1 record; addresses: 1 suppressed.\nStopped.\n"
    assert suppressed(tmp_path / "b.db") == users(1)


def test_smtp_and_lmtp_at_once(tmp_path: Path) -> None:
    ports = free_port(), free_port()
    where = ("--lmtp", f"127.0.0.1:{ports[0]}", "--smtp", f"localhost:{ports[1]}")
    process = start("listen", *where, "--db", tmp_path / "b.db")
    with smtplib.LMTP("127.0.0.1", ports[0]) as client:
        client.sendmail("", ["bounces@x.test"], bounce(1))
    with smtplib.SMTP("localhost", ports[1]) as client:
        assert client.sendmail("", ["bounces@x.test", "also@x.test"], bounce(2)) == {}
    assert suppressed(tmp_path / "b.db") == users(1, 2), "stored when answered"
    process.kill()
    process.wait()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1:2424", "lmtp:127.0.0.1:2424"),
        (":2424", "lmtp:127.0.0.1:2424"),
        ("[::1]:2424", "lmtp:[::1]:2424"),
        ("/run/lmtp", "lmtp:/run/lmtp"),
        ("unix:/run/lmtp", "lmtp:/run/lmtp"),
    ],
)
def test_addresses(text: str, expected: str) -> None:
    assert str(Address.parse("lmtp", text)) == expected


@pytest.mark.parametrize("text", ["", "2424", "host:", "host:99999", "host:x"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="HOST:PORT"):
        Address.parse("lmtp", text)
