"""The figures of a report, from a store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from dsnparse.report.blocked import actions
from dsnparse.report.changes import find_changes
from dsnparse.report.facts import CAMPAIGN_HEADERS, Fact, Reader, is_delivered, is_failure
from dsnparse.report.figures import Figures, Record
from dsnparse.report.period import Period
from dsnparse.report.rows import by_rate, heat, reasons_of, rows_of, spans_of, sums, totals
from dsnparse.report.sentences import earlier_sentence, quiet_sentence, rest_sentence
from dsnparse.report.tally import MOST_RECORDS, Tally, unknown_key
from dsnparse.report.told_changes import changes_of
from dsnparse.store.asked import Asked
from dsnparse.store.queries.records import find_records
from dsnparse.store.queries.span import ends, failures_before, has_records, kinds, newly_suppressed, unread
from dsnparse.store.queries.where import ALL, Where
from dsnparse.store.sql.rows import Rows
from dsnparse.vocabulary import Kind

#: Addresses and notices that are named each.
_MOST_SILENCED = 300
_MOST_UNREAD = 100
#: Records of each receiver and reason that come before all others.
_FIRST_OF_EACH = 4


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

    `store`: a Store, or what `dsnparse.store.reader.Reader` opens. `where`: of failures and complaints, only
    such. `masked`: no mailbox is named. `campaign_headers`: names of header fields that name the campaign,
    before the usual ones. `title`: what the figures are of. `now` is the clock by default.

    Raise StoreError and StoreUnavailable as the store does.
    """
    names = tuple(name.lower() for name in campaign_headers) + CAMPAIGN_HEADERS
    reader = Reader(masked, names)
    with store.asking() as rows:
        found = ends(rows)
        period, compared = _comparable(period, found, rows)
        tally = _tally(rows, period, where, reader)
        by_kind = [
            Counter(kinds(rows, *span)) if span else Counter()
            for span in ((period.since, period.until), period.before)
        ]
        number, addresses = newly_suppressed(rows, period.since, period.until, _MOST_SILENCED)
        before = newly_suppressed(rows, *period.before, 0)[0] if period.before else 0
        earlier = failures_before(rows, period.since, where) if period.is_default else (0, None)
        unread_in_all, messages = unread(rows, period.since, period.until, _MOST_UNREAD)
    changes, volume = find_changes(tally.cells, tally.pieces)
    records, left_out = _records(tally, reader)
    counted = totals(tally, by_kind, (number, before))
    return Figures(
        made_at=now or datetime.now(UTC),
        title=title,
        period=period,
        compared=compared,
        where=str(where),
        is_masked=masked,
        changes=changes_of(changes, tally, period),
        quiet=quiet_sentence(changes, volume, period, found),
        rest=rest_sentence(volume, period, found_any=bool(changes)),
        earlier=earlier_sentence(earlier[0] - counted.before, earlier[1]),
        totals=counted,
        spans=spans_of(tally),
        reasons=reasons_of(tally),
        heat=heat(tally),
        domains=rows_of(tally.domains, "domain", counted.failures, by_rate),
        actions=actions(tally, period),
        campaigns=rows_of(tally.campaigns, "", counted.failures),
        ips=rows_of(tally.ips, "ip", counted.failures, receivers=True),
        hosts=rows_of(tally.hosts, "host", counted.failures, receivers=True),
        silenced=tuple(replace(one, address=reader.shown(one.address)) for one in addresses),
        unknown=rows_of(tally.unknown, "unknown", counted.failures),
        unread=tuple(replace(one, source=reader.shown(one.source)) for one in messages),
        unread_in_all=unread_in_all,
        trust=rows_of(tally.trust, "trust", counted.failures),
        records=records,
        left_out=left_out,
    )


def _comparable(period: Period, found: tuple[datetime, datetime] | None, rows: Rows) -> tuple[Period, str]:
    """The period, compared with no time of which the store knows nothing; and why, where that shortens it."""
    if period.before is None:
        return period, "Compared with nothing, as was asked for."
    start, end = period.before
    if found is None or found[0] >= end:
        return period.without_comparison(), "Nothing is known of the time before, so nothing is compared."
    if not has_records(rows, start, end):  # nobody mailed, or nobody read bounces
        return period.without_comparison(), "Nothing happened in the time before, so nothing is compared."
    first = found[0]
    if first <= start:
        return period, ""
    # The first record begins what is known; a piece of a day would count for less than it is.
    if (first - start) * 20 <= end - start:
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


def _records(tally: Tally, reader: Reader) -> tuple[tuple[Record, ...], int]:
    """The records that are kept, and how many of the period are not.

    First the last few of each receiver and reason, so that every number has something behind it; then the
    last of all, then more of each.
    """
    facts: dict[int, Fact] = {}
    some = [list(kept)[::-1] for kept in tally.of_each.values()]
    for few in ([kept[:_FIRST_OF_EACH] for kept in some], [list(tally.kept)[::-1]], some):
        for kept in few:
            facts.update((fact.record.id, fact) for fact in kept[: MOST_RECORDS - len(facts)])
    in_all = sum(sums(cell.series, tally.pieces)[0] for cell in tally.cells.values())
    in_all += sum(line.now for line in tally.complaints.values())
    before = list(tally.kept_before)[::-1][: MOST_RECORDS - len(facts)]
    records = [_record(fact, reader, is_before=False) for fact in facts.values()]
    records += [_record(fact, reader, is_before=True) for fact in before]
    return tuple(records), in_all - len(facts)


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
