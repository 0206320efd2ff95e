"""A message has one identity, however much of its body is held at a time and whoever read its header."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsnparse.mailboxes.received import trace
from dsnparse.wire import identity
from dsnparse.wire.identity import message_identity, own_fields

_PIECES = st.sampled_from(
    [
        b"\n", b"\r", b"\r\n", b"\n>From ", b"\n>>From x", b"\n>", b"\n>>F", b"\n\n", b"From x\n", b">", b" ",
        b"\nDate: Sat, 01 Mar 2025 12:00:00 +0000", b"\nSubject : a\n b", b"\nMessage-ID:\n <1@a>",
        b"\nReceived: by a id X123; Sat, 01 Mar 2025 12:00:01 +0000", b"\nFrom: <a@b.example>", b"text",
    ]
)  # fmt: skip
_MESSAGES = st.lists(_PIECES, max_size=40).map(b"".join)


@given(_MESSAGES, st.integers(1, 9))
def test_the_size_of_the_pieces_does_not_matter(message: bytes, size: int) -> None:
    whole = message_identity(message)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(identity, "_CHUNK", size)
        assert message_identity(message) == whole


@given(_MESSAGES)
def test_fields_that_were_found_before_give_the_same(message: bytes) -> None:
    own = own_fields(message)
    assert message_identity(message, own) == message_identity(message)
    assert trace(message, None, own) == trace(message)
