"""What mail servers ask is answered as Postfix documents it; nothing that is sent breaks a server."""

from __future__ import annotations

import asyncio
import logging
import stat
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsnparse import Reason, classify_reply
from dsnparse.mailboxes.listening import Address
from dsnparse.postfix import policy_service, socketmap, tcp_table
from dsnparse.postfix.advice import Step, advice_of
from dsnparse.postfix.desk import Desk
from dsnparse.postfix.limits import LINE_BYTES, Unreadable
from dsnparse.postfix.servers import PROTOCOLS, answering
from dsnparse.store.lists.refusal import TEXT_CHARS
from dsnparse.store.queries.answer import Answer, Decision
from dsnparse.store.sql.errors import StoreUnavailable

DAY = datetime(2026, 5, 1, 12, tzinfo=UTC)
GONE = Decision("gone@example.com", Answer.DONT, "suppressed", "user_unknown", since=DAY)
FULL = Decision("full@example.com", Answer.WAIT, "paused", "mailbox_full", since=DAY, until=DAY)
REJECT = "REJECT 5.7.1 on the suppression list since 2026-05-01: user_unknown"
DEFER = "DEFER 4.7.1 on the suppression list until 2026-05-01: mailbox_full"


def known(address: str) -> Decision:
    found = {one.address: one for one in (GONE, FULL)}.get(address.lower())
    if address.startswith("@"):
        raise AssertionError("whole domains are not asked for")
    if address.endswith("@"):
        return Decision(address, Answer.NO_ADDRESS, "none")
    return Decision(address, Answer.MAIL, "unknown") if found is None else found


def away(_: str) -> Decision:
    raise StoreUnavailable("The database is away")


def policy(recipient: str = "gone@example.com", **more: str) -> bytes:
    said = {"request": "smtpd_access_policy", "protocol_state": "RCPT", "recipient": recipient} | more
    return "".join(f"{name}={value}\n" for name, value in said.items()).encode() + b"\n"


def socketmap_asks(key: str) -> bytes:
    data = f"dsnparse {key}".encode()
    return b"%d:%b," % (len(data), data)


def netstring(text: str) -> bytes:
    return f"{len(text)}:{text},".encode()


def asked(protocol: str, request: bytes, check: Callable[[str], Decision] = known, **options: bool) -> bytes:
    """All that comes back on one connection."""

    async def talk() -> bytes:
        async with server(protocol, Desk(check, **options)) as (reader, writer):
            writer.write(request)
            writer.write_eof()
            return await asyncio.wait_for(reader.read(), 20)

    return asyncio.run(talk())


@asynccontextmanager
async def server(
    protocol: str, desk: Desk, **limits: float
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    async with answering([Address(protocol, "127.0.0.1", 0)], desk, **limits) as (address,):  # type: ignore[arg-type]
        reader, writer = await asyncio.open_connection("127.0.0.1", address.port)
        yield reader, writer
        writer.close()


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (policy(), REJECT),
        (policy("GONE@example.com"), REJECT),
        (policy("full@example.com"), DEFER),
        (policy("kim@example.com"), "DUNNO"),
        (policy(""), "DUNNO"),
        (policy("@example.com"), "DUNNO"),
        (policy("no address"), "DUNNO"),
        (policy("x" * 2000 + "@example.com"), "DUNNO"),
        (policy("k\u00edm@example.com"), "DUNNO"),
        (policy(protocol_state="MAIL"), "DUNNO"),
        (policy(protocol_state="DATA"), "DUNNO"),
        (policy(protocol_state="END-OF-MESSAGE"), "DUNNO"),
        (policy(request="other"), "DUNNO"),
        (b"\n", "DUNNO"),
        (policy().replace(b"\n", b"\r\n"), REJECT),
        (policy().rstrip(b"\n") + b"\nrecipient=kim@example.com\n\n", REJECT),
        (policy(sender="", size="0", sasl_username="a=b", ccert_subject="x"), REJECT),
    ],
)  # fmt: skip
def test_the_policy_service_refuses_and_defers_at_rcpt_and_says_dunno_else(
    request_: bytes, answer: str
) -> None:
    assert asked("policy", request_).decode() == f"action={answer}\n\n"


@pytest.mark.parametrize(
    ("key", "answer"),
    [
        ("gone@example.com", f"OK {REJECT}"),
        ("full@example.com", f"OK {DEFER}"),
        ("kim@example.com", "NOTFOUND "),
        ("example.com", "NOTFOUND "),
        (".example.com", "NOTFOUND "),
        ("com", "NOTFOUND "),
        ("gone@", "NOTFOUND "),
        ("@example.com", "NOTFOUND "),
        ("", "NOTFOUND "),
    ],
)
def test_the_tables_know_whole_addresses_alone(key: str, answer: str) -> None:
    assert asked("socketmap", socketmap_asks(key)) == netstring(answer)
    code, value = ("200", answer.removeprefix("OK ")) if answer.startswith("OK") else ("500", "not found")
    assert asked("tcp-table", f"get {key}\n".encode()).decode() == f"{code} {value.replace(' ', '%20')}\n"


def test_a_key_of_a_tcp_table_is_decoded() -> None:
    assert asked("tcp-table", b"get %67one%40example.com\n").startswith(b"200 REJECT%205.7.1")


def test_many_questions_on_one_connection_are_answered_in_their_order() -> None:
    several = policy() + policy("kim@example.com") + policy("full@example.com")
    assert asked("policy", several).decode() == f"action={REJECT}\n\naction=DUNNO\n\naction={DEFER}\n\n"
    keys = ("kim@example.com", "gone@example.com")
    found = asked("socketmap", b"".join(map(socketmap_asks, keys)))
    assert found == netstring("NOTFOUND ") + netstring(f"OK {REJECT}")


@pytest.mark.parametrize(
    ("protocol", "request_", "passes", "waits"),
    [
        ("policy", policy(), b"action=DUNNO\n\n", b"action=DEFER 4.3.0 the suppression list cannot be asked"),
        ("socketmap", socketmap_asks("gone@example.com"), netstring("NOTFOUND "),
         netstring("TEMP the suppression list cannot be asked now, try again later")),
        ("tcp-table", b"get gone@example.com\n", b"500 not%20found\n", b"400 the%20suppression%20list"),
    ],
)  # fmt: skip
def test_while_the_database_is_away_mail_passes_or_waits_as_it_was_told(
    protocol: str, request_: bytes, passes: bytes, waits: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "dsnparse.postfix"):
        assert asked(protocol, request_ * 3, away) == passes * 3
    assert [one.getMessage() for one in caplog.records] == [
        "StoreUnavailable: The database is away. Recipients pass unchecked until it works."
    ]
    assert asked(protocol, request_, away, passes_when_away=False).startswith(waits)


def test_any_mistake_of_ours_lets_mail_pass_and_that_it_works_again_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    asked_before: list[str] = []

    def check(address: str) -> Decision:
        asked_before.append(address)
        if len(asked_before) == 1:
            raise ValueError("x")
        return GONE

    with caplog.at_level(logging.WARNING, "dsnparse.postfix"):
        found = asked("policy", policy() * 2, check)
    assert found.decode() == f"action=DUNNO\n\naction={REJECT}\n\n"
    assert caplog.records[-1].getMessage() == "The database works again: recipients are checked."


def test_a_database_that_does_not_answer_keeps_no_mail_waiting() -> None:
    def check(_: str) -> Decision:
        time.sleep(1)
        return GONE

    async def talk() -> bytes:
        async with server("policy", Desk(check, answer_seconds=0.05)) as (reader, writer):
            writer.write(policy())
            return await reader.readuntil(b"\n\n")

    assert asyncio.run(talk()) == b"action=DUNNO\n\n"


@pytest.mark.parametrize(
    ("protocol", "request_"),
    [
        ("policy", b"x" * (LINE_BYTES + 10)),
        ("policy", b"a=b\n" * 200),
        ("policy", b"request=smtpd_access_policy\n"),
        ("policy", b"request="),
        ("socketmap", b"99999999999:x"),
        ("socketmap", b"9000:x"),
        ("socketmap", b"3:abcd"),
        ("socketmap", b"x:abc,"),
        ("socketmap", b"10:abc"),
        ("socketmap", b"-1:abc,"),
        ("tcp-table", b"get " + b"x" * (LINE_BYTES + 10)),
        ("tcp-table", b"get x"),
    ],
)
def test_what_does_not_speak_the_protocol_is_closed_and_told(
    protocol: str, request_: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "dsnparse.postfix"):
        assert asked(protocol, request_) == b""
    assert "the connection was closed" in caplog.text


def test_a_connection_too_many_is_closed_and_the_others_go_on() -> None:
    async def talk() -> None:
        async with answering([Address("tcp-table", "127.0.0.1", 0)], Desk(known), connections=2) as (at,):
            three = [await asyncio.open_connection("127.0.0.1", at.port) for _ in range(3)]
            assert await asyncio.wait_for(three[2][0].read(), 20) == b""
            for reader, writer in three[:2]:
                writer.write(b"get kim@example.com\n")
                assert await reader.readline() == b"500 not%20found\n"
            for _, writer in three:
                writer.close()

    asyncio.run(talk())


def test_an_idle_connection_is_closed() -> None:
    async def talk() -> bytes:
        async with server("policy", Desk(known), idle=0.05) as (reader, _):
            return await asyncio.wait_for(reader.read(), 20)

    assert asyncio.run(talk()) == b""


def test_a_unix_socket_is_for_its_group_and_goes_away(tmp_path: Path) -> None:
    path = tmp_path / "policy"

    async def talk() -> bytes:
        async with answering([Address("policy", path=str(path))], Desk(known)):
            assert stat.S_IMODE(path.stat().st_mode) == 0o660
            reader, writer = await asyncio.open_unix_connection(path)
            writer.write(policy())
            answer = await reader.readuntil(b"\n\n")
            writer.close()
            return answer

    assert asyncio.run(talk()) == f"action={REJECT}\n\n".encode()
    assert not path.exists()


def test_the_end_waits_for_nobody() -> None:
    async def talk() -> bytes:
        async with server("policy", Desk(known)) as (reader, writer):
            writer.write(b"request=smtpd_access_policy\n")
            await asyncio.sleep(0.05)
        return await asyncio.wait_for(reader.read(), 20)

    assert asyncio.run(talk()) == b""


def test_our_refusals_are_read_by_ourselves_as_suppressed_and_never_hard() -> None:
    for reason in Reason:
        for answer, code in ((Answer.DONT, 554), (Answer.WAIT, 450)):
            decision = Decision("kim@example.com", answer, "x", reason.value, since=DAY, until=DAY)
            _, status, text = advice_of(decision).action.split(" ", 2)
            reply = f"{code} {status} <kim@example.com>: Recipient address rejected: {text}"
            verdict = classify_reply(reply)
            assert (verdict.reason, verdict.bounce_type) == ("suppressed", "block"), reply


@given(st.text(), st.sampled_from([Answer.DONT, Answer.WAIT]))
def test_no_reason_breaks_out_of_its_line(reason: str, answer: Answer) -> None:
    advice = advice_of(Decision("kim@example.com", answer, "x", reason, since=DAY, until=DAY))
    assert advice.step in (Step.REJECT, Step.DEFER)
    assert advice.text.isascii()
    assert advice.text.isprintable()
    assert len(advice.text) <= TEXT_CHARS


PIECES = [
    b"request=smtpd_access_policy\n",
    b"protocol_state=RCPT\n",
    b"recipient=\xff@x\n",
    b"\n",
    b"4:a b@,",
]
PIECES += [b"1:", b"get %\n", b"get a@b\n", b"\0", b":", b","]


@given(
    st.binary(max_size=300) | st.lists(st.sampled_from(PIECES)).map(b"".join),
    st.sampled_from(sorted(PROTOCOLS)),
)
@settings(max_examples=200)
def test_no_bytes_make_a_protocol_fail(data: bytes, protocol: str) -> None:
    answer = {"policy": policy_service, "socketmap": socketmap, "tcp-table": tcp_table}[protocol].answer

    async def talk() -> None:
        reader = asyncio.StreamReader(limit=LINE_BYTES)
        reader.feed_data(data)
        reader.feed_eof()
        desk = Desk(known)
        try:
            while (reply := await answer(reader, desk)) is not None:
                assert reply.isascii()
        except Unreadable:
            pass
        finally:
            desk.close()

    asyncio.run(talk())
