"""Tables fit what they show, and their colours have one meaning each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsnparse.render.decision_rows import DECISION_COLUMNS, answers_in_short, decision_row
from dsnparse.render.rows import rows_as_text
from dsnparse.render.store_rows import (
    HISTORY_COLUMNS,
    count_columns,
    count_row,
    happening_row,
    happenings_in_short,
)
from dsnparse.render.table import Column, fitted
from dsnparse.render.terminal import width, words_in_lines
from dsnparse.store.queries.answer import Answer, Decision
from dsnparse.store.queries.history import NOTICE, Happening
from dsnparse.store.queries.stats import Count

COLUMNS = [Column("A", 10), Column("ADDRESS", share=4, first=True), Column("SAID", share=5)]
AT = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rows", "total", "all_known", "widths"),
    [
        ([["x", "kim@example.com", "no such user"]], 80, True, [1, 15, 12]),
        ([["x", "kim@example.com", "no such user"]], 80, False, [10, 15, 12]),
        ([["x", "kim@example.com", "y" * 90]], 80, True, [1, 15, 62]),
        ([["x" * 20, "a" * 90, "y" * 90]], 80, True, [10, 46, 22]),
        ([["", "", ""]], 80, True, [1, 7, 4]),
        ([["x", "a" * 90, "y"]], 10, True, [1, 8, 4]),
    ],
)
def test_columns_get_what_they_need_and_an_address_gets_it_first(
    rows: list[list[str]], total: int, all_known: bool, widths: list[int]
) -> None:
    assert [one.width for one in fitted(COLUMNS, rows, total, all_known=all_known)] == widths


@given(
    st.lists(st.lists(st.text(max_size=200), min_size=3, max_size=3), max_size=5),
    st.integers(40, 200),
    st.booleans(),
)
def test_a_fitted_table_is_never_wider_than_the_terminal(
    cells: list[list[str]], total: int, all_known: bool
) -> None:
    columns = [(name, column) for name, column in zip("abc", COLUMNS, strict=True)]
    rows = [dict(zip("abc", row, strict=True)) for row in cells]
    ahead = len(rows) + all_known
    for line in rows_as_text(rows, columns, "table", width=total, ahead=ahead):
        assert width(line.rstrip("\n")) <= total


def test_a_row_that_comes_later_than_a_table_is_fitted_to_is_cut_and_keeps_its_columns() -> None:
    rows = [{"a": "x", "b": "kim@example.com", "c": "1"}, {"a": "no address", "b": "b" * 99, "c": "c" * 99}]
    columns = list(zip("abc", COLUMNS, strict=True))
    _, first, second = rows_as_text(rows, columns, "table", width=60, ahead=1)
    assert first.index("kim") == second.index("bbb") == 11
    assert second.rstrip().endswith("…")


def test_a_wide_column_with_nothing_in_it_is_left_out_where_all_rows_are_known() -> None:
    columns = [("a", Column("A", 5)), ("t", Column("TRUST", 13, only="wide")), ("b", Column("B", share=1))]
    rows: list[dict[str, Any]] = [{"a": "1", "t": None, "b": "x"}]
    assert "TRUST" not in next(iter(rows_as_text(rows, columns, "table", width=120, ahead=5)))
    assert "TRUST" in next(iter(rows_as_text(rows, columns, "table", width=120, ahead=0)))
    assert "TRUST" in next(iter(rows_as_text([], columns, "table", width=120, ahead=5)))


def decision(answer: Answer) -> Decision:
    return Decision(address="kim@example.com", answer=answer, status="suppressed", reason="user_unknown")


@pytest.mark.parametrize(
    ("answer", "colour"), [(Answer.MAIL, 32), (Answer.WAIT, 33), (Answer.DONT, 31), (Answer.NO_ADDRESS, 35)]
)
def test_an_answer_has_its_colour_on_a_terminal_and_none_elsewhere(answer: Answer, colour: int) -> None:
    row = decision_row(decision(answer), "table")
    for wanted in (True, False):
        *_, line = rows_as_text([row], DECISION_COLUMNS, "table", width=80, colour=wanted, ahead=9)
        assert line.startswith(f"\x1b[{colour}m{answer.value}\x1b[0m") is wanted
        assert ("\x1b" in line) is wanted


def test_counts_have_thousands_types_have_colours_and_nothing_steps_back() -> None:
    count = Count("reason", "user_unknown", 12345, hard=12345, share=1.0)
    _, line = rows_as_text(
        [count_row(count, "table")], count_columns("reason"), "table", width=100, colour=True, ahead=9
    )
    assert "12,345  100.0%  12,345  \x1b" not in line
    assert " 12,345 " in line
    assert "\x1b[2m0\x1b[0m" in line
    for by, name, colour in (("type", "hard", 31), ("type", "soft", 33), ("state", "suppressed", 31)):
        rows = [count_row(Count(by, name, 1, share=0.5), "table")]
        *_, line = rows_as_text(rows, count_columns(by), "table", width=80, colour=True, ahead=9)
        assert line.startswith(f"\x1b[{colour}m{name}\x1b[0m")


def notice(kind: str, type_: str, reason: str = "undefined") -> Happening:
    return Happening(AT, NOTICE, kind, type_, reason, detail={})


@pytest.mark.parametrize(
    ("happening", "shown"),
    [
        (notice("complaint", "abuse"), "abuse"),
        (notice("complaint", "not-spam"), "not-spam"),
        (notice("receipt", "displayed"), ""),
        (notice("delivery", "relayed"), ""),
        (notice("bounce", "undetermined"), "undefined"),
        (notice("delay", "delayed"), "undefined"),
        (notice("bounce", "hard", "user_unknown"), "user_unknown"),
    ],
)
def test_a_history_gives_a_complaint_its_type_and_no_reason_to_what_did_not_fail(
    happening: Happening, shown: str
) -> None:
    for form in ("table", "csv"):
        assert happening_row(happening, form)["reason"] == shown
    assert happening_row(happening, "jsonl")["reason"] == happening.reason
    for line in rows_as_text([happening_row(happening, "table")], HISTORY_COLUMNS, "table", width=80):
        assert "\x1b" not in line


def test_many_notices_and_answers_are_summed_with_their_shares() -> None:
    happenings = [notice("bounce", "hard")] * 3 + [notice("complaint", "abuse")]
    assert happenings_in_short(happenings) == (
        "4 notices since 2026-11-26: 3 bounce hard (75%), 1 complaint (25%)."
    )
    assert answers_in_short({Answer.DONT: 1, Answer.MAIL: 1999}) == (
        "2,000 addresses: 1,999 mail (100.0%), 1 don't (0.1%)."
    )


@given(st.text(st.characters(exclude_categories=["C"])), st.integers(2, 40))
def test_all_words_stand_in_lines_that_fit(text: str, columns: int) -> None:
    lines = words_in_lines(text, columns)
    assert all(width(line) <= columns for line in lines)
    assert "".join("".join(lines).split(" ")) == "".join(text.split(" "))
