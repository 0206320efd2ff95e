"""The figures of a report, from a store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from dsnparse.report.blocked import actions
from dsnparse.report.changes import find_changes
from dsnparse.report.facts import CAMPAIGN_HEADERS, TYPES, Fact, Reader, is_delivered, is_failure
from dsnparse.report.figures import Figures, Heat, Record, Row, Silenced, Span, Totals, Unread
from dsnparse.report.period import Period, Piece
from dsnparse.report.remedy import meaning
from dsnparse.report.sentences import changes_of, quiet_sentence, rest_sentence
from dsnparse.report.tally import MOST_RECORDS, OTHERS, Line, Lines, Tally, unknown_key
from dsnparse.store.queries.records import find_records
from dsnparse.store.queries.span import ends, kinds, newly_suppressed, unread
from dsnparse.store.queries.where import ALL, Where
from dsnparse.store.reader import Asked
from dsnparse.store.sql.rows import Rows
from dsnparse.vocabulary import Kind

#: Rows of a table, receivers and reasons of the heat map, addresses and notices that are named each.
MOST_ROWS = 100
_HEAT_ROWS, _HEAT_REASONS = 14, 12
_MOST_SILENCED = 300
_MOST_UNREAD = 100


def make(
    store: Asked,
    period: Period,
    *,
    where: Where = ALL,
    masked: bool = False,
    campaign_headers: Sequence[str] = (),
    title: str = "",
    now: datetime | None = None,
) -> Figures:
    """The figures of a period.

    `store`: a Store, or what `dsnparse.store.reader.Reader` opens. `where`: of failures and complaints, only such.
    `masked`: no mailbox is named. `campaign_headers`: names of header fields that name the campaign, before the
    usual ones. `title`: what the figures are of. `now` is the clock by default.

    Raise StoreError and StoreUnavailable as the store does.
    """
    names = tuple(name.lower() for name in campaign_headers) + CAMPAIGN_HEADERS
    reader = Reader(masked, names)
    with store.asking() as rows:
        found = ends(rows)
        period, compared = _comparable(period, found)
        tally = _tally(rows, period, where, reader)
        spans = [(period.since, period.until), (period.before_since, period.before_until)]
        by_kind = [Counter(kinds(rows, *span)) if span[0] else Counter() for span in spans]  # type: ignore[arg-type]
        number, addresses = newly_suppressed(rows, period.since, period.until, _MOST_SILENCED)
        before = newly_suppressed(rows, *spans[1], 0)[0] if period.before_since else 0  # type: ignore[arg-type]
        unread_in_all, messages = unread(rows, period.since, period.until, _MOST_UNREAD)
    changes, volume = find_changes(tally.cells, tally.pieces)
    records, left_out = _records(tally, reader)
    return Figures(
        made_at=now or datetime.now(UTC),
        title=title,
        period=period,
        compared=compared,
        where=str(where),
        is_masked=masked,
        changes=changes_of(changes, tally, period),
        quiet=quiet_sentence(changes, volume, tally, period, found),
        rest=rest_sentence(volume, period, found_any=bool(changes)),
        totals=_totals(tally, by_kind, (number, before)),
        spans=_spans(tally),
        reasons=_reasons(tally),
        heat=_heat(tally),
        domains=_rows(tally.domains, "domain", _by_rate),
        actions=actions(tally, period),
        campaigns=_rows(tally.campaigns, ""),
        ips=_rows(tally.ips, "ip", receivers=True),
        hosts=_rows(tally.hosts, "host", receivers=True),
        silenced=tuple(
            Silenced(reader.shown(one.address), one.reason, one.at, one.until, one.source)
            for one in addresses
        ),
        unknown=_rows(tally.unknown, "unknown"),
        unread=tuple(Unread(one.kind, reader.shown(one.source), one.at) for one in messages),
        unread_in_all=unread_in_all,
        trust=_rows(tally.trust, "trust"),
        records=records,
        left_out=left_out,
    )


def _comparable(period: Period, found: tuple[datetime, datetime] | None) -> tuple[Period, str]:
    """The period, compared with no time of which the store knows nothing; and why, where that shortens it."""
    if period.before_since is None or period.before_until is None:
        return period, "Compared with nothing, as was asked for."
    if found is None or found[0] >= period.before_until:
        return period.without_comparison(), "Nothing is known of the time before, so nothing is compared."
    first = found[0]
    if first <= period.before_since:
        return period, ""
    # The first record begins what is known; a piece of a day would count for less than it is.
    missing = first - period.before_since
    if missing * 20 <= period.before_until - period.before_since:
        return period, ""
    shorter = replace(period, before_since=first)
    return shorter, f"Nothing is known of the time before {first:%-d %B %Y}: compared with what is."


def _tally(rows: Rows, period: Period, where: Where, reader: Reader) -> Tally:
    tally = Tally(period.pieces())
    for record in find_records(rows, since=period.first, until=period.until, where=where):
        if is_failure(record) or record.kind == Kind.COMPLAINT:
            tally.add(reader.fact(record))
        elif is_delivered(record):
            tally.add_delivered(reader.fact(record))
    return tally


def _totals(tally: Tally, by_kind: list[Counter[str]], suppressed: tuple[int, int]) -> Totals:
    types: dict[str, tuple[int, int]] = dict.fromkeys(TYPES, (0, 0))
    for (_, type_, _), cell in tally.cells.items():
        now, before = _sums(cell.series, tally.pieces)
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


def _sums(series: Iterable[int], pieces: Sequence[Piece]) -> tuple[int, int]:
    """What was counted in the period, and before."""
    now = before = 0
    for count, piece in zip(series, pieces, strict=True):
        if piece.before:
            before += count
        else:
            now += count
    return now, before


def _spans(tally: Tally) -> tuple[Span, ...]:
    counts: list[Counter[str]] = [Counter() for _ in tally.pieces]
    for (_, type_, _), cell in tally.cells.items():
        for number, count in enumerate(cell.series):
            counts[number][type_] += count
    return tuple(
        Span(piece.start, piece.end, piece.before, {name: count[name] for name in TYPES})
        for piece, count in zip(tally.pieces, counts, strict=True)
    )


def _reasons(tally: Tally) -> tuple[Row, ...]:
    now: Counter[str] = Counter()
    before: Counter[str] = Counter()
    types: dict[str, Counter[str]] = {}
    for (_, type_, reason), cell in tally.cells.items():
        sums = _sums(cell.series, tally.pieces)
        now[reason] += sums[0]
        before[reason] += sums[1]
        types.setdefault(reason, Counter())[type_] += sums[0]
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


def _heat(tally: Tally) -> Heat:
    counts: dict[str, Counter[str]] = {}
    reasons: Counter[str] = Counter()
    providers: set[str] = set()
    for (receiver, _, reason), cell in tally.cells.items():
        now, _ = _sums(cell.series, tally.pieces)
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


def _by_rate(line: Line) -> tuple[float, ...]:
    """Domains where the most fails come first, by share where it is known of how many."""
    tried = line.now + line.delivered
    rate = line.now / tried if line.delivered and tried >= _FEWEST_TRIED else 0.0
    return (-rate, -line.now, -line.before)


#: Of fewer, a share says little.
_FEWEST_TRIED = 10


def _by_number(line: Line) -> tuple[float, ...]:
    return (-line.now, -line.before, -line.complaints)


def _rows(
    lines: Lines,
    column: str,
    order: Callable[[Line], tuple[float, ...]] = _by_number,
    *,
    receivers: bool = False,
) -> tuple[Row, ...]:
    whole = sum(line.now for line in lines.values()) or 1
    names = sorted(
        (name for name in lines if lines[name].now or lines[name].complaints),
        key=lambda n: (*order(lines[n]), n),
    )
    found: list[Any] = []
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
                share=line.now / whole,
                rate=line.now / (line.now + line.delivered) if line.delivered else None,
                delivered=line.delivered,
                complaints=line.complaints,
                main=tuple(main),
                last=line.last,
                note=line.said,
            )
        )
    return tuple(found)


def _records(tally: Tally, reader: Reader) -> tuple[tuple[Record, ...], int]:
    """The records that are kept, latest first, and how many of the period are not."""
    facts: dict[int, Fact] = {fact.record.id: fact for fact in tally.kept}
    for some in tally.of_each.values():
        facts.update((fact.record.id, fact) for fact in some)
    in_all = sum(_sums(cell.series, tally.pieces)[0] for cell in tally.cells.values())
    in_all += sum(line.now for line in tally.complaints.values())
    latest = sorted(facts.values(), key=lambda fact: (fact.record.at, fact.record.id), reverse=True)
    before = list(tally.kept_before)[::-1][: max(0, MOST_RECORDS - len(latest))]
    records = [_record(fact, reader, is_before=False) for fact in latest]
    records += [_record(fact, reader, is_before=True) for fact in before]
    return tuple(records), in_all - len(latest)


def _record(fact: Fact, reader: Reader, *, is_before: bool) -> Record:
    record = fact.record
    return Record(
        at=record.at,
        address=reader.shown(record.recipient),
        receiver=fact.receiver,
        domain=fact.domain,
        type=fact.type,
        reason=fact.reason,
        status=" ".join(
            filter(None, (str(record.reply_code or ""), record.status or record.effective_status))
        ),
        said=fact.diagnostic,
        source=reader.shown(record.source),
        code=fact.code or "",
        ip=fact.ip or "",
        list=fact.list or "",
        feedback=fact.feedback or "",
        campaign=fact.campaign or "",
        trust=record.authenticity or "",
        host=(record.reporting_mta or "")[:120],
        unknown="" if fact.understood else unknown_key(fact),
        is_before=is_before,
    )
