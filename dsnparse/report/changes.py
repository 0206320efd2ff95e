"""Which counts changed by more than chance, against the period before, and since when.

Counted are receivers by type ("Microsoft: blocks"), receivers by reason, and reasons of all receivers. For
each, every stretch of the period is compared with the whole period before by the exact test in `chance`, as
a share of all *other* failures of the same time, so that mail sent more often on some days, or this week,
is no change; where there are few others, as a number a day. How much counts vary by themselves (`spread`)
is taken from the pieces of the period before, from each count's own as far as they tell and from all
together; that the others vary, too, is added to it. A stretch may also begin in the later half of the
period before, and last until the end, where the numbers of the two periods differ, too; it is compared with
what was before it. The most surprising stretch counts, and its chance is multiplied by the number of
stretches that were looked at (Bonferroni). Of all counts that were looked at, the least likely is a change
when its chance is below LEVEL by their number, the next when below twice that, and so on (the line of
Benjamini and Hochberg): with nothing changed at all, about one report in 1/LEVEL says anything. A change
must also be worth a sentence: half as many again, or a third fewer, and at least LEAST more or fewer, by
the clock as well as by the share. Each change that is found no longer counts among the others when the rest
is looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from dsnparse.report.candidates import FEWEST, Candidate, candidates, stretches
from dsnparse.report.chance import chance, excess, surprise
from dsnparse.report.period import Piece
from dsnparse.report.remaining import Remaining, sum_of
from dsnparse.report.tally import Cell, Key
from dsnparse.vocabulary import BounceType

#: How often a report about a time without change may say something, at most.
LEVEL = 0.01
#: What is worth a sentence.
LEAST = 5
FACTOR = 1.5
#: So many changes are told.
MOST_CHANGES = 25
#: What `spread` is where nothing is known, and how many degrees of freedom that is worth.
_USUAL_SPREAD, _WORTH = 1.2, 20
#: The same for all failures together: how they vary from day to day tells how often mail is sent.
_WORTH_OF_ALL = 0.5
#: One receiver's outbreak in the period before tells little about the others.
_MOST_SPREAD = 12.0
#: From this share of a change on, it is one receiver's, or one reason's.
_OWN = 0.7


@dataclass(frozen=True, slots=True)
class Found:
    """A change. `receiver` None: of all of them; `reason` None: of all reasons of `type`.

    Attributes:
        series: The counts of each piece of both periods.
        start, end: The stretch that stands out: its first piece, and the one behind its last.
        usual: What would have been counted in that stretch, had nothing changed.
        chance: How likely this is by chance, after all that was looked at for this count.
        keys: What is counted.
    """

    receiver: str | None
    type: str
    reason: str | None
    series: tuple[int, ...]
    start: int
    end: int
    usual: float
    chance: float
    keys: frozenset[Key]


@dataclass(frozen=True, slots=True)
class Volume:
    """All failures that are in no change: in the period, and before; whether they changed as a whole."""

    now: int
    before: int
    changed: bool


@dataclass(frozen=True, slots=True)
class _Stretch:
    start: int
    end: int
    usual: float
    chance: float


def find_changes(cells: dict[Key, Cell], pieces: Sequence[Piece]) -> tuple[list[Found], Volume]:
    """The changes, the least likely first; and what became of the rest.

    Without a period before, nothing is compared.
    """
    begins = sum(piece.before for piece in pieces)
    total = sum_of((cell.series for cell in cells.values()), len(pieces))
    if not begins or begins == len(pieces):
        return [], Volume(sum(total), 0, changed=False)
    search = _Search(cells, pieces, begins)
    found: list[Found] = []
    while len(found) < MOST_CHANGES:
        one = search.next(len(found))
        if one is None:
            break
        found.append(one)
    return found, search.volume()


class _Search:
    """Looks for the least likely of what is left, again and again."""

    def __init__(self, cells: dict[Key, Cell], pieces: Sequence[Piece], begins: int) -> None:
        self.begins = begins
        self.left = Remaining(cells, pieces)
        self.candidates = list(candidates(self.left.series))
        self.number = max(1, len(self.candidates))
        self.stretches = list(stretches(begins, len(pieces)))
        self.usual = _USUAL_SPREAD
        self.spread = self._spreads()

    def next(self, found: int) -> Found | None:
        """The least likely of what is left, taken out of it; None when chance will do."""
        total = self.left.total()
        best: tuple[_Stretch, Candidate] | None = None
        for candidate in self.candidates:
            stretch = self._look_at(candidate, total)
            if stretch and (best is None or stretch.chance < best[0].chance):
                best = stretch, candidate
        if best is None or best[0].chance > LEVEL * (found + 1) / self.number:
            return None
        stretch, candidate = best
        own = self._own(candidate, stretch)
        if own is not candidate:
            stretch = self._look_at(own, total) or stretch
        keys, series = self.left.take(own.keys)
        return Found(
            own.receiver,
            own.type,
            own.reason,
            tuple(series),
            stretch.start,
            stretch.end,
            stretch.usual,
            stretch.chance,
            keys,
        )

    def volume(self) -> Volume:
        """What became of the rest, as a whole and by the clock."""
        series, days = self.left.total(), self.left.days
        before, now = sum(series[: self.begins]), sum(series[self.begins :])
        exposures = sum(days[self.begins :]), sum(days[: self.begins])
        statistic, free = excess(series[: self.begins], days[: self.begins])
        spread = _of_spread(statistic, free, _USUAL_SPREAD, _WORTH_OF_ALL)
        changed = chance(now, before, exposures, spread) <= LEVEL and _is_worth(now, before, exposures)
        return Volume(now, before, changed)

    def _look_at(self, candidate: Candidate, total: Sequence[int]) -> _Stretch | None:
        """The stretch of a count that is least likely chance; None where none is worth a sentence."""
        series = self.left.of(candidate.keys)
        before = sum(series[: self.begins])
        if before + sum(series[self.begins :]) < FEWEST:
            return None
        shares = self.left.shares(candidate, total)
        counts = list(accumulate(series, initial=0))
        clock, share = (list(accumulate(each, initial=0.0)) for each in (self.left.days, shares))
        whole = clock[-1] - clock[self.begins], clock[self.begins]
        is_other_number = _is_worth(counts[-1] - before, before, whole)
        best, most = None, 0.0
        for behind, start, end in self.stretches:
            if behind < self.begins and not is_other_number:
                continue
            now, before = counts[end] - counts[start], counts[behind]
            by_share = share[end] - share[start], share[behind]
            by_clock = clock[end] - clock[start], clock[behind]
            if _is_worth(now, before, by_clock) and _is_worth(now, before, by_share):
                if (now * by_share[1] > before * by_share[0]) != (now * by_clock[1] > before * by_clock[0]):
                    continue
                how_much = surprise(now, before, by_share)
                if how_much > most:
                    best, most = (now, before, by_share, behind, start, end), how_much
        if best is None:
            return None
        now, before, exposures, behind, start, end = best
        spread = self.spread[candidate]
        if behind < self.begins:
            spread = _of_spread(*excess(series[:behind], shares[:behind]), self.usual)
        spread *= 1 + (now + before) / sum(exposures)
        likely = min(1.0, len(self.stretches) * chance(now, before, exposures, spread))
        return _Stretch(start, end, before * exposures[0] / exposures[1], likely)

    def _own(self, candidate: Candidate, stretch: _Stretch) -> Candidate:
        """The same change by the name that tells most: a receiver's where it is one receiver's, all blocks of
        a receiver, else the one reason."""
        if candidate.receiver is None:
            own = self._main(
                [one for one in self.candidates if one.receiver and one.reason is None], candidate
            )
            return candidate if own is None else self._own(own, stretch)
        same = [
            one
            for one in self.candidates
            if one.receiver == candidate.receiver and one.type == candidate.type
        ]
        if candidate.type == BounceType.BLOCK:
            return next((one for one in same if one.reason is None), candidate)
        return (
            candidate
            if candidate.reason
            else self._main([o for o in same if o.reason], candidate) or candidate
        )

    def _main(self, parts: list[Candidate], whole: Candidate) -> Candidate | None:
        """The part of a count that its change is due to, where there is one."""
        keys = set(whole.keys)
        more = [(abs(self.left.more_a_day(set(part.keys) & keys, self.begins)), part) for part in parts]
        most, part = max(more, key=lambda one: one[0], default=(0.0, None))
        return part if most >= _OWN * abs(self.left.more_a_day(keys, self.begins)) else None

    def _spreads(self) -> dict[Candidate, float]:
        """How much each count varies by itself."""
        begins = self.begins
        total = self.left.total()
        each = {
            candidate: excess(
                self.left.of(candidate.keys)[:begins], self.left.shares(candidate, total)[:begins]
            )
            for candidate in self.candidates
        }
        of_receivers = [found for one, found in each.items() if one.receiver and one.reason is None]
        pooled = sum(min(statistic, _MOST_SPREAD * free) for statistic, free in of_receivers)
        self.usual = _of_spread(pooled, sum(free for _, free in of_receivers), _USUAL_SPREAD)
        return {one: _of_spread(statistic, free, self.usual) for one, (statistic, free) in each.items()}


def _is_worth(now: int, before: int, exposures: tuple[float, float]) -> bool:
    usual = before * exposures[0] / exposures[1]
    return abs(now - usual) >= LEAST and (now >= FACTOR * usual or now * FACTOR <= usual)


def _of_spread(statistic: float, free: int, usual: float, worth: float = _WORTH) -> float:
    """The spread that Pearson's statistic tells of, drawn to what is usual."""
    return max(1.0, (statistic + worth * usual) / (free + worth))
