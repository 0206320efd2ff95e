"""What changed, in sentences."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from dsnparse.report.chance import surprise
from dsnparse.report.changes import Found, Volume
from dsnparse.report.figures import Change
from dsnparse.report.period import Period, Unit
from dsnparse.report.remedy import is_list, remedy, shown_name
from dsnparse.report.tally import Cell, Tally
from dsnparse.vocabulary import BounceType

#: What failures of a type are called.
TYPE_NAMES = {
    BounceType.BLOCK.value: "blocks",
    BounceType.HARD.value: "hard bounces",
    BounceType.SOFT.value: "soft bounces",
    BounceType.UNDETERMINED.value: "bounces without a known reason",
    "complaint": "complaints",
}
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
        return _with_sentence(change, period)
    many = sum(found.series[found.start : over])
    days = [piece.days for piece in tally.pieces]
    usual = found.usual * sum(days[found.start : over]) / sum(days[found.start : found.end])
    expected = f"about {usual:,.0f} are" if usual >= 1 else "none is"
    return _with_sentence(change, period, f"{many:,} in that time, where {expected} usual")


def _with_sentence(change: Change, period: Period, counted: str = "") -> Change:
    """The change with its sentence. `counted`: what was counted while it lasted, where it is over."""
    what = change.reason.replace("_", " ") if change.reason else TYPE_NAMES.get(change.type, change.type)
    parts = [f"{change.name}: {what} {_numbers(change.before, change.now, period)}"]
    if change.codes:
        parts.append(", ".join(change.codes))
    elif not change.reason and change.reasons:
        parts.append(" and ".join(name.replace("_", " ") for name, _ in change.reasons[:2]))
    parts.append(_when(change, period))
    sentence = ", ".join(filter(None, parts))
    if counted:
        sentence += f" ({counted})"
    if change.is_listed:
        ips = f"your IP {change.ips[0]}" if len(change.ips) == 1 else f"your IPs {', '.join(change.ips)}"
        is_one, is_over = len(change.ips) <= 1, change.end is not None
        verb = ("was" if is_over else "is") if is_one else ("were" if is_over else "are")
        sentence += f"; {ips if change.ips else 'your IP or domain'} {verb} on its list"
    return replace(change, sentence=sentence)


def _numbers(before: int, now: int, period: Period) -> str:
    """ "11 → 65"; by the day where they were counted for different times."""
    numbers = f"{before:,} → {now:,}"
    if period.before_since is None or period.before_until is None:
        return numbers
    earlier, later = period.before_until - period.before_since, period.until - period.since
    if abs(earlier / later - 1) <= 0.1:
        return numbers
    day = timedelta(days=1)
    return f"{before / (earlier / day):,.1f} → {now / (later / day):,.1f} a day"


def _when(change: Change, period: Period) -> str:
    if change.start is None:
        return ""
    if change.end is None:
        return f"since {moment_words(change.start, period)}"
    if not change.is_worse and change.start <= period.since:
        return ""
    first, last = moment_words(change.start, period), moment_words(change.end - timedelta(seconds=1), period)
    return f"{first} only" if first == last else f"{first} to {last}"


def moment_words(moment: datetime, period: Period) -> str:
    """A moment as exactly as the report counts; with the year where the report is about more than one."""
    year = "" if period.first.year == period.until.year else f" {moment.year}"
    hour = f" {moment:%H}:00" if period.unit is Unit.HOUR else ""
    return f"{moment.day} {moment:%B}{year}{hour}"


def span_words(start: datetime, end: datetime) -> str:
    """A span of time in few words: "19 – 25 November 2026", "the 7 days until 26 November 2026, 06:27"."""
    day = timedelta(days=1)
    if (start.hour, start.minute, end.hour, end.minute) == (0, 0, 0, 0):
        last = end - day
        if start == last:
            return f"{start.day} {start:%B %Y}"
        shown = f"{start.day}"
        if (start.month, start.year) != (last.month, last.year):
            shown += f" {start:%B}" + (f" {start.year}" if start.year != last.year else "")
        return f"{shown} – {last.day} {last:%B %Y}"
    until = f"{end.day} {end:%B %Y, %H:%M}"
    for unit, name in ((day, "days"), (timedelta(hours=1), "hours")):
        if (end - start) % unit == timedelta(0) and end - start > unit:
            return f"the {(end - start) // unit:,} {name} until {until}"
    return f"{start.day} {start:%B %Y, %H:%M} – {until}"


def period_words(period: Period) -> str:
    """What a report is about, and what that is compared with."""
    about = span_words(period.since, period.until)
    if period.before_since is None or period.before_until is None:
        return f"{about} (UTC)"
    before = span_words(period.before_since, period.before_until)
    if period.before_until == period.since and before.startswith("the "):
        before = before.partition(" until ")[0] + " before"
    return f"{about} (UTC), compared with {before}"


def quiet_sentence(
    found: Sequence[Found],
    volume: Volume,
    period: Period,
    ends: tuple[datetime, datetime] | None,
) -> str:
    """A sentence where nothing changed, or there is nothing; else ""."""
    if found:
        return ""
    if not volume.now and not volume.before:
        known = f"; what is known ends on {ends[1]:%-d %B %Y} (--until {ends[1]:%Y-%m-%d})" if ends else ""
        return f"Nothing failed{known}."
    if period.before_since is None:
        return f"{volume.now:,} failures."
    if volume.changed:
        return "No receiver and no reason stands out."
    return "Nothing changed by more than chance."


def earlier_sentence(number: int, first: datetime | None) -> str:
    """A sentence on failures that lie before a period that nobody chose; "" where there are none."""
    if number <= 0 or first is None:
        return ""
    lie, them = ("failure lies", "it") if number == 1 else ("failures lie", "them")
    return f"{number:,} earlier {lie} outside of these days: --since {first:%Y-%m-%d} takes {them} in."


def rest_sentence(volume: Volume, period: Period, *, found_any: bool) -> str:
    """A sentence on all failures that are in no change; "" where there is nothing to compare."""
    if period.before_since is None or not (volume.now or volume.before):
        return ""
    what = "Everything else" if found_any else "All failures"
    numbers = f"{what}: {_numbers(volume.before, volume.now, period)}"
    if not volume.changed:
        return f"{numbers}, which is no more than chance."
    more = "more" if volume.now > volume.before else "less"
    return f"{numbers}, at all receivers alike: probably {more} was mailed."


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
