"""What the header of a returned message says where the text of a notice quotes it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsnparse.notice.returned import find_quoted_header, parse_header_lines

HEADER = ["Received: by a", "\tfor b; 1 Jan", "From: c", "Subject: one", " two", "From: d"]
FIELDS = {"received": "by a\n\tfor b; 1 Jan", "from": "c", "subject": "one\n two"}


@pytest.mark.parametrize(
    ("title", "lines"),
    [
        ("as it is", HEADER),
        ("quoted", ["> " + line for line in HEADER]),
        ("indented", ["    " + line for line in HEADER]),
        ("indented with tabs", ["\t" + line for line in HEADER]),
        ("quoted and indented", [">   " + line for line in HEADER]),
        ("behind a marker", ["----- Original message -----", "", *HEADER]),
        ("indented behind a marker with a colon", ["The message was: this", "", *["  " + x for x in HEADER]]),
        ("before a body", [*HEADER, "", "X-Body: x"]),
        ("before a body behind blanks", [*HEADER, "  ", "X-Body: x"]),
        ("before text", [*HEADER, "some text", "X-Body: x"]),
        ("around a stray line with a colon", [*HEADER, "as it was: here", "Subject: three"]),
    ],
)
def test_a_quoted_header_has_the_same_fields(title: str, lines: list[str]) -> None:
    assert parse_header_lines(lines) == FIELDS, title


def test_text_has_no_fields() -> None:
    assert parse_header_lines(["Your message", "", "could not be delivered", " to anybody"]) == {}


@pytest.mark.parametrize("also", ["", "Grüße"], ids=["ASCII", "beyond ASCII"])
@pytest.mark.parametrize(
    ("at", "lines"),
    [
        (-1, ["Your message could not be delivered.", "To: kim@example.com", "Subject: hello"]),
        (0, ["----- Original message -----", *HEADER]),
        (2, ["It failed.", "", "> --- the ORIGINAL message follows ---", *HEADER]),
        (1, ["The message was not delivered.", *HEADER, "----- Original message -----"]),
        (1, ["It failed.", *[f"> {line}" for line in HEADER]]),
        (2, ["It failed.", "", "> RECEIVED: by a", "> From: c"]),
        (-1, ["The reply was: received: nothing", "from: nobody"]),
        (1, ["It failed.", "附件中的内容是原信件"]),
    ],
)
def test_the_text_ends_where_it_quotes(at: int, lines: list[str], also: str) -> None:
    lines = [*lines, also]
    assert find_quoted_header("\n".join(lines), lines) == at


LINES = st.sampled_from(
    [
        *HEADER,
        "",
        "It failed.",
        "The message was lost",
        "--- The original message follows ---",
        "message: received:",
        "é",
        "Message-ID: <1@example.com>",
        "> Original message text:",
        " this is a copy of your message",
        "ſubject: x",
    ]
)


@given(st.lists(LINES, max_size=12))
def test_what_stands_behind_does_not_move_where_the_quoted_part_begins(lines: list[str]) -> None:
    at = find_quoted_header("\n".join(lines), lines)
    longer = [*lines, "", "Grüße", "--- The original message follows ---"]
    assert find_quoted_header("\n".join(longer), longer) == (at if at >= 0 else len(lines) + 2)


def test_lines_that_were_cut_off_are_not_looked_at() -> None:
    lines = ["It failed.", "--- The original message follows ---", *HEADER]
    assert find_quoted_header("\n".join(lines), lines[:1]) == -1
