"""Every character set that Python knows, in every place where a message can name one: nothing raises."""

from __future__ import annotations

import codecs
import encodings.aliases

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsnparse import Report, parse_dsn

CHARSETS = sorted(
    {*encodings.aliases.aliases.values(), "utf-7", "idna", "punycode", "undefined", "nosuch", ""}
)
#: Bytes that are whole, cut, or nothing in many character sets; "+2x0-" is half a character in UTF-7.
TEXTS = (b"+2x0-", b"%2b2x0-", b"abc", b"=E9", b"\x1b$B", b"\xff\xfe\xd8", b"%", b"a%00b", b"\xe4\xb8")
#: Where a character set and a text can stand.
PLACES = (
    b"Content-Type: multipart/mixed; boundary*=%s''%s\n\nx\n",
    b"Content-Type: multipart/mixed; boundary*0*=%s''%s; boundary*1*=x\n\nx\n",
    b"Content-Type: text/plain; charset*=%s'en'%s\n\nx\n",
    b'Content-Type: text/plain; charset="%s"\n\n%s\n',
    b"Content-Type: text/plain; name*=%s''%s\n\nx\n",
    b"Subject: =?%s?Q?%s?=\nFrom: MAILER-DAEMON\n\nx\n",
    b"From: =?%s?B?%s?= <MAILER-DAEMON@a.example>\n\nx\n",
    b"Content-Type: message/delivery-status; charset=%s\n\nFinal-Recipient: rfc822; %s@example.com\n",
)


@pytest.mark.parametrize("charset", CHARSETS)
def test_no_character_set_makes_the_parser_raise(charset: str) -> None:
    for place in PLACES:
        for text in TEXTS:
            assert isinstance(parse_dsn(place % (charset.encode(), text)), Report)


@given(st.sampled_from(CHARSETS), st.sampled_from(PLACES), st.binary(max_size=40))
def test_nor_does_any_text_in_it(charset: str, place: bytes, text: bytes) -> None:
    assert isinstance(parse_dsn(place % (charset.encode(), text)), Report)


def test_the_list_is_long_enough_to_mean_something() -> None:
    assert len([name for name in CHARSETS if name and _is_known(name)]) > 90


def _is_known(name: str) -> bool:
    try:
        return bool(codecs.lookup(name))
    except LookupError:
        return False
