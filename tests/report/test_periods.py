"""Which span of time a report is about, and in which pieces it is counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsnparse.report.period import MOST_PIECES, Period, Unit, read_period
from dsnparse.report.sentences import moment_words, period_words, span_words
from dsnparse.store.queries.moment import read_moment

NOW = datetime(2026, 11, 26, 6, 30, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("since", "until", "compare", "expected"),
    [
        (None, None, None, ("2026-11-19T06:30", "2026-11-26T06:30", "2026-11-12T06:30", "2026-11-19T06:30")),
        ("24h", None, None, ("2026-11-25T06:30", "2026-11-26T06:30", "2026-11-24T06:30", "2026-11-25T06:30")),
        ("2026-11-16", "2026-11-22", None, ("2026-11-16", "2026-11-23", "2026-11-09", "2026-11-16")),
        ("2026-11-16", "2026-11-22", "4w", ("2026-11-16", "2026-11-23", "2026-10-19", "2026-11-16")),
        (
            "2026-11-16", "2026-11-22", "2025-11-17..2025-11-23",
            ("2026-11-16", "2026-11-23", "2025-11-17", "2025-11-24"),
        ),
        ("2026-11-16", None, "none", ("2026-11-16", "2026-11-26T06:30", None, None)),
    ],
)  # fmt: skip
def test_a_period_is_read_as_an_operator_writes_it(
    since: str | None, until: str | None, compare: str | None, expected: tuple[str | None, ...]
) -> None:
    found = read_period(since, until, compare, now=NOW)
    assert found == Period(*(at(one) if one else None for one in expected))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("soon", None, None), "no time"),
        (("2026-13-01", None, None), "no time"),
        (("2026-11-26", "2026-11-20", None), "end no later"),
        ((None, None, "often"), "nothing to compare with"),
        ((None, None, "2026-11-20..2026-11-25"), "before the report begins"),
        (("9999y", None, None), "no time"),
        (("999y", "1500-01-01", None), "calendar"),
        ((None, None, "999y..x"), "no time"),
        ((None, "0001-01-02", None), "calendar"),
        ((None, "0001-01-09", None), "calendar"),
    ],
)
def test_what_is_no_period_is_told_in_a_sentence(words: tuple[str | None, ...], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_period(*words, now=NOW)


@pytest.mark.parametrize(
    ("text", "end", "expected"),
    [
        ("2026-11-19", False, "2026-11-19"),
        ("2026-11-19", True, "2026-11-20"),
        ("2026-11-19T06:30", True, "2026-11-19T06:30"),
        ("2026-11-19T06:30+02:00", False, "2026-11-19T04:30"),
        ("12h", False, "2026-11-25T18:30"),
    ],
)
def test_moments(text: str, end: bool, expected: str) -> None:
    assert read_moment(text, NOW, end=end) == at(expected)


@given(
    st.timedeltas(timedelta(0), timedelta(days=10_000)).map(lambda age: NOW - age),
    st.timedeltas(timedelta(minutes=1), timedelta(days=4_000)),
    st.timedeltas(timedelta(minutes=1), timedelta(days=4_000)),
)
def test_the_pieces_of_both_periods_have_no_gap_and_no_overlap_and_are_few(
    start: datetime, length: timedelta, before: timedelta
) -> None:
    period = Period(start, start + length, start - before, start)
    pieces = period.pieces()
    assert pieces[0].start == start - before
    assert pieces[-1].end == start + length
    assert all(one.end == other.start for one, other in pairwise(pieces))
    assert [piece.start for piece in pieces if not piece.before][0] == start  # noqa: RUF015
    assert len(pieces) <= MOST_PIECES + 4


@pytest.mark.parametrize(
    ("days", "unit"), [(1, Unit.HOUR), (7, Unit.DAY), (60, Unit.DAY), (365, Unit.WEEK), (1_500, Unit.MONTH)]
)
def test_longer_periods_are_counted_in_longer_pieces(days: int, unit: Unit) -> None:
    start = NOW - timedelta(days=days)
    assert Period(start, NOW, start - timedelta(days=days), start).unit is unit


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-11-19", "2026-11-26", "19 – 25 November 2026"),
        ("2026-10-28", "2026-11-04", "28 October – 3 November 2026"),
        ("2025-12-29", "2026-01-05", "29 December 2025 – 4 January 2026"),
        ("2026-11-19", "2026-11-20", "19 November 2026"),
        ("2026-11-19T06:30", "2026-11-26T06:30", "the 7 days until 26 November 2026, 06:30"),
        ("2026-11-25T06:30", "2026-11-25T18:30", "the 12 hours until 25 November 2026, 18:30"),
        ("2026-11-25T06:30", "2026-11-26T00:00", "25 November 2026, 06:30 – 26 November 2026, 00:00"),
    ],
)
def test_spans_in_words(start: str, end: str, expected: str) -> None:
    assert span_words(at(start), at(end)) == expected


def test_what_a_report_is_compared_with_in_words() -> None:
    assert period_words(read_period(now=NOW)) == (
        "the 7 days until 26 November 2026, 06:30 (UTC), compared with the 7 days before"
    )
    assert "compared" not in period_words(read_period(compare="none", now=NOW))


def test_either_all_moments_of_a_report_have_a_year_or_none_has() -> None:
    years, weeks = read_period("2020-01-01", compare="none", now=NOW), read_period(now=NOW)
    assert [moment_words(at(day), years) for day in ("2025-10-27", "2026-10-26")] == [
        "27 October 2025",
        "26 October 2026",
    ]
    assert moment_words(at("2026-11-19"), weeks) == "19 November"
    over_new_year = read_period("14d", compare="none", now=at("2026-01-05"))
    assert [moment_words(one.start, over_new_year) for one in over_new_year.pieces()][8:12] == [
        "30 December 2025",
        "31 December 2025",
        "1 January 2026",
        "2 January 2026",
    ]
