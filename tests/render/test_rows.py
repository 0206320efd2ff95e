"""Plain rows as text: which columns are shown where, and what becomes of odd values."""

from __future__ import annotations

import pytest

from dsnparse.render.rows import rows_as_text
from dsnparse.render.table import Column

COLUMNS = (
    ("address", Column("ADDRESS", 12)),
    ("since", Column("SINCE", 10, only="wide")),
    ("note", Column("NOTE", only="csv")),
    ("codes", Column("CODES", share=1)),
)
ROWS = [
    {"address": "a@b.example", "since": "2026-01-02", "note": "x,y", "codes": ["550", "5.1.1"], "more": None}
]


@pytest.mark.parametrize(
    ("form", "width", "expected"),
    [
        ("table", 80, ["ADDRESS      CODES", "a@b.example  550 5.1.1"]),
        ("table", 120, ["ADDRESS       SINCE       CODES", "a@b.example   2026-01-02  550 5.1.1"]),
        ("csv", 80, ["address,since,note,codes", 'a@b.example,2026-01-02,"x,y",550 5.1.1']),
        (
            "jsonl",
            80,
            [
                '{"address":"a@b.example","since":"2026-01-02","note":"x,y","codes":["550","5.1.1"],"more":null}'
            ],
        ),
    ],
)
def test_a_table_shows_what_fits_csv_all_columns_and_json_all_values(
    form: str, width: int, expected: list[str]
) -> None:
    assert list(rows_as_text(ROWS, COLUMNS, form, width=width)) == [f"{line}\n" for line in expected]


@pytest.mark.parametrize(("form", "lines"), [("table", 1), ("csv", 1), ("jsonl", 0)])
def test_no_rows_leave_the_heading(form: str, lines: int) -> None:
    assert len(list(rows_as_text([], COLUMNS, form, width=80))) == lines
