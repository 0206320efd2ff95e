"""The same bounce from two mailboxes is one message; two bounces are two."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsnparse.store import event_identity, message_identity

HEADER = (
    b"From: MAILER-DAEMON@mx.example\nSubject: Undelivered\n"
    b"Message-ID: <1@mx.example>\nDate: Wed, 1 Jan 2025\n"
)
BODY = b"\nThis is the mail system.\n\nFrom here on it was refused:\n<jane@example.com>: no such user\n"
BOUNCE = HEADER + BODY


@pytest.mark.parametrize(
    "other",
    [
        b"Return-Path: <>\nDelivered-To: bounces@a.example\nReceived: by a.example\n\tfor <x>;\n" + BOUNCE,
        b"X-Spam-Status: No\nAuthentication-Results: a.example; spf=none\n" + BOUNCE,
        b"Status: RO\nX-UID: 17\nContent-Length: 99\n" + BOUNCE,
        b"From MAILER-DAEMON Wed Jan  1 12:00:00 2025\n" + BOUNCE,
        BOUNCE.replace(b"\n", b"\r\n"),
        BOUNCE.replace(b"\n", b"\r"),
        BOUNCE.rstrip(b"\n"),
        BOUNCE + b"\n\n",
        BOUNCE.replace(b"\nFrom here", b"\n>From here"),
        BOUNCE.replace(b"\nFrom here", b"\n>>From here"),
        BOUNCE.replace(b"Subject: Undelivered", b"subject:\n  Undelivered"),
    ],
    ids=["trace", "filters", "mailbox fields", "mbox line", "CRLF", "CR", "no final newline",
         "more final newlines", "mboxo quoting", "mboxrd quoting", "folding"],
)  # fmt: skip
def test_what_a_hop_or_a_mailbox_changes_does_not_change_the_identity(other: bytes) -> None:
    assert message_identity(other) == message_identity(BOUNCE)


@pytest.mark.parametrize(
    "other",
    [
        BOUNCE.replace(b"<1@mx", b"<2@mx"),
        BOUNCE.replace(b"1 Jan 2025", b"2 Jan 2025"),
        BOUNCE.replace(b"jane@", b"joan@"),
        HEADER,
        BODY,
        b"",
    ],
    ids=["message-id", "date", "recipient in the body", "no body", "no header", "nothing"],
)
def test_another_bounce_has_another_identity(other: bytes) -> None:
    assert message_identity(other) != message_identity(BOUNCE)


def test_a_message_id_that_is_used_again_hides_no_bounce() -> None:
    second = BOUNCE.replace(b"jane@example.com", b"john@example.com")
    assert message_identity(second) != message_identity(BOUNCE)


@given(st.binary(max_size=300))
def test_any_bytes_have_one_identity_whatever_the_line_endings(data: bytes) -> None:
    unix = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    identity = message_identity(data)
    assert len(identity) == 40
    assert message_identity(unix) == identity
    assert message_identity(unix.replace(b"\n", b"\r\n")) == identity
    assert message_identity(bytearray(data)) == message_identity(memoryview(data)) == identity


_PARTS = st.lists(st.none() | st.text(max_size=3), max_size=4)


@given(_PARTS, _PARTS)
def test_events_are_one_only_when_all_their_parts_are_the_same(
    one: list[str | None], other: list[str | None]
) -> None:
    assert (event_identity(*one) == event_identity(*other)) == (one == other)
