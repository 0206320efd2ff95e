"""mbox: where one message ends and the next begins."""

from __future__ import annotations

import io
from pathlib import Path
from typing import BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsnparse.mailboxes.content import is_mbox
from dsnparse.mailboxes.items import Mail, Problem, read_item
from dsnparse.mailboxes.mbox import split, unquote
from dsnparse.mailboxes.paths import find

FROM = b"From MAILER-DAEMON Thu Jul  2 12:05:05 2020\n"
LIMIT = 1 << 20


def bodies(data: bytes, limit: int = LIMIT) -> list[bytes]:
    return [unquote(e.data) if e.quoted else e.data for e in split(io.BytesIO(data), limit)]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"From MAILER-DAEMON Thu Jul  2 12:05:05 2020\nReceived: x", True),
        (b"From - Fri Feb 22 17:06:23 2008\r\nX-Mozilla-Status: 0001", True),
        (b"From a@b.example  Thu Jul  2 12:05 CEST 2020\nTo: x", True),
        (b"From a@b.example  Thu Jul  2 12:05:07 2020\rTo: x\r\rbody", False),
        (b"From: someone@example.org\n", False),
        (b"From 15h00 we meet.\n", False),
        (b"", False),
    ],
)
def test_an_mbox_is_known_by_its_dated_first_line(head: bytes, expected: bool) -> None:
    assert is_mbox(head) is expected


@pytest.mark.parametrize(
    ("why", "mbox", "expected"),
    [
        ("one", FROM + b"A: 1\n\nx\n", [b"A: 1\n\nx\n"]),
        ("the blank line between is not part", FROM + b"A: 1\n\nx\n\n" + FROM + b"B: 2\n\ny\n",
         [b"A: 1\n\nx\n", b"B: 2\n\ny\n"]),
        ("no blank line between", FROM + b"A: 1\n\nx\n" + FROM + b"B: 2\n\ny",
         [b"A: 1\n\nx\n", b"B: 2\n\ny"]),
        ("CRLF", (FROM + b"A: 1\n\nx\n\n" + FROM + b"B: 2\n\ny\n").replace(b"\n", b"\r\n"),
         [b"A: 1\r\n\r\nx\r\n", b"B: 2\r\n\r\ny\r\n"]),
        ("quoted lines are unquoted once", FROM + b"A: 1\n\n>From me\n>>From you\n> From them\n",
         [b"A: 1\n\nFrom me\n>From you\n> From them\n"]),
        ("a sentence is no separator", FROM + b"A: 1\n\nHello\n\nFrom 15h00 on Mon we eat.\n\nBye\n",
         [b"A: 1\n\nHello\n\nFrom 15h00 on Mon we eat.\n\nBye\n"]),
        ("a dated line without a header after it", FROM + b"A: 1\n\nx\n\n" + FROM + b"\nnot\n",
         [b"A: 1\n\nx\n\n" + FROM + b"\nnot\n"]),
        ("a Content-Length that holds",
         FROM + b"Content-Length: 52\n\nx\n" + FROM + b"B: 2\n\n" + FROM + b"C: 3\n",
         [b"Content-Length: 52\n\nx\n" + FROM + b"B: 2\n", b"C: 3\n"]),
        ("one that does not hold", FROM + b"Content-Length: 3\n\nxyzuvw\n\n" + FROM + b"C: 3\n",
         [b"Content-Length: 3\n\nxyzuvw\n", b"C: 3\n"]),
        ("one beyond the end", FROM + b"Content-Length: 99999\n\nxyz\n\n" + FROM + b"C: 3\n",
         [b"Content-Length: 99999\n\nxyz\n", b"C: 3\n"]),
        ("one that leads behind the quotation of a line",
         FROM + b"Content-Length: 5\n\nabc\n>" + FROM + b"B: 2\n\nx\n\n" + FROM + b"C: 3\n",
         [b"Content-Length: 5\n\nabc\n" + FROM + b"B: 2\n\nx\n", b"C: 3\n"]),
        ("one in the body", FROM + b"A: 1\n\nContent-Length: 2\n\nxyz\n\n" + FROM + b"C: 3\n",
         [b"A: 1\n\nContent-Length: 2\n\nxyz\n", b"C: 3\n"]),
        ("only a separator", FROM, [b""]),
        ("nothing", b"", []),
    ],
)  # fmt: skip
def test_messages_are_split(why: str, mbox: bytes, expected: list[bytes]) -> None:
    assert bodies(mbox) == expected


def test_lines_of_a_message_with_content_length_stay_as_they_are() -> None:
    body = b">From x\n"
    mbox = FROM + b"Content-Length: %d\n\n" % len(body) + body + b"\n" + FROM + b"C: 3\n"
    assert bodies(mbox)[0].endswith(body)


def test_places_lead_to_the_messages() -> None:
    mbox = FROM + b"A: 1\n\nx\n\n" + FROM + b"Content-Length: 2\n\ny\n\n" + FROM + b"C: 3\n\nz"
    for entry in split(io.BytesIO(mbox), LIMIT):
        assert mbox[entry.offset : entry.offset + entry.length] == entry.data
        assert mbox[entry.start :].startswith(FROM)


def test_a_message_without_bytes_is_not_all_that_follows_it(tmp_path: Path) -> None:
    path = tmp_path / "a.mbox"
    path.write_bytes(FROM + FROM + b"A: 1\n\nx\n")
    found = list(map(read_item, find([path])))
    assert found == [
        Problem(f"{path}:0", "is empty"),
        Mail(f"{path}:44", b"A: 1\n\nx\n", 8, key=f"{path}:44", weight=8),
    ]


@pytest.mark.parametrize("size", [300_000, 600_000, 2_000_000])
def test_a_large_message_is_cut_and_the_next_one_found(size: int) -> None:
    large = b"A: 1\n\n" + b"x" * 76 + b"\n" * 1 + (b"y" * 76 + b"\n") * (size // 77)
    entries = list(split(io.BytesIO(FROM + large + b"\n" + FROM + b"B: 2\n\nz\n"), 1000))
    assert [(e.length, len(e.data)) for e in entries] == [(len(large), 1000), (8, 8)]
    assert entries[1].data == b"B: 2\n\nz\n"


class Zeros(io.RawIOBase):
    """An mbox of any size that is never in memory."""

    def __init__(self, messages: int, message: bytes) -> None:
        self.left = messages
        self.message = message

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        count = min(self.left, max(1, size // len(self.message)))
        self.left -= count
        return self.message * count


def test_memory_does_not_grow_with_the_mbox() -> None:
    import tracemalloc

    message = FROM + b"A: 1\n\n" + b"y" * 70 + b"\n\n"
    tracemalloc.start()
    try:
        count = 0
        for _ in split(cast("BinaryIO", Zeros(40_000, message)), LIMIT):
            count += 1
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 40_000
    assert peak < 4 << 20


LINES = st.lists(
    st.sampled_from([b"", b"text", b"From me", b">From you", b"From x Mon Jan  5 10:00:00 2004", b"A: b"])
)


@given(st.lists(LINES, min_size=1, max_size=6), st.sampled_from([1, 7, 64, 5000]))
def test_what_mboxrd_quotes_comes_back_whatever_the_block_size(
    messages: list[list[bytes]], block: int
) -> None:
    import re

    originals = [b"Subject: s\n\n" + b"\n".join(lines) + b"\n" for lines in messages]
    mbox = b"".join(FROM + re.sub(rb"^(>*From )", rb">\1", m, flags=re.MULTILINE) + b"\n" for m in originals)

    class Slow(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return super().read(min(size or 0, block))

    found = [unquote(e.data) for e in split(Slow(mbox), LIMIT)]
    assert found == originals
