"""Header blocks: their lines and their end, whatever the line endings and however much is read at a time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsnparse.wire import header
from dsnparse.wire.header import FieldLines, header_end, header_lines, header_lines_of_text, read_header

FOLDED = b"Received: by a\n\tfor b;\n  c\nSubject:\n x\nstray line\nTo: d"


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b"\r"], ids=["LF", "CRLF", "CR"])
def test_a_folded_line_is_one_and_an_empty_line_ends_the_header(ending: bytes) -> None:
    block = FOLDED.replace(b"\n", ending)
    data = block + 2 * ending + b"Not: a field"
    end, body = header_end(data, 0, len(data))
    assert [line for line in header_lines(data, 0, end) if line] == [
        b"Received: by a\n\tfor b;\n  c",
        b"Subject:\n x",
        b"stray line",
        b"To: d",
    ]
    assert data[body:] == b"Not: a field"
    assert header_end(block, 0, len(block)) == (len(block), len(block))


def test_text_has_the_same_lines_and_a_limit() -> None:
    assert header_lines_of_text(FOLDED.decode()) == [
        line.decode() for line in header_lines(FOLDED, 0, len(FOLDED))
    ]
    assert header_lines_of_text(FOLDED.decode(), 2) == [
        "Received: by a\n\tfor b;\n  c",
        "Subject:\n x",
        "stray line\nTo: d",
    ]


def unix(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


PIECES = st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b" ", b"\t", b"a", b":", b"\xff"]), max_size=30)


@given(PIECES.map(b"".join), st.integers(1, 8))
def test_lines_are_the_same_however_much_is_read_at_a_time(data: bytes, block: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(header, "_BLOCK", block)
        lines = list(header_lines(memoryview(data), 0, len(data)))
    whole = header_lines_of_text(unix(data).decode("latin-1"))
    assert [line for line in lines if line] == [line.encode("latin-1") for line in whole if line]


NAMED = st.lists(
    st.sampled_from(
        [b"\n", b"\r", b"\r\n", b" ", b"\t", b"\x0b", b":", b"Date", b"date ", b"From: x", b"X-Y", b"d"]
    )
)


@given(NAMED.map(b"".join), st.integers(1, 8))
def test_the_lines_that_may_be_some_fields_are_all_that_start_so(data: bytes, block: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(header, "_BLOCK", block)
        found = list(FieldLines([b"date", b"from"])(data, 0, len(data)))
        lines = list(header_lines(data, 0, len(data)))
    assert found == [line for line in lines if line[:1] in (b"d", b"D", b"f", b"F", b"\x0b", b"\x0c")]


@given(PIECES.map(b"".join))
def test_a_header_ends_at_the_first_two_line_ends_of_any_kind(data: bytes) -> None:
    end, body = header_end(data, 0, len(data))
    before, empty, behind = unix(data).partition(b"\n\n")
    assert unix(data[:end]).rstrip(b"\n") == before.rstrip(b"\n")
    assert unix(data[body:]) == behind
    assert (end < body) == bool(empty)


@pytest.mark.parametrize(
    ("data", "fields", "unix_from"),
    [
        (b"From x Mon Jan  5 10:00:00 2004\nTo: a\n\n", [("To", "a")], "From x Mon Jan  5 10:00:00 2004"),
        (b">From x Mon Jan  5 10:00:00 2004\nTo: a\n\n", [("To", "a")], ">From x Mon Jan  5 10:00:00 2004"),
        (b"From : a\nTo\t: b\n\n", [("From", "a"), ("To", "b")], None),
        (b" continues nothing\nTo: a\n\n", [("To", "a")], None),
        (b": no name\nTo: a\n: nor this\nCc: b\n\n", [("To", "a"), ("Cc", "b")], None),
        (b"To: a\nstray\nCc: b\n\n", [("To", "a"), ("Cc", "b")], None),
        (b"To: a \n  b\t\n\n", [("To", "a \n  b\t")], None),
    ],
)
def test_fields_are_read_past_what_is_none(
    data: bytes, fields: list[tuple[str, str]], unix_from: str | None
) -> None:
    for message in (data, data.replace(b"\n", b"\r\n")):
        found = read_header(message, 0, len(message), b"\r" in message, 1000, 100)
        assert (found.fields, found.unix_from, found.body_start) == (fields, unix_from, len(message))


@pytest.mark.parametrize("data", [b"text\nTo: a\n\nbody", b"To: a\ntext\nmore text\nCc: b\n\nbody"])
def test_a_line_of_text_starts_the_body(data: bytes) -> None:
    found = read_header(data, 0, len(data), False, 1000, 100)
    assert data[found.body_start :].startswith(b"text\n")


def test_what_is_beyond_a_limit_is_left_out_whole() -> None:
    data = b"To: a\nCc: b\n c\nBcc: d\n\nbody"
    found = read_header(data, 0, len(data), False, 1000, 2)
    assert (found.fields, found.too_many_fields) == ([("To", "a"), ("Cc", "b\n c")], True)
    found = read_header(data, 0, len(data), False, 10, 100)
    assert (found.fields, found.too_many_bytes) == ([("To", "a")], True)
    assert data[found.body_start :] == b"body"
