"""What a report says in words: changes, spans of time, what became of the rest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from dsnparse.report.changes import Found, Volume
from dsnparse.report.figures import Change
from dsnparse.report.period import Period, Unit
from dsnparse.vocabulary import BounceType

#: What failures of a type are called.
TYPE_NAMES = {
    BounceType.BLOCK.value: "blocks",
    BounceType.HARD.value: "hard bounces",
    BounceType.SOFT.value: "soft bounces",
    BounceType.UNDETERMINED.value: "bounces without a known reason",
    "complaint": "complaints",
}


def in_words(name: str) -> str:
    """The name of a reason or a state as words."""
    return name.replace("_", " ")


def change_sentence(change: Change, period: Period, counted: str = "") -> str:
    """A change in a sentence. `counted`: what was counted while it lasted, where it is over."""
    what = in_words(change.reason) if change.reason else TYPE_NAMES.get(change.type, change.type)
    parts = [f"{change.name}: {what} {_numbers(change.before, change.now, period)}"]
    if change.codes:
        parts.append(", ".join(change.codes))
    elif not change.reason and change.reasons:
        parts.append(" and ".join(in_words(name) for name, _ in change.reasons[:2]))
    parts.append(_when(change, period))
    sentence = ", ".join(filter(None, parts))
    if counted:
        sentence += f" ({counted})"
    if change.is_listed:
        ips = f"your IP {change.ips[0]}" if len(change.ips) == 1 else f"your IPs {', '.join(change.ips)}"
        is_one, is_over = len(change.ips) <= 1, change.end is not None
        verb = ("was" if is_over else "is") if is_one else ("were" if is_over else "are")
        sentence += f"; {ips if change.ips else 'your IP or domain'} {verb} on its list"
    return sentence


def _numbers(before: int, now: int, period: Period) -> str:
    """ "11 → 65"; by the day where they were counted for different times."""
    numbers = f"{before:,} → {now:,}"
    if period.before is None:
        return numbers
    start, end = period.before
    earlier, later = end - start, period.until - period.since
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
    if period.before is None:
        return f"{about} (UTC)"
    before = span_words(*period.before)
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
    if period.before is None:
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
    if period.before is None or not (volume.now or volume.before):
        return ""
    what = "Everything else" if found_any else "All failures"
    numbers = f"{what}: {_numbers(volume.before, volume.now, period)}"
    if not volume.changed:
        return f"{numbers}, which is no more than chance."
    more = "more" if volume.now > volume.before else "less"
    return f"{numbers}, at all receivers alike: probably {more} was mailed."
