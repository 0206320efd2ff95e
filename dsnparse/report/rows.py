"""The tables of a report, from its counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from dsnparse.report.facts import TYPES
from dsnparse.report.figures import Heat, Row, Span, Totals
from dsnparse.report.period import Piece
from dsnparse.report.remedy import meaning
from dsnparse.report.tally import OTHERS, Line, Lines, Tally
from dsnparse.vocabulary import Kind

#: Rows of a table, and receivers and reasons of the heat map.
MOST_ROWS = 100
_HEAT_ROWS, _HEAT_REASONS = 14, 12
#: Of fewer, a share says little.
FEWEST_TRIED = 10


def totals(tally: Tally, by_kind: list[Counter[str]], suppressed: tuple[int, int]) -> Totals:
    types: dict[str, tuple[int, int]] = dict.fromkeys(TYPES, (0, 0))
    for (_, type_, _), cell in tally.cells.items():
        now, before = sums(cell.series, tally.pieces)
        had = types.get(type_, (0, 0))
        types[type_] = (had[0] + now, had[1] + before)
    return Totals(
        failures=sum(now for now, _ in types.values()),
        before=sum(before for _, before in types.values()),
        types=types,
        kinds={kind.value: (by_kind[0][kind], by_kind[1][kind]) for kind in Kind},
        complaints=_sum_lines(tally.complaints),
        suppressed=suppressed,
        not_understood=_sum_lines(tally.unknown),
        delivered=tally.delivered,
    )


def _sum_lines(lines: Lines) -> tuple[int, int]:
    return sum(line.now for line in lines.values()), sum(line.before for line in lines.values())


def sums(series: Iterable[int], pieces: Sequence[Piece]) -> tuple[int, int]:
    """What was counted in the period, and before."""
    now = before = 0
    for count, piece in zip(series, pieces, strict=True):
        if piece.before:
            before += count
        else:
            now += count
    return now, before


def spans_of(tally: Tally) -> tuple[Span, ...]:
    counts: list[Counter[str]] = [Counter() for _ in tally.pieces]
    for (_, type_, _), cell in tally.cells.items():
        for number, count in enumerate(cell.series):
            counts[number][type_] += count
    return tuple(
        Span(piece.start, piece.end, piece.before, {name: count[name] for name in TYPES})
        for piece, count in zip(tally.pieces, counts, strict=True)
    )


def reasons_of(tally: Tally) -> tuple[Row, ...]:
    now: Counter[str] = Counter()
    before: Counter[str] = Counter()
    types: dict[str, Counter[str]] = {}
    for (_, type_, reason), cell in tally.cells.items():
        in_period, earlier = sums(cell.series, tally.pieces)
        now[reason] += in_period
        before[reason] += earlier
        types.setdefault(reason, Counter())[type_] += in_period
    whole = now.total() or 1
    return tuple(
        Row(
            "reason",
            name,
            now[name],
            before[name],
            dict(types[name]),
            share=now[name] / whole,
            note=meaning(name),
        )
        for name in sorted(now, key=lambda name: (-now[name], -before[name], name))
    )


def heat(tally: Tally) -> Heat:
    counts: dict[str, Counter[str]] = {}
    reasons: Counter[str] = Counter()
    providers: set[str] = set()
    for (receiver, _, reason), cell in tally.cells.items():
        now, _ = sums(cell.series, tally.pieces)
        counts.setdefault(receiver, Counter())[reason] += now
        reasons[reason] += now
        if cell.is_provider:
            providers.add(receiver)
    columns = tuple(name for name, number in reasons.most_common(_HEAT_REASONS) if number)
    order = sorted(counts, key=lambda name: (name == OTHERS, -counts[name].total(), name))
    named = [name for name in order if counts[name].total()][:_HEAT_ROWS]
    shown = tuple(
        (
            name,
            "provider" if name in providers else "domain",
            tuple(counts[name][reason] for reason in columns),
            counts[name].total(),
        )
        for name in named
    )
    return Heat(columns, shown, reasons.total() - sum(sum(row[2]) for row in shown))


def by_rate(line: Line) -> tuple[float, ...]:
    """Domains where the most fails come first, by share where it is known of how many."""
    return (-(_rate(line) or 0.0), -line.now, -line.before)


def _rate(line: Line) -> float | None:
    """Failures by all that was tried; None where that is not known, or too few to say much."""
    tried = line.now + line.delivered
    return line.now / tried if line.delivered and tried >= FEWEST_TRIED else None


def _by_number(line: Line) -> tuple[float, ...]:
    return (-line.now, -line.before, -line.complaints)


def rows_of(
    lines: Lines,
    column: str,
    whole: int,
    order: Callable[[Line], tuple[float, ...]] = _by_number,
    *,
    receivers: bool = False,
) -> tuple[Row, ...]:
    """The rows of a table; `whole`: of how many failures their shares are."""
    names = sorted(
        (name for name in lines if lines[name].now or lines[name].complaints),
        key=lambda n: (*order(lines[n]), n),
    )
    found: list[Row] = []
    for name in names[:MOST_ROWS]:
        line = lines[name]
        main = [reason for reason, _ in line.reasons.most_common(3)]
        if receivers:
            main = [receiver for receiver, _ in line.receivers.most_common(4)] + main
        found.append(
            Row(
                line.column or column,
                name,
                line.now,
                line.before,
                dict(line.types),
                share=line.now / whole if whole else 0.0,
                rate=_rate(line),
                delivered=line.delivered,
                complaints=line.complaints,
                main=tuple(main),
                last=line.last,
                note=line.said,
            )
        )
    return tuple(found)
