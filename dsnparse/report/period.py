"""Which span of time a report is about, which one it is compared with, and the pieces they are counted in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import Enum

from dsnparse.store.policy.durations import parse_duration
from dsnparse.store.queries.moment import read_moment

#: What a report is about when nothing is said.
DEFAULT = "7d"
#: More pieces than this are more than a chart shows.
MOST_PIECES = 130


class Unit(Enum):
    """How long a piece is."""

    HOUR = timedelta(hours=1)
    DAY = timedelta(days=1)
    WEEK = timedelta(weeks=1)
    MONTH = timedelta(days=28)
    YEAR = timedelta(days=364)


#: A period of at most so long is counted in such pieces.
_UP_TO = (
    (timedelta(days=2), Unit.HOUR),
    (timedelta(days=63), Unit.DAY),
    (timedelta(days=440), Unit.WEEK),
    (timedelta(days=3_000), Unit.MONTH),
)
#: Pieces begin at a multiple of their length from here: a Monday.
_FIRST = datetime(1970, 1, 5, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a period: an hour, a day, a week; the first and the last one may be cut."""

    start: datetime
    end: datetime
    #: Whether it is of the period before.
    before: bool

    @property
    def days(self) -> float:
        """How long it is."""
        return (self.end - self.start) / timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """What a report is about, and what it is compared with. All are aware; the ends are not part of it.

    Raise ValueError when a span ends before it begins, or when the two overlap.
    """

    since: datetime
    until: datetime
    before_since: datetime | None = None
    before_until: datetime | None = None
    #: Whether nobody said when it begins.
    is_default: bool = field(default=False, compare=False, kw_only=True)

    def __post_init__(self) -> None:
        if self.since >= self.until:
            raise ValueError(f"The report would begin at {self.since:%Y-%m-%d %H:%M}, and end no later")
        if self.before is not None:
            start, end = self.before
            if start >= end:
                raise ValueError("What it is compared with ends before it begins")
            if end > self.since:
                raise ValueError("What it is compared with must end before the report begins")

    @property
    def before(self) -> tuple[datetime, datetime] | None:
        """What it is compared with; None for nothing."""
        if self.before_since is None or self.before_until is None:
            return None
        return self.before_since, self.before_until

    @property
    def first(self) -> datetime:
        """When the earlier of the two begins."""
        return self.before_since or self.since

    @property
    def unit(self) -> Unit:
        """How long the pieces are."""
        unit = next((unit for most, unit in _UP_TO if self.until - self.since <= most), Unit.YEAR)
        units = list(Unit)
        while (self.until - self.first) / unit.value > MOST_PIECES and unit is not Unit.YEAR:
            unit = units[units.index(unit) + 1]
        return unit

    def pieces(self) -> list[Piece]:
        """The pieces of the period before, then those of the period."""
        unit = self.unit
        before = list(_pieces(*self.before, unit, before=True)) if self.before is not None else []
        return before + list(_pieces(self.since, self.until, unit, before=False))

    def without_comparison(self) -> Period:
        """The same, compared with nothing."""
        return replace(self, before_since=None, before_until=None)


def read_period(
    since: str | None = None,
    until: str | None = None,
    compare: str | None = None,
    *,
    now: datetime | None = None,
) -> Period:
    """A period as an operator writes it.

    `since`, `until`: dates, times, or how long before `until` and `now` ("7d"). `compare`: how much time
    before `since` ("4w"), "START..END", or "none"; by default as much as the report is about. `now` is the
    clock by default.

    Raise ValueError, with a sentence.
    """
    now = now or datetime.now(UTC)
    end = read_moment(until, now, end=True) if until else now
    try:
        start = read_moment(since or DEFAULT, end)
        period = Period(start, end, *_compared(Period(start, end), compare, now))
    except OverflowError:
        raise ValueError("What the report is about, or is compared with, is beyond the calendar") from None
    return replace(period, is_default=not since)


def _compared(period: Period, compare: str | None, now: datetime) -> tuple[datetime, ...]:
    if compare == "none":
        return ()
    if not compare:
        return (period.since - (period.until - period.since), period.since)
    start, dots, end = compare.partition("..")
    if dots:
        return (read_moment(start, now), read_moment(end, now, end=True))
    try:
        return (period.since - parse_duration(compare), period.since)
    except ValueError:
        raise ValueError(
            f"{compare!r} is nothing to compare with; write a span (4w), START..END, or none"
        ) from None


def _pieces(start: datetime, end: datetime, unit: Unit, *, before: bool) -> Iterator[Piece]:
    length = unit.value
    edge = _FIRST + length * ((start - _FIRST) // length + 1)
    while edge < end:
        yield Piece(start, edge, before)
        start, edge = edge, edge + length
    yield Piece(start, end, before)
