"""The same bounce from two mailboxes is one message; two bounces are two.

Identities stand in databases: what they were once, they stay.
"""

from __future__ import annotations

import re
import tracemalloc
from array import array
from hashlib import blake2b
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dsnparse.wire import header, identity
from dsnparse.wire.identity import event_identity, message_identity

SAMPLES = Path(__file__).parents[2] / "samples"

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


PARTS = (
    b"Received: by a.example\r\n\tfor <x>;\r\nFrom: \xe9 <j@a.example>\r\nSubject: =?utf-8?q?a?=\r\n  b\r\n"
    b"\r\n--b\r\nContent-Type: text/plain\r\n\r\n>From x\r\n>>From y\r\n> From z\r\n--b--\r\n\r\n"
)


@pytest.mark.parametrize(
    ("data", "digest"),
    [
        (b"", "2edd893a0596c9b54aa958ae8c72299efeaf509e"),
        (BOUNCE, "597ff59c86e5c398db4fe71c4e607ff57e341995"),
        (HEADER, "bc107d2dba3e09c40dcbf64f680f139e69b4ae47"),
        (BODY, "bf945701a357cee1b4986d5581cb4e2225e0dc96"),
        (PARTS, "6c419080d70e7a99fd35dad59e7965ab41996705"),
        (
            b"From MAILER-DAEMON Wed Jan  1 12:00:00 2025\n\n" + BOUNCE,
            "597ff59c86e5c398db4fe71c4e607ff57e341995",
        ),
        (b"\0\xff no mail at all", "2edd893a0596c9b54aa958ae8c72299efeaf509e"),
    ],
    ids=["nothing", "bounce", "no body", "no header", "CRLF and 8 bit", "mbox line", "no mail"],
)
def test_identities_stay_what_they_are_in_databases(data: bytes, digest: str) -> None:
    assert message_identity(data) == digest


def reference(data: bytes) -> str:
    """The identity as it is defined, with copies of the whole message: as it was first written."""
    content = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if content.startswith((b"From ", b">From ")):
        content = content.partition(b"\n")[2]
    header_block, _, body = content.lstrip(b"\n").partition(b"\n\n")
    found: dict[bytes, bytes] = {}
    name, lines = b"", [b""]
    for line in [*header_block.split(b"\n"), b"end:"]:
        if line[:1] in (b" ", b"\t"):
            lines.append(line)
            continue
        found.setdefault(name, b" ".join(b"".join(lines).split()))
        name, _, value = line.partition(b":")
        name, lines = name.strip().lower(), [value]
    values = [found.get(name, b"") for name in (b"message-id", b"date", b"from", b"subject")]
    body = re.sub(rb"^>+From ", b"From ", body, flags=re.MULTILINE).rstrip(b"\n")
    return blake2b(b"\n".join([*values, b"", body]), digest_size=20).hexdigest()


PIECES = st.sampled_from(
    [b"\n", b"\r", b"\r\n", b"\n\n", b" ", b"\t", b"\v", b"\f", b":", b">", b">>>", b"From ", b"F", b"ro",
     b"m ", b"Date", b"date:", b"Subject: ", b"MESSAGE-ID", b"from :", b"x", b"\xff", b"\0"]
)  # fmt: skip
MESSAGES = st.lists(PIECES | st.binary(max_size=3), max_size=40).map(b"".join)


@given(MESSAGES, st.integers(1, 9), st.integers(1, 9))
@example(b"\n\n>\r\n>From x\n>>>>>>>>>>>>From y\n>>>>>>>>>>>>>>>>From\n>>>>>>>>>>>>\n\n\n\r\n", 3, 3)
@example(b"a: b\r\r\n\nx", 1, 1)
@example(b"Date\n : x\nDate: y\n\nx", 2, 2)
def test_the_size_of_the_chunks_does_not_change_the_identity(data: bytes, chunk: int, block: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(identity, "_CHUNK", chunk)
        patch.setattr(identity, "_TAIL", chunk)
        patch.setattr(header, "_BLOCK", block)
        assert message_identity(data) == reference(data)


@given(MESSAGES)
def test_any_bytes_have_the_identity_that_they_always_had(data: bytes) -> None:
    assert message_identity(data) == reference(data)


def test_every_sample_has_the_identity_that_it_always_had() -> None:
    files = sorted(SAMPLES.rglob("*.eml"))
    assert len(files) > 300
    for file in files:
        for data in (unix := file.read_bytes().replace(b"\r\n", b"\n"), unix.replace(b"\n", b"\r\n")):
            assert message_identity(data) == reference(data), file


@pytest.mark.parametrize(
    "data",
    [
        HEADER + b"\n" + b"QUJD" * 3_000_000,
        HEADER + b"\r\n" + b"text\r\n>From x\r\n" * 200_000,
        HEADER + b"\n" + b"\r" * 10_000_000,
        HEADER + b"\n" + b">" * 10_000_000,
        b"\n" * 10_000_000 + BOUNCE,
        b"From " + b"x" * 10_000_000,
        b"X-Field: x\n continued\n" * 100_000 + BOUNCE,
    ],
    ids=["long lines", "quoted lines", "empty lines", "quotes", "empty lines before", "mbox line", "header"],
)
def test_a_large_message_is_not_copied(data: bytes) -> None:
    message_identity(BOUNCE)
    tracemalloc.start()
    message_identity(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_500_000


def test_a_view_of_anything_is_read_as_its_bytes() -> None:
    view = memoryview(array("H", BOUNCE + b"\n" * (len(BOUNCE) % 2)))
    assert message_identity(view) == message_identity(view.tobytes())
    assert message_identity(memoryview(BOUNCE)[::-1]) == message_identity(BOUNCE[::-1])
