"""Evidence that names a part and a line: its text stands there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dsnparse import parse_dsn
from dsnparse.wire.html import html_text
from dsnparse.wire.mime import Part, read_message
from dsnparse.wire.text import body_text

SAMPLES = sorted((Path(__file__).parent.parent / "samples").glob("*/*.eml"))
_WORD = re.compile(r"\w+")
#: Words of the text that are looked for, and lines from the one named on in which they must stand: a field
#: folds, and a block of text goes on.
_WORDS = 4
_LINES = 15
#: What is no text of the message but says how it was weighed.
_SUMS = ("text.weighed",)


def parts_of(part: Part) -> Iterator[Part]:
    yield part
    for inner in part.parts():
        yield from parts_of(inner)


def lines_of(part: Part) -> list[str]:
    text = body_text(part, 1 << 20)
    return (html_text(text) if part.type == "text/html" else text).split("\n")


@pytest.mark.parametrize("path", SAMPLES, ids=[f"{path.parent.name}/{path.stem}" for path in SAMPLES])
def test_the_text_of_evidence_stands_at_the_part_and_line_that_it_names(path: Path) -> None:
    data = path.read_bytes()
    parts = {part.number or "1": part for part in reversed([*parts_of(read_message(data))])}
    for record in parse_dsn(data):
        for entry in record.evidence:
            if entry.line and entry.part not in ("", "header") and entry.rule not in _SUMS:
                there = " ".join(lines_of(parts[entry.part])[entry.line - 1 : entry.line - 1 + _LINES])
                words = _WORD.findall(entry.text.lower())[:_WORDS]
                joined = "".join(_WORD.findall(there.lower()))  # some systems fold within a word
                assert all(word in joined for word in words), entry
