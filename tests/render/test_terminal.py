"""What reaches a terminal: nothing that acts on it, and columns that line up."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsnparse.render.table import Column, Table
from dsnparse.render.terminal import fit, json_safe, visible, width, wrap

ANY = st.text(st.characters())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("550 no such user", "550 no such user"),
        ("\x1b[31mred\x1b[0m", "<U+001B>[31mred<U+001B>[0m"),
        ("a\tb\r\nc", "a b  c"),
        ("\x9b31m", "<U+009B>31m"),
        ("a\u202egnp.exe", "a<U+202E>gnp.exe"),
        ("zero\u200bwidth", "zero<U+200B>width"),
        ("\udc80", "<U+DC80>"),
        ("no\u00a0break", "no break"),
        ("日本語", "日本語"),
    ],
)
def test_controls_are_shown_and_do_nothing(text: str, expected: str) -> None:
    assert visible(text) == expected


@given(ANY)
def test_visible_text_is_printable(text: str) -> None:
    assert visible(text).isprintable()


@given(ANY)
def test_json_keeps_its_value_and_has_no_controls(text: str) -> None:
    shown = json_safe(json.dumps(text, ensure_ascii=False))
    assert json.loads(shown) == text
    assert not any(unicodedata.category(character) == "Cc" for character in shown)
    assert not any(unicodedata.bidirectional(c) in ("RLO", "LRO", "RLE", "LRE", "RLI", "LRI") for c in shown)


@pytest.mark.parametrize(
    ("text", "columns", "expected"),
    [("abc", 3, 3), ("山田", 4, 4), ("e\u0301", 1, 1), ("", 0, 0), ("🙂", 2, 2), ("ｶﾅ", 2, 2)],
)
def test_wide_and_combining_characters_are_counted(text: str, columns: int, expected: int) -> None:
    assert width(text) == expected
    assert fit(text, columns) == text


@given(ANY, st.integers(min_value=1, max_value=30), st.booleans())
def test_what_is_fitted_fits_and_keeps_its_end_or_beginning(text: str, columns: int, keep_end: bool) -> None:
    shown = fit(visible(text), columns, keep_end=keep_end)
    assert width(shown) <= columns
    kept = shown.strip("…")
    assert visible(text).endswith(kept) if keep_end else visible(text).startswith(kept)


@given(ANY, st.integers(min_value=10, max_value=40))
def test_wrapped_lines_fit_and_lose_only_spaces(text: str, columns: int) -> None:
    lines = wrap(visible(text), columns, 1000)
    assert all(width(line) <= columns for line in lines)
    assert "".join("".join(lines).split()) == "".join(visible(text).split())


@given(st.lists(st.tuples(ANY, ANY, ANY), min_size=1, max_size=5), st.integers(min_value=40, max_value=160))
def test_rows_of_a_table_line_up_and_never_exceed_it(rows: list[tuple[str, str, str]], total: int) -> None:
    columns = [Column("A", 5), Column("B", share=2, keep_end=True), Column("C", share=1, right=True)]
    table = Table(columns, total)
    starts = [table.widths[0] + len(table.gap), sum(table.widths[:2]) + 2 * len(table.gap)]
    for row in rows:
        line = table.row(row)
        assert width(line) <= total
        assert "\n" not in line
        for start in starts:
            # A column begins where a character of the line begins.
            offsets = {width(line[:end]) for end in range(len(line) + 1)}
            assert start in offsets or start >= width(line)


def test_colour_adds_no_width() -> None:
    plain, coloured = (Table([Column("A", 5), Column("B", 5)], 40, colour=c) for c in (False, True))
    row = [("ab", "red"), ("c", None)]
    painted = coloured.row(row)
    assert painted != plain.row(row)
    assert painted.replace("\x1b[31m", "").replace("\x1b[0m", "") == plain.row(row)
