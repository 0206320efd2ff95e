"""The test that tells change from chance: its arithmetic, how often it errs, and what it finds."""

from __future__ import annotations

import math
import random
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsnparse.report.chance import chance, excess, surprise
from dsnparse.report.changes import LEVEL, Found, Volume, find_changes
from dsnparse.report.period import Period
from dsnparse.report.tally import Cell, Key

END = datetime(2026, 11, 26, 6, tzinfo=UTC)
#: Receivers and how much of the mail is theirs, and what fails there in a day.
_RECEIVERS = [("microsoft", 1.0), ("google", 1.5), ("yahoo", 0.6), ("apple", 0.3), ("gmx", 0.3)]
_RECEIVERS += [(f"company{number}.example", 0.08) for number in range(20)]
_REASONS = [
    ("hard", "user_unknown", 15.0),
    ("hard", "mailbox_disabled", 3.0),
    ("soft", "mailbox_full", 4.0),
    ("soft", "rate_limited", 2.0),
    ("block", "blocklisted", 0.7),
    ("block", "spam_content", 1.2),
    ("undetermined", "undefined", 1.0),
]
_WEEK = (1.6, 1.5, 1.2, 1.3, 1.0, 0.2, 0.2)


def _exact(first: int, second: int, share: Fraction) -> float:
    """The two-sided binomial chance, in fractions."""
    total = first + second
    terms = [math.comb(total, x) * share**x * (1 - share) ** (total - x) for x in range(total + 1)]
    return float(min(Fraction(1), 2 * min(sum(terms[first:]), sum(terms[: first + 1]))))


@given(st.integers(0, 60), st.integers(0, 60), st.integers(1, 9), st.integers(1, 9))
def test_counts_without_bursts_are_compared_by_the_binomial_distribution_exactly(
    first: int, second: int, one: int, other: int
) -> None:
    expected = _exact(first, second, Fraction(one, one + other)) if first + second else 1.0
    assert chance(first, second, (one, other), 1.0) == pytest.approx(expected, rel=1e-9)


@given(st.integers(1, 40), st.floats(0.05, 0.95), st.floats(1.05, 6))
def test_the_chances_of_all_outcomes_of_bursty_counts_add_up(total: int, share: float, spread: float) -> None:
    from dsnparse.report.chance import _log_probability

    size = total / (spread - 1)
    assert sum(math.exp(_log_probability(x, total, share, size)) for x in range(total + 1)) == pytest.approx(
        1, rel=1e-9
    )


@given(st.integers(0, 200), st.integers(0, 200), st.floats(1, 5), st.floats(0, 5))
def test_the_more_counts_vary_by_themselves_the_likelier_is_a_difference(
    first: int, second: int, spread: float, more: float
) -> None:
    low, high = chance(first, second, (1, 1), spread), chance(first, second, (1, 1), spread + more)
    assert 0 <= low <= high * (1 + 1e-6) + 1e-12
    assert high <= 1


@pytest.mark.parametrize(
    ("counts", "exposures", "expected"),
    [
        ([5, 5, 5], [1, 1, 1], (0.0, 2)),
        ([0, 10], [1, 1], (10.0, 1)),
        ([], [], (0.0, 0)),
        ([0, 0], [1, 1], (0.0, 0)),
    ],
)
def test_pearsons_statistic(counts: list[int], exposures: list[float], expected: tuple[float, int]) -> None:
    assert excess(counts, exposures) == pytest.approx(expected)


def test_a_surprise_is_none_where_counts_are_as_their_exposures() -> None:
    assert surprise(10, 20, (1, 2)) == pytest.approx(0)
    assert surprise(20, 10, (1, 2)) > 5


def _counts(dice: random.Random, mean: float, spread: float) -> int:
    """A random count with this mean, and a variance of `spread` times that."""
    if spread > 1:
        mean = dice.gammavariate(mean / (spread - 1), spread - 1)
    if mean > 30:
        return max(0, round(dice.gauss(mean, math.sqrt(mean))))
    left, number = math.exp(-mean), 0
    product = dice.random()
    while product > left:
        product *= dice.random()
        number += 1
    return number


def simulated(
    seed: int, *, days: int = 7, spread: float = 1.0, weekdays: bool = False, growth: float = 1.0,
    scale: float = 1.0, block: tuple[float, float, float] | None = None,
) -> tuple[list[Found], Volume]:  # fmt: skip
    """What is found in made-up counts. `block`: Microsoft's in so many days before the end, from and to, and
    how many there are a day."""
    dice = random.Random(seed)
    start = END - timedelta(days=days)
    pieces = Period(start, END, start - timedelta(days=days), start).pieces()
    mailed = [
        piece.days
        * scale
        * (_WEEK[piece.start.weekday()] if weekdays else 1)
        * (1 if piece.before else growth)
        for piece in pieces
    ]
    cells: dict[Key, Cell] = {}
    for receiver, part in _RECEIVERS:
        for type_, reason, a_day in _REASONS:
            series = [_counts(dice, a_day * part * much, spread) for much in mailed]
            if sum(series):
                cells[(receiver, type_, reason)] = Cell(series, "." not in receiver)
    if block is not None:
        first, last, a_day = block
        cell = cells.setdefault(("microsoft", "block", "blocklisted"), Cell([0] * len(pieces)))
        for number, piece in enumerate(pieces):
            if END - timedelta(days=first) <= piece.start < END - timedelta(days=last):
                cell.series[number] += _counts(dice, a_day * piece.days, 1)
    return find_changes(cells, pieces)


@pytest.mark.parametrize(
    ("what", "runs", "most"),
    [
        ({}, 80, 2),
        ({"weekdays": True}, 60, 2),
        ({"growth": 2.0}, 60, 2),
        ({"scale": 0.1}, 60, 2),
        ({"days": 1}, 40, 2),
        ({"spread": 2.0}, 60, 2),
    ],
    ids=["steady", "weekdays", "twice as much mail", "little mail", "hours", "bursts"],
)
def test_stable_traffic_seldom_looks_like_a_change(what: dict[str, float], runs: int, most: int) -> None:
    alarms = sum(bool(simulated(seed, **what)[0]) for seed in range(runs))  # type: ignore[arg-type]
    # LEVEL of the reports may err; `most` is what chance itself would seldom exceed.
    assert alarms <= most
    assert most / runs <= 5 * LEVEL


def test_twice_as_much_mail_is_one_sentence_and_no_change_of_each_receiver() -> None:
    for seed in range(20):
        found, volume = simulated(seed, growth=2.0)
        assert not found
        assert volume.changed


@pytest.mark.parametrize(
    "what",
    [
        {"block": (6, 0, 9.0)},
        {"block": (6, 0, 9.0), "weekdays": True},
        {"block": (1.25, 0.0, 25.0)},
        {"block": (15, 9, 9.0), "days": 28},
        {"block": (6, 0, 12.0), "spread": 2.0, "growth": 0.5},
    ],
    ids=[
        "six days",
        "with weekdays",
        "since yesterday",
        "six days of four weeks ago",
        "bursts, and half the mail",
    ],
)
def test_a_block_of_one_provider_is_found_and_nothing_else(what: dict[str, object]) -> None:
    for seed in range(12):
        found, _ = simulated(seed, **what)  # type: ignore[arg-type]
        assert [(one.receiver, one.type) for one in found[:1]] == [("microsoft", "block")], seed
        assert len(found) <= 2


def test_one_reason_at_all_receivers_is_told_once() -> None:
    start = END - timedelta(days=7)
    pieces = Period(start, END, start - timedelta(days=7), start).pieces()
    dice = random.Random(1)
    cells: dict[Key, Cell] = {}
    for receiver, part in _RECEIVERS:
        cells[receiver, "hard", "user_unknown"] = Cell([_counts(dice, 20 * part, 1) for _ in pieces])
        series = [_counts(dice, part * (1 if piece.before else 15), 1) for piece in pieces]
        cells[receiver, "block", "auth_failed"] = Cell(series)
    found, _ = find_changes(cells, pieces)
    assert [(one.receiver, one.reason) for one in found] == [(None, "auth_failed")]
