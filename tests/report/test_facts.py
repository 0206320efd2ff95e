"""What the report reads out of a reply: the sender's IP address, and codes of the receiver's own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsnparse.explain.provider_pages import provider_of_code
from dsnparse.render.masked import mask
from dsnparse.report.facts import Codes, _stated_ip, sender_ip


@pytest.mark.parametrize(
    ("reply", "host", "expected"),
    [
        ("550 5.7.1 Unfortunately, messages from [192.0.2.10] weren't sent (S3150).", None, "192.0.2.10"),
        ("host mx.example.com[203.0.113.5] said: 554 192.0.2.10 is listed", None, "192.0.2.10"),
        ("host mx.example.com [203.0.113.5] said: 554 5.7.1 no", None, None),
        ("host mx.example.com[203.0.113.5] said: 550 5.7.1 no", None, None),
        ("554 see https://check.example/?ip=192.0.2.10", None, "192.0.2.10"),
        ("554 Blocked - 2001:db8::25 has no PTR", None, "2001:db8::25"),
        ("554 [IPv6:2001:db8::25] has no PTR", None, None),
        ("550 5.7.26 unauthenticated", None, None),
        ("550 refused by 203.0.113.5", "[203.0.113.5]", None),
        ("554 127.0.0.1 999.1.1.1 1.2.3.4.5 192.0.2.10.", None, "192.0.2.10"),
        ("421 4.7.0 [TSS04] Messages from 192.0.2.10 temporarily deferred", None, "192.0.2.10"),
        ("at 12:30:45 nothing", None, None),
        ("", None, None),
    ],
)
def test_the_senders_ip_address_is_told_from_the_hosts(
    reply: str, host: str | None, expected: str | None
) -> None:
    assert sender_ip(reply, host) == expected


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"x-mailgun-sending-ip": "192.0.2.10"}, "192.0.2.10"),
        ({"x-ses-outgoing": "2026.11.26-192.0.2.11"}, "192.0.2.11"),
        ({"x-ses-outgoing": "<script>"}, None),
        ({"x-originating-ip": "192.0.2.12"}, None),
        ({}, None),
    ],
)
def test_a_mail_service_says_in_the_message_which_address_sent_it(
    headers: dict[str, str], expected: str | None
) -> None:
    assert _stated_ip(headers) == expected


@pytest.mark.parametrize(
    ("reply", "provider", "expected"),
    [
        ("part of their network is on our block list (S3150).", "microsoft", "S3150"),
        ("421 4.7.0 [TSS04] Messages from 192.0.2.10 temporarily deferred", "yahoo", "TSS04"),
        ("550 on our block list (S3150)", "google", None),
        ("550 on our block list (S3150)", None, None),
        ("550 5.1.1 4cmQ2x1Zzz8sV7 A1B2C3 no such user", "microsoft", None),
    ],
)
def test_a_providers_own_code_is_found(reply: str, provider: str | None, expected: str | None) -> None:
    assert Codes().find(reply, provider) == expected


def test_whose_a_code_is() -> None:
    assert provider_of_code("S3150") == "microsoft"
    assert provider_of_code("nonsense") is None


@given(st.text(max_size=500), st.text(max_size=30))
def test_nothing_in_a_reply_makes_trouble(reply: str, host: str) -> None:
    sender_ip(reply, host)
    Codes().find(reply, "microsoft")


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        ("<jane.roe@example.com>: no", (), "<j…@example.com>: no"),
        ("to=jane@example.com,bob@example.org", (), "t…@example.com,b…@example.org"),
        ("jane.roe is not here", ("jane.roe@example.com",), "j… is not here"),
        ("bounce+jane=example.com@lists.example", (), "b…@lists.example"),
        ("no address, 3 @ 4", (), "no address, 3 @ 4"),
        ("Ab@x", ("ab@x",), "A…@x"),
    ],
)
def test_masked_texts_name_no_mailbox(text: str, names: tuple[str, ...], expected: str) -> None:
    assert mask(text, *names) == expected
