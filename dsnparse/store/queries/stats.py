"""Counts: by reason, type, provider, domain, day, by two of these crossed, by kind of notice; addresses by
state; alerts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from dsnparse.rulebook.errors import meant
from dsnparse.store.changes.status import ACTIVE, SUPPRESSED
from dsnparse.store.queries.where import ALL, Where, json_text
from dsnparse.store.sql.rows import Rows, time_value

#: What records and messages can be counted by.
BY = ("reason", "type", "provider", "domain", "day", "kind", "authenticity", "state", "alert")
#: Two of these can be crossed: "provider,reason".
CROSSED = ("reason", "type", "provider", "domain", "day")


def counts_by(text: str, where: Where = ALL) -> str:
    """What somebody wants to count by: one of BY, or two of CROSSED as "provider,reason".

    Raise ValueError, with a sentence, for another name, and with conditions for what counts no failures.
    """
    names = text.split(",")
    crossed = len(set(names)) == len(names) == 2 and set(names) <= set(CROSSED)
    if crossed or text in CROSSED or (text in BY and not where.conditions):
        return text
    if text in BY:
        raise ValueError(f"Conditions are on failures; {text} does not count these: {', '.join(CROSSED)} do")
    hint = next((f". {found}" for one in names if one not in BY and (found := meant(one, BY))), "")
    raise ValueError(f"{text!r} is none of {', '.join(BY)}, nor two of {', '.join(CROSSED)}{hint}")


@dataclass(frozen=True, slots=True)
class Count:
    """One line of statistics."""

    #: One of BY, or two of CROSSED with a comma between.
    by: str
    name: str
    count: int
    #: Of the type or the reason, where that says more: the share of hard, soft, block and undetermined.
    hard: int = 0
    soft: int = 0
    block: int = 0
    undetermined: int = 0
    #: Of all that was counted, also of what the limit leaves out: 0.0 to 1.0.
    share: float = 0.0
    #: Of two names, the other one, and the share among those with the same first name.
    second: str = ""
    share_of_first: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON types."""
        return {name: getattr(self, name) for name in self.__slots__}


#: What records are counted by, as SQL.
_NAMES = {
    "reason": "r.reason",
    "type": "r.bounce_type",
    "provider": "coalesce(r.provider, 'other')",
    "domain": "a.domain",
}
_DAYS = {
    True: "to_char(timezone('UTC', r.happened_at), 'YYYY-MM-DD')",
    False: "substr(r.happened_at, 1, 10)",
}
_TYPES = ", ".join(
    f"count(*) FILTER (WHERE r.bounce_type = '{kind}') AS {kind}"
    for kind in ("hard", "soft", "block", "undetermined")
)


def stats(
    rows: Rows,
    by: str,
    *,
    since: datetime | None,
    now: datetime,
    limit: int,
    until: datetime | None = None,
    where: Where = ALL,
) -> list[Count]:
    """The most frequent values, most frequent first; days and alerts latest first.

    `by` and `where`: see `counts_by`; raise ValueError as it does.
    """
    match counts_by(by, where):
        case "kind":
            return _with_shares(_kinds(rows, since, until))
        case "authenticity":
            return _with_shares(_authenticity(rows, since, until))
        case "state":
            return _with_shares(_states(rows, now))
        case "alert":
            return _alerts(rows, since, until, limit)
    first, _, second = by.partition(",")
    return _records(rows, first, second, (since, until), where, limit)


def _records(
    rows: Rows,
    first: str,
    second: str,
    span: tuple[datetime | None, datetime | None],
    where: Where,
    limit: int,
) -> list[Count]:
    """Failures only: the records of bounces."""
    names = _NAMES | {"day": _DAYS[rows.postgresql]}
    condition, values = _span("r.happened_at", span, rows)
    more, given = where.sql(rows)
    order = "name DESC, number DESC, other" if first == "day" else "number DESC, name, other"
    # The columns by their numbers: PostgreSQL groups by no name that a column of the tables has, too.
    statement = f"""
        WITH counted AS (
            SELECT {names[first]} AS name, {names[second] if second else "''"} AS other,
                   count(*) AS number, {_TYPES}
            FROM records r JOIN messages m ON m.id = r.message_id LEFT JOIN addresses a ON a.id = r.address_id
            WHERE m.kind = 'bounce' {condition} {more}
            GROUP BY 1, 2)
        SELECT name, other, number, hard, soft, block, undetermined,
               sum(number) OVER (), sum(number) OVER (PARTITION BY name)
        FROM counted WHERE name IS NOT NULL ORDER BY {order} LIMIT ?
    """
    return [
        Count(
            f"{first},{second}" if second else first,
            name,
            count,
            *(hard, soft, block, undetermined),
            share=_share(count, total),
            second=other or "",
            share_of_first=_share(count, of_name) if second else 0.0,
        )
        for name, other, count, hard, soft, block, undetermined, total, of_name in rows.rows(
            statement, [*values, *given, limit]
        )
    ]


def _share(part: int, whole: Any) -> float:
    return round(part / int(whole), 4) if whole else 0.0


def _with_shares(counts: list[Count]) -> list[Count]:
    total = sum(one.count for one in counts)
    return [replace(one, share=_share(one.count, total)) for one in counts]


def _kinds(rows: Rows, since: datetime | None, until: datetime | None) -> list[Count]:
    condition, values = _span("coalesce(received_at, seen_at)", (since, until), rows)
    statement = f"SELECT kind, count(*) FROM messages WHERE 1 = 1 {condition} GROUP BY 1 ORDER BY 2 DESC"
    return [Count("kind", kind, count) for kind, count in rows.rows(statement, values)]


def _authenticity(rows: Rows, since: datetime | None, until: datetime | None) -> list[Count]:
    """How far bounces are to be believed; those that were read without keys are not counted."""
    condition, values = _span("coalesce(received_at, seen_at)", (since, until), rows)
    verdict = json_text("authenticity", "authenticity", rows)
    statement = f"""
        SELECT {verdict}, count(*) FROM messages
        WHERE kind = 'bounce' AND {verdict} IS NOT NULL {condition}
        GROUP BY 1 ORDER BY 2 DESC, 1
    """
    return [Count("authenticity", name, count) for name, count in rows.rows(statement, values)]


def _states(rows: Rows, now: datetime) -> list[Count]:
    """Most addresses are suppressed, as a list imported them: counted as what is left of all."""
    statement = """
        SELECT 'left', status, count(*) FROM addresses WHERE status <> 'suppressed' GROUP BY 2
        UNION ALL SELECT 'ended', status, count(*) FROM addresses WHERE until <= ? GROUP BY 2
        UNION ALL SELECT 'all', '', count(*) FROM addresses
    """
    found = rows.rows(statement, [time_value(now, postgresql=rows.postgresql)])
    counts = Counter({status: count for what, status, count in found if what == "left"})
    counts[SUPPRESSED] = sum(count for what, _, count in found if what == "all") - counts.total()
    for what, status, count in found:
        if what == "ended":
            counts[status] -= count
            counts[ACTIVE] += count
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [Count("state", status, count) for status, count in ordered if count]


def _alerts(rows: Rows, since: datetime | None, until: datetime | None, limit: int) -> list[Count]:
    condition, values = _span("last_at", (since, until), rows)
    statement = f"""
        SELECT day, reason, receiver, sender, count FROM alerts
        WHERE 1 = 1 {condition} ORDER BY day DESC, count DESC, id LIMIT ?
    """
    return [
        Count(
            "alert", f"{day} {reason}: {receiver or 'somebody'} refuses {sender or 'us'}", count, block=count
        )
        for day, reason, receiver, sender, count in rows.rows(statement, [*values, limit])
    ]


def _span(column: str, span: tuple[datetime | None, datetime | None], rows: Rows) -> tuple[str, list[Any]]:
    """Conditions more, and their values: from the first time on, before the second."""
    text, values = "", []
    for sign, time in zip((">=", "<"), span, strict=True):
        if time is not None:
            text += f" AND {column} {sign} ?"
            values.append(time_value(time, postgresql=rows.postgresql))
    return text, values
