"""How a reply is taken apart: its codes, its type, command and host, one spelling, addresses blanked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsnparse.reply import MAX_TEXT, Reply
from dsnparse.reply.spelling import normalise


@pytest.mark.parametrize(
    ("text", "reply", "status"),
    [
        ("550 5.1.1 no", 550, "5.1.1"),
        ("550-5.1.1 no\n550 5.1.1 again", 550, "5.1.1"),
        ("smtp; 550 5.1.1 no", 550, "5.1.1"),
        ("smtp;550 5.1.1 no", 550, "5.1.1"),
        ("host mx.example.com[192.0.2.1] said: 452-4.2.2 full", 452, "4.2.2"),
        ("Remote host said: 554 no such user (#5.1.1)", 554, "5.1.1"),
        ("sorry, no mailbox here by that name. (#5.1.1)", None, "5.1.1"),
        ("5.1.0 - Unknown address error 550-'5.7.1 <x@example.com>... Access denied'", 550, "5.7.1"),
        ("#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##", 550, "5.1.1"),
        ("<mx.example.com #5.1.1 smtp;550 5.1.1 no>", 550, "5.1.1"),
        ("550 no", 550, None),
        ("no", None, None),
        ("Exim 4.92.3 says no", None, None),
        ("postfix 2.11.3", None, None),
        ("connect to 192.0.2.1:25: refused", None, None),
        ("more than 500 messages per hour", None, None),
        ("550 5.7.1 more than 500 messages", 550, "5.7.1"),
        ("seen at 10:45:421", None, None),
        ("220 mx.example.com 421 4.2.1 later", 421, "4.2.1"),
        ("552-5.7.0 blocked", 552, "5.7.0"),
        ("said: 550 Blocked (in reply to RCPT)", 550, None),
        ("more than 500 messages per hour from you: 421 4.7.28 try later", 421, "4.7.28"),
        ("550 2.1.5 refused all the same", 550, None),
        ("connect to mx.example.com[192.0.2.1]:465: Connection refused", None, None),
        ("connection to port 465 refused", None, None),
        ("call 555 1234 for help", None, None),
        ("452 4.2.2 full (was 550 5.1.1)", 452, "4.2.2"),
        ("550 refused (#4.7.1) 5.7.1", 550, "5.7.1"),
    ],
)
def test_codes_are_found_where_servers_put_them(text: str, reply: int | None, status: str | None) -> None:
    found = Reply.parse(text)
    assert (found.code, found.status) == (reply, status)


@pytest.mark.parametrize(
    ("text", "low"),
    [
        ("User  Unknown\n here", "user unknown here"),
        ("<kim@example.com>: no", "@@@@@@@@@@@@@@@@@: no"),
        ("user kim@example.com. unknown", "user @@@@@@@@@@@@@@@@ unknown"),
        ("Sorry,_no_mailbox", "sorry, no mailbox"),
        ("doesn’t", "doesn't"),
        ("550-5.1.1 does not\n550 5.1.1 exist", "550 5.1.1 does not exist"),
        ("550-does not\n550 exist", "550 does not exist"),
        ("收件人（kim@example.com）不存在", "收件人（@@@@@@@@@@@@@@@）不存在"),
        ("宛先kim@example.jpは存在しません", "宛先@@@@@@@@@@@@@@は存在しません"),
        ("用户@例子.广告 不存在", "@@@@@@@@ 不存在"),
    ],
)
def test_texts_are_brought_to_one_spelling(text: str, low: str) -> None:
    assert Reply.parse(text).low == low


@given(st.text())
def test_both_forms_have_one_length(text: str) -> None:
    prepared = Reply.parse(text)
    assert len(prepared.shown) == len(prepared.low) <= max(MAX_TEXT, 3 * len(text))


@given(st.text())
def test_a_phrase_is_spelt_as_the_text_is(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


def test_long_texts_are_cut() -> None:
    assert len(Reply.parse("ab " * 10_000).shown) <= MAX_TEXT


@pytest.mark.parametrize(
    ("text", "kind", "command", "host"),
    [
        ("smtp; 550 no", "smtp", None, None),
        ("X-Postfix; host mx.example.com[192.0.2.1] said: 550 no", "x-postfix", None, "mx.example.com"),
        ("550 no (in reply to RCPT TO command)", None, "RCPT", None),
        ("550 no (in reply to end of DATA command)", None, "DATA", None),
        ("lost connection while talking to mx.example.org.", None, None, "mx.example.org"),
        ("Sorry; 550 no", None, None, None),
    ],
)
def test_type_command_and_host_are_found(
    text: str, kind: str | None, command: str | None, host: str | None
) -> None:
    reply = Reply.parse(text)
    assert (reply.type, reply.command, reply.host) == (kind, command, host)


def test_every_enhanced_code_and_every_address_has_its_place() -> None:
    reply = Reply.parse("550 5.7.1 <kim@example.com> refused (#5.1.1), 2.0.0 ok")
    assert reply.statuses == ((4, "5.7.1"), (38, "5.1.1"))
    assert [reply.shown[start:end] for start, end in reply.spans] == ["<kim@example.com>"]


@given(st.text())
def test_any_text_is_a_reply(text: str) -> None:
    reply = Reply.parse(text)
    assert Reply.parse(text) == reply
    assert all(reply.shown.startswith(code, start) for start, code in reply.statuses)
