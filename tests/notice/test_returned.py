"""What the header of a returned message says where the text of a notice quotes it."""

from __future__ import annotations

import pytest

from dsnparse.notice.returned import parse_header_lines

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
