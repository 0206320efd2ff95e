"""The listener, spoken to over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import smtplib
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from dsnparse import Envelope
from dsnparse.mailboxes.listener import Listener
from dsnparse.mailboxes.listening import Address
from dsnparse.mailboxes.lmtp import Handed
from dsnparse.store import Store

from .bad_hooks import HOOKS, write_hook
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
        self.envelopes: list[Envelope] = []
        self.clients: list[Client] = []
        self.answers: Callable[[Sequence[bytes]], list[bool]] = lambda messages: [True] * len(messages)
        self.address = Address("lmtp", "127.0.0.1", free_port())
        self.listener = Listener([self.address], self.commit, **options)  # type: ignore[arg-type]
        self.ready = threading.Event()
        self.loop: asyncio.AbstractEventLoop | None = None
        self.stop: asyncio.Event | None = None

    def commit(self, messages: Sequence[Handed]) -> list[bool]:
        self.envelopes += [handed.envelope for handed in messages]
        data = [handed.data for handed in messages]
        answers = self.answers(data)
        self.batches.append(data)
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
        (envelope,) = served.envelopes
        assert (envelope.mail_from, envelope.rcpt_to) == ("", ("a@x.test", "b@x.test", "c@x.test"))
        assert envelope.arrived is not None


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
    words = (
        "listen",
        "--lmtp",
        path,
        "--socket-mode",
        "600",
        "--db",
        tmp_path / "b.db",
        "--log-format",
        "plain",
    )
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


def test_a_line_may_be_as_long_as_a_message() -> None:
    data = b"Subject: x\r\n\r\n." + b"x" * 3_000_000 + b"\r\n"
    with serving() as served:
        assert served.client().deliver(data.replace(b"\r\n.", b"\r\n..")) == ["250 2.0.0 Stored"]
        assert served.messages == [data]


def test_more_than_fits_into_memory_is_answered_with_452_and_what_is_answered_makes_room() -> None:
    with serving(max_size=2000, memory=3000) as served:
        one, other = served.client(), served.client()
        one.say("LHLO me")
        one.send("MAIL FROM:<>\r\nRCPT TO:<a@x.test>\r\nDATA\r\n" + "x" * 1900)
        assert [one.answer()[:3] for _ in range(3)] == ["250", "250", "354"]
        while served.listener._room > 1100:
            assert other.say("NOOP").startswith("250")
        assert [said[:3] for said in other.deliver(b"y" * 1900)] == ["452"]
        assert one.say("\r\n.").startswith("250")
        assert [said[:3] for said in other.deliver(b"y" * 1900)] == ["250"]
        assert served.listener._room == 3000


@pytest.mark.parametrize("wrong", [ValueError, SystemExit, KeyboardInterrupt])
def test_whatever_goes_wrong_while_storing_each_message_is_answered_and_the_next_ones_are_stored(
    wrong: type[BaseException],
) -> None:
    def fail(_: Sequence[bytes]) -> list[bool]:
        raise wrong

    with serving() as served:
        client = served.client()
        served.answers = fail
        assert [said[:3] for said in client.deliver(bounce(1))] == ["451"]
        served.answers = lambda _: []
        assert [said[:3] for said in client.deliver(bounce(1))] == ["451"]
        served.answers = lambda messages: [True] * len(messages)
        assert client.deliver(bounce(1)) == ["250 2.0.0 Stored"]


@pytest.mark.parametrize("hook", HOOKS)
def test_whatever_a_hook_does_messages_are_answered_and_sigterm_ends(hook: str, tmp_path: Path) -> None:
    script = write_hook(hook, tmp_path)
    port, db = free_port(), tmp_path / "b.db"
    process = start("listen", "--lmtp", f"127.0.0.1:{port}", "--exec", script, "--db", db)
    for number in (1, 2, 3):
        with smtplib.LMTP("127.0.0.1", port, timeout=30) as client:
            client.sendmail("", ["bounces@x.test"], bounce(number))
    process.send_signal(signal.SIGTERM)
    _, told = process.communicate(timeout=40)
    assert process.returncode == 0, told
    assert suppressed(db) == users(1, 2, 3)


def test_sighup_reads_the_policy_anew_and_a_wrong_one_changes_nothing(tmp_path: Path) -> None:
    policy, port = tmp_path / "policy.toml", free_port()
    policy.write_text("[hard]\n")
    words = ("--policy", policy, "--db", tmp_path / "b.db", "--log-format", "plain")
    process = start("listen", "--lmtp", f"127.0.0.1:{port}", *words)
    assert process.stderr is not None
    policy.write_text("[nonsense]\n")
    process.send_signal(signal.SIGHUP)
    assert "The old rules and policy stay." in process.stderr.readline()
    policy.write_text("")
    process.send_signal(signal.SIGHUP)
    assert process.stderr.readline() == "Rules and policy were read anew.\n"
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    assert process.returncode == 0


def comes_after_one_451(client: smtplib.LMTP) -> None:
    """The database that was opened is another one by now: that is noticed once, and the new one is used."""
    with pytest.raises(smtplib.SMTPDataError, match="cannot be stored now"):
        client.sendmail("", ["bounces@x.test"], bounce(2))
    client.sendmail("", ["bounces@x.test"], bounce(2))


def ended(process: subprocess.Popen[str]) -> str:
    """End a listener: what it has told."""
    process.send_signal(signal.SIGTERM)
    _, told = process.communicate(timeout=30)
    return told


def test_another_database_in_the_place_of_the_open_one_is_noticed_and_used(tmp_path: Path) -> None:
    port, db = free_port(), tmp_path / "b.db"
    process = start("listen", "--lmtp", f"127.0.0.1:{port}", "--db", db)
    with Store.open(str(tmp_path / "restored.db")):
        pass
    with smtplib.LMTP("127.0.0.1", port) as client:
        client.sendmail("", ["bounces@x.test"], bounce(1))
        for kind in ("", "-wal", "-shm"):
            (tmp_path / f"b.db{kind}").unlink(missing_ok=True)
        with pytest.raises(smtplib.SMTPDataError, match="cannot be stored now"):
            client.sendmail("", ["bounces@x.test"], bounce(2))
        (tmp_path / "restored.db").rename(db)
        comes_after_one_451(client)
    assert "is gone" in ended(process)
    assert suppressed(db) == users(2)


def test_only_what_other_machines_reach_is_warned_of() -> None:
    local = [Address.parse("lmtp", text).is_local for text in ("127.0.0.1:1", "[::1]:1", "/s", "localhost:1")]
    assert all(local)
    beyond = [Address.parse("smtp", text).is_local for text in ("0.0.0.0:1", "[::]:1", "mail.example:1")]
    assert not any(beyond)


def test_a_restored_database_with_another_key_is_answered_with_451_until_a_good_one_is_there(
    tmp_path: Path,
) -> None:
    port, db = free_port(), tmp_path / "b.db"
    with Store.open(str(tmp_path / "hashed.db"), hash_key=b"k" * 32):
        pass
    with Store.open(str(tmp_path / "good.db")):
        pass
    process = start("listen", "--lmtp", f"127.0.0.1:{port}", "--db", db)
    with smtplib.LMTP("127.0.0.1", port) as client:
        client.sendmail("", ["bounces@x.test"], bounce(1))
        (tmp_path / "hashed.db").rename(db)  # over the old one, whose write-ahead log stays
        for _ in range(2):
            with pytest.raises(smtplib.SMTPDataError, match="cannot be stored now"):
                client.sendmail("", ["bounces@x.test"], bounce(2))
        (tmp_path / "good.db").rename(db)
        comes_after_one_451(client)
    assert "This database holds hashed addresses" in ended(process)
    assert suppressed(db) == users(2)
