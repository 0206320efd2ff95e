"""Addresses and table cells that touch the words around them are told apart."""

from __future__ import annotations

import pytest

from dsnparse.wire.address_spans import addresses_in, spans_in
from dsnparse.wire.html import html_text


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("您发给kim@example.com的邮件", "kim@example.com"),
        ("收件人：kim@example.com", "kim@example.com"),
        ("kim@example.comに配信されませんでした", "kim@example.com"),
        ("kim@example.com에게 보낼 수 없음", "kim@example.com"),
        ("递送至kim@mail.example.com。", "kim@mail.example.com"),
        ("<山田kim@example.jp>", "山田kim@example.jp"),
        ("用户@例子.广告 ", "用户@例子.广告"),
        ("山田@例え.jp", "山田@例え.jp"),
        ("an müller@bücher.example.", "müller@bücher.example"),
    ],
)
def test_an_address_ends_where_the_words_of_another_script_begin(text: str, address: str) -> None:
    assert addresses_in(text) == [address]
    (span,) = spans_in(text)
    assert (text[span.start : span.end], span.address) == (address, address)


def test_the_cells_of_a_table_stay_apart() -> None:
    html = "<table><tr><td>An:</td><td>kim@example.com</td></tr><tr><td>Grüße</td><td>x</td></tr></table>"
    assert html_text(html).split("\n") == ["An:", "kim@example.com", "Grüße", "x", ""]
