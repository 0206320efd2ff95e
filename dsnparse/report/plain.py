"""The figures for a terminal: what changed and what to do first, the rest in short tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dsnparse.render.table import Column, Table
from dsnparse.render.terminal import paint, visible, wrap
from dsnparse.report.facts import TYPES
from dsnparse.report.figures import Blocked, Change, Figures, Heat, Row
from dsnparse.report.remedy import shown_name
from dsnparse.report.sentences import in_words, moment_words, period_words

_MOST_ROWS = 10
_MOST_LINES = 8
_MOST_ASKED = 4
#: Pieces of time: the last month by the day, and one more that is cut.
_MOST_SPANS = 32
_INDENT = "  "
_BAR = "█"
_BAR_LENGTH = 40
#: What the start of a piece of time has at least.
_START_LENGTH = 18


def text(figures: Figures, width: int = 100, *, colour: bool = False) -> str:
    """The report as lines of at most `width` columns; nothing in it acts on a terminal."""
    return "\n".join(_lines(figures, max(width, 40), colour=colour)) + "\n"


def _lines(figures: Figures, width: int, *, colour: bool) -> Iterator[str]:
    for line in wrap(visible(heading(figures)), width, _MOST_LINES):
        yield paint(line, "bold", colour)
    for change in figures.changes:
        yield from _change(change, width, colour=colour)
    for sentence in (figures.quiet, figures.rest, figures.compared, figures.earlier):
        if sentence:
            yield from wrap(visible(sentence), width, _MOST_LINES)
    yield ""
    yield from _totals(figures, width)
    yield from _actions(figures, width, colour=colour)
    if figures.totals.failures or figures.totals.before:
        yield from _time(figures, width, colour=colour)
    yield from _heat(figures.heat, width, colour=colour)
    for title, rows in (
        ("Reasons", figures.reasons),
        ("Domains", figures.domains),
        ("Lists and campaigns", figures.campaigns),
        ("Your IP addresses", figures.ips),
        ("Replies that were not understood", figures.unknown),
        ("How far the notices are to be believed", figures.trust),
    ):
        yield from _table(title, rows, width, colour=colour)
    if figures.silenced:
        yield ""
        yield paint("Newly suppressed", "bold", colour)
        for one in figures.silenced[:_MOST_ROWS]:
            yield f"{_INDENT}{visible(one.address)}  {visible(one.reason)}"
        more = figures.totals.suppressed[0] - _MOST_ROWS
        if more > 0:
            yield f"{_INDENT}and {more:,} more"


def heading(figures: Figures) -> str:
    """What the report is about, in a line."""
    about = f"Bounces of {period_words(figures.period)}"
    return about + (f", where {figures.where}" if figures.where else "")


def to_do(change: Change) -> list[tuple[str, str]]:
    """What to do about a change, and whom to ask: a label and a text each."""
    remedy = change.remedy
    if remedy is None:
        return []
    lines = [("What to do", remedy.do)]
    if remedy.ask:
        lines.append(("Ask here", remedy.ask))
    if remedy.postmaster:
        lines.append(("See also", remedy.postmaster))
    return lines


def _change(change: Change, width: int, *, colour: bool) -> Iterator[str]:
    mark = "▲ " if change.is_worse else "▼ "
    style = "red" if change.is_worse else "green"
    for line in wrap(mark + visible(change.sentence), width, _MOST_LINES):
        yield paint(line, style, colour)
    for label, said in to_do(change):
        yield from (_INDENT + line for line in wrap(f"{label}: {visible(said)}", width - 2, _MOST_LINES))
    if change.said and change.is_worse:
        yield from (_INDENT + line for line in wrap(f"Last reply: {visible(change.said)}", width - 2, 3))


def _totals(figures: Figures, width: int) -> Iterator[str]:
    totals = figures.totals
    compared = figures.period.before is not None
    parts = [f"{_numbers(totals.failures, totals.before, compared=compared)} failures"]
    parts += [f"{name} {_numbers(*totals.types[name], compared=compared)}" for name in TYPES]
    parts.append(f"complaints {_numbers(*totals.complaints, compared=compared)}")
    of_all = " (of all)" if figures.where else ""
    parts.append(f"newly suppressed {_numbers(*totals.suppressed, compared=compared)}{of_all}")
    parts.append(f"not understood {_numbers(*totals.not_understood, compared=compared)}")
    yield from wrap("; ".join(parts) + ".", width, _MOST_LINES)


def _numbers(now: int, before: int, *, compared: bool) -> str:
    return f"{before:,} → {now:,}" if compared else f"{now:,}"


def _actions(figures: Figures, width: int, *, colour: bool) -> Iterator[str]:
    for action in figures.actions:
        yield ""
        over = "" if action.is_going_on else " · over"
        title = f"{in_words(action.reason).capitalize()}: {action.count:,}{over}"
        yield paint(title, "bold", colour)
        yield from (_INDENT + line for line in wrap(f"What to do: {action.do}", width - 2, _MOST_LINES))
        asked = [one for one in action.receivers if one.remedy.ask or one.codes or one.ips][:_MOST_ASKED]
        for one in asked:
            line = f"- {one.name}: {one.now:,}, {_last_of(one, figures)}"
            yield from (_INDENT + part for part in wrap(visible(line), width - 2, 4))
        others = [f"{one.name} {one.now:,}" for one in action.receivers if one not in asked]
        if others:
            yield from (_INDENT + part for part in wrap(visible(f"- {', '.join(others)}"), width - 2, 3))


def _last_of(one: Blocked, figures: Figures) -> str:
    """When a receiver refused last, in which words, and whom to ask."""
    over = "" if one.is_going_on else ", over"
    named = ", ".join((*one.codes, *one.ips))
    ask = f"; ask here: {one.remedy.ask}" if one.remedy.ask else ""
    return f"last {moment_words(one.last, figures.period)}{over}{f' ({named})' if named else ''}{ask}"


def _time(figures: Figures, width: int, *, colour: bool) -> Iterator[str]:
    most = max((span.failures for span in figures.spans), default=0) or 1
    first = next((number for number, span in enumerate(figures.spans) if span.failures), 0)
    spans = figures.spans[first:][-_MOST_SPANS:]
    starts = [moment_words(span.start, figures.period) for span in spans]
    longest = max([_START_LENGTH, *map(len, starts)])
    length = min(_BAR_LENGTH, width - 15 - longest - sum(len(_type_column(name)) + 1 for name in TYPES))
    yield ""
    head = " ".join(_type_column(name) for name in TYPES).upper()
    yield paint(f"{'FAILURES OVER TIME':<{longest + 4}} {'ALL':>6}  {head}", "bold", colour)
    for span, start in zip(spans, starts, strict=True):
        whole = span.failures
        numbers = " ".join(f"{span.types[name]:>{len(_type_column(name))},}" for name in TYPES)
        bar = _BAR * round(max(length, 0) * whole / most)
        mark = "·" if span.is_before else " "
        yield f"{_INDENT}{mark} {start:<{longest}} {whole:>6,}  {numbers}  {bar}".rstrip()
    if any(span.is_before for span in spans):
        yield f"{_INDENT}· the time before"


def _type_column(name: str) -> str:
    """The head of a column of numbers, as wide as the column."""
    return f"{name:>6}"


def _heat(heat: Heat, width: int, *, colour: bool) -> Iterator[str]:
    """Receivers by reasons: of each its reasons in words, since a column for each has no room here."""
    if not heat.rows:
        return
    yield ""
    columns = [Column("WHO REFUSES", share=1), Column("ALL", 7, right=True), Column("AND WHY", share=2)]
    table = Table(columns, width, colour=colour)
    yield table.header()
    for receiver, sort, counts, whole in heat.rows:
        found = sorted(zip(counts, heat.reasons, strict=True), key=lambda one: -one[0])
        why = ", ".join(f"{reason} {count:,}" for count, reason in found if count)
        first = [shown_name(receiver, is_provider=sort == "provider"), f"{whole:,}"]
        for number, line in enumerate(wrap(why, table.widths[-1], _MOST_LINES) or [""]):
            yield table.row([*(["", ""] if number else first), line])
    if heat.left_out:
        left_out = f"{heat.left_out:,} more failures are of smaller receivers or rarer reasons."
        yield from (_INDENT + line for line in wrap(left_out, width - 2, _MOST_LINES))


def _table(title: str, rows: Sequence[Row], width: int, *, colour: bool) -> Iterator[str]:
    if not rows:
        return
    yield ""
    with_rate = any(row.rate is not None for row in rows)
    columns = [
        Column(title.upper(), share=1),
        *([Column("RATE", 6, right=True)] if with_rate else []),
        Column("BEFORE", 7, right=True),
        Column("NOW", 7, right=True),
        Column("SHARE", 6, right=True),
        *(Column(name.upper(), max(len(name), 6), right=True) for name in TYPES),
    ]
    table = Table(columns, width, colour=colour)
    yield table.header()
    for row in rows[:_MOST_ROWS]:
        numbers = [f"{row.types.get(name, 0):,}" for name in TYPES]
        rate = ["–" if row.rate is None else f"{row.rate:.0%}"] if with_rate else []
        yield table.row([row.shown, *rate, f"{row.before:,}", f"{row.now:,}", f"{row.share:.0%}", *numbers])
    if len(rows) > _MOST_ROWS:
        yield f"{_INDENT}and {len(rows) - _MOST_ROWS:,} more"
