"""The failures that no change explains yet: what is counted of them in each piece of time, and how often they
would be expected there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from dsnparse.report.candidates import Candidate
from dsnparse.report.period import Piece
from dsnparse.report.tally import Cell, Key

#: With as many other failures a day, they decide as much as the clock does; with more of them, less.
_BY_THE_CLOCK = 10.0


class Remaining:
    """All failures, less and less of them as changes take theirs."""

    def __init__(self, cells: dict[Key, Cell], pieces: Sequence[Piece]) -> None:
        self.days = [piece.days for piece in pieces]
        self.series = {key: cell.series for key, cell in cells.items()}
        #: The keys of a receiver and type.
        self._together: dict[tuple[str, str], list[Key]] = {}
        for key in cells:
            self._together.setdefault(key[:2], []).append(key)

    def total(self) -> list[int]:
        """How many are left in each piece."""
        return sum_of(self.series.values(), len(self.days))

    def of(self, keys: Iterable[Key]) -> list[int]:
        """How many of these are left in each piece."""
        return sum_of((self.series[key] for key in keys if key in self.series), len(self.days))

    def take(self, keys: Iterable[Key]) -> tuple[frozenset[Key], list[int]]:
        """Take these out, as a change explains them: those that were left, and their counts."""
        left = frozenset(key for key in keys if key in self.series)
        return left, sum_of((self.series.pop(key) for key in left), len(self.days))

    def more_a_day(self, keys: Iterable[Key], begins: int) -> float:
        """How many more of these are counted a day from piece `begins` on than before."""
        series = self.of(keys)
        return sum(series[begins:]) / sum(self.days[begins:]) - sum(series[:begins]) / sum(self.days[:begins])

    def shares(self, candidate: Candidate, total: Sequence[int]) -> list[float]:
        """What each piece is expected to have its share of: all failures but those that may change together
        with these, and the clock where they are few."""
        if candidate.receiver is None:
            mine: Sequence[Key] = candidate.keys
        else:
            mine = self._together[candidate.receiver, candidate.type]
        others = [whole - part for whole, part in zip(total, self.of(mine), strict=True)]
        a_day = sum(others) / sum(self.days)
        by_clock = _BY_THE_CLOCK * _BY_THE_CLOCK / (_BY_THE_CLOCK + a_day)
        return [one + by_clock * days for one, days in zip(others, self.days, strict=True)]


def sum_of(series: Iterable[Sequence[int]], length: int) -> list[int]:
    """The sums of `length` pieces."""
    found = [0] * length
    for one in series:
        for number, count in enumerate(one):
            found[number] += count
    return found
