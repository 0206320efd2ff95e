"""How a diagnostic is prepared: one spelling, addresses blanked, codes found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsnparse.classify.providers import by_suffix, find_speakers
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
        ("550-5.1.1 does not\n550 5.1.1 exist", "550-5.1.1 does not exist"),
        ("550-does not\n550 exist", "550-does not exist"),
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


HOSTS = {"google.com": "google", "outlook.com": "microsoft"}


@pytest.mark.parametrize(
    ("name", "provider"),
    [
        ("aspmx.l.google.com", "google"),
        ("ASPMX.L.GOOGLE.COM.", "google"),
        ("google.com", "google"),
        ("notgoogle.com", None),
        ("google.com.example.org", None),
        ("[192.0.2.1]", None),
        ("", None),
    ],
)
def test_a_provider_is_known_by_the_end_of_its_hosts_names(name: str, provider: str | None) -> None:
    assert by_suffix(name, HOSTS) == provider


@pytest.mark.parametrize(
    ("given_name", "hosts", "recipient", "marked", "certain"),
    [
        ("yahoo", ("aspmx.l.google.com",), None, (), "yahoo"),
        (None, ("mx.example.com", "aspmx.l.google.com"), None, (), None),
        (None, ("aspmx.l.google.com",), "kim@outlook.com", (), "google"),
        (None, (), "kim@outlook.com", (), "microsoft"),
        (None, ("mx.example.com",), "kim@outlook.com", ("google",), "google"),
        (None, ("mx.example.com",), "kim@outlook.com", (), None),
    ],
)
def test_who_speaks(
    given_name: str | None,
    hosts: tuple[str, ...],
    recipient: str | None,
    marked: tuple[str, ...],
    certain: str | None,
) -> None:
    assert find_speakers(given_name, hosts, recipient, marked, HOSTS, HOSTS)[0] == certain
