"""From the changes that were found to those that are told: since when, whether they are over, what stands
behind them, what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from dsnparse.report.chance import surprise
from dsnparse.report.changes import Found
from dsnparse.report.figures import Change
from dsnparse.report.period import Period
from dsnparse.report.remedy import is_list, remedy, shown_name
from dsnparse.report.sentences import change_sentence
from dsnparse.report.tally import Cell, Tally
from dsnparse.vocabulary import BounceType

_ORDER = tuple(map(BounceType, ("block", "hard", "soft", "undetermined")))
_MOST_NAMED = 3
#: What an expired stretch would have gone on with, at least, for its absence to mean something.
_ENOUGH = 4
_OVER = 0.34


def changes_of(found: Sequence[Found], tally: Tally, period: Period) -> tuple[Change, ...]:
    """The changes as the report tells them: what became worse first, blocks before all."""
    told = [_change(one, tally, period) for one in found]
    return tuple(
        sorted(
            told,
            key=lambda one: (
                not one.is_worse,
                _ORDER.index(BounceType(one.type)) if one.type in list(_ORDER) else len(_ORDER),
                -abs(one.now - one.before),
            ),
        )
    )


def _change(found: Found, tally: Tally, period: Period) -> Change:
    begins = sum(piece.before for piece in tally.pieces)
    before, now = sum(found.series[:begins]), sum(found.series[begins:])
    is_worse = sum(found.series[found.start : found.end]) > found.usual
    over = _over_at(found, tally) if is_worse else None
    cells = {key: tally.cells[key] for key in found.keys}
    reasons = _more_often(cells, tally, (found.start, found.end), is_worse=is_worse)
    codes, ips = _named(cells, "codes"), _named(cells, "ips")
    start = _begin(found, tally, begins)
    end = None if over is None else tally.pieces[over - 1].end
    main = reasons[0][0] if reasons else (found.reason or "")
    last = max(cells.values(), key=lambda cell: (cell.last is not None, cell.last), default=None)
    is_provider = any(cell.is_provider for cell in cells.values())
    name = shown_name(found.receiver, is_provider=is_provider) if found.receiver else "All receivers"
    of_main = [cell for key, cell in cells.items() if key[2] == main and cell.last is not None]
    if of_main:
        last = max(of_main, key=lambda cell: cell.last or period.since)
    change = Change(
        sentence="",
        receiver=found.receiver or "",
        name=name,
        type=found.type,
        reason=found.reason or "",
        before=before,
        now=now,
        is_worse=is_worse,
        start=start,
        end=end,
        chance=found.chance,
        reasons=reasons,
        codes=codes,
        ips=ips,
        is_listed=is_list(main) and is_worse,
        said=last.said if last else "",
        source=last.source if last else "",
        remedy=remedy(main, found.receiver if found.receiver and is_provider else "")
        if is_worse and main
        else None,
        series=found.series,
    )
    if over is None:
        return replace(change, sentence=change_sentence(change, period))
    many = sum(found.series[found.start : over])
    days = [piece.days for piece in tally.pieces]
    usual = found.usual * sum(days[found.start : over]) / sum(days[found.start : found.end])
    expected = f"about {usual:,.0f} are" if usual >= 1 else "none is"
    counted = f"{many:,} in that time, where {expected} usual"
    return replace(change, sentence=change_sentence(change, period, counted))


def _more_often(
    cells: dict[tuple[str, str, str], Cell], tally: Tally, stretch: tuple[int, int], *, is_worse: bool
) -> tuple[tuple[str, int], ...]:
    """The reasons behind a change, with their counts in the period; those that changed most first."""
    now: Counter[str] = Counter()
    change: Counter[str] = Counter()
    for (_, _, reason), cell in cells.items():
        for number, (count, piece) in enumerate(zip(cell.series, tally.pieces, strict=True)):
            now[reason] += 0 if piece.before else count
            change[reason] += -count if piece.before else count * (stretch[0] <= number < stretch[1])
    order = sorted(change, key=lambda name: (-change[name] if is_worse else change[name], name))
    return tuple((name, now[name]) for name in order if now[name] or not is_worse)[:6]


def _named(cells: dict[tuple[str, str, str], Cell], what: str) -> tuple[str, ...]:
    names: Counter[str] = Counter()
    for cell in cells.values():
        names.update(getattr(cell, what))
    return tuple(name for name, _ in names.most_common(_MOST_NAMED))


def _begin(found: Found, tally: Tally, begins: int) -> datetime | None:
    """When the change began; where it holds from the first piece of the period on, perhaps before that."""
    start = found.start
    length = found.end - found.start
    a_day = sum(found.series[found.start : found.end]) / max(
        sum(piece.days for piece in tally.pieces[found.start : found.end]), 1e-9
    )
    if start == begins and length > 1:
        while start > 0:
            piece = tally.pieces[start - 1]
            if abs(found.series[start - 1] / piece.days - a_day) > a_day / 2:
                break
            start -= 1
    return None if start == 0 else tally.pieces[start].start


def _over_at(found: Found, tally: Tally) -> int | None:
    """The piece before which more than usual ended; None when it goes on, as far as the pieces tell."""
    ends = len(tally.pieces)
    days = [piece.days for piece in tally.pieces]
    best, most = None, 0.0
    for end in range(found.start + 1, ends):
        during, after = sum(found.series[found.start : end]), sum(found.series[end:])
        lasted, since = sum(days[found.start : end]), sum(days[end:])
        expected = during / lasted * since
        how_much = surprise(during, after, (lasted, since))
        if expected >= _ENOUGH and after <= _OVER * expected and how_much > most:
            best, most = end, how_much
    return best
