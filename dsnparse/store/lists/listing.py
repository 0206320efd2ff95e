"""The suppression list, shown: a question that changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from dsnparse.store.address.normalize import fold_domain
from dsnparse.store.changes.status import ACTIVE, SUPPRESSED
from dsnparse.store.lists.entry import Suppression
from dsnparse.store.sql.rows import Rows, one_of, read_json, read_time, time_value

#: By domain and address, by the numbers of their letters: the same with every database, and PostgreSQL sorts
#: so in two thirds of the time that its collations take.
_ORDER = {True: 'domain COLLATE "C", "key" COLLATE "C"', False: 'domain, "key"'}


def entries(
    rows: Rows,
    now: datetime,
    *,
    states: Sequence[str] = (SUPPRESSED,),
    reasons: Sequence[str] = (),
    sources: Sequence[str] = (),
    domain: str | None = None,
) -> Iterator[Suppression]:
    """The addresses in these states now, by domain and address, a stream."""
    conditions, values = _conditions(rows, now, states, reasons, sources, domain)
    order = _ORDER[rows.postgresql]
    statement = f"SELECT {_COLUMNS} FROM addresses WHERE {conditions} ORDER BY {order}"  # noqa: S608
    yield from map(_entry, rows.stream(statement, values))


def page(
    rows: Rows,
    now: datetime,
    *,
    after: int,
    limit: int,
    states: Sequence[str] = (SUPPRESSED,),
    reasons: Sequence[str] = (),
    sources: Sequence[str] = (),
    domain: str | None = None,
) -> tuple[list[Suppression], int | None]:
    """The same in parts of `limit`, in the order in which the addresses were first heard of.

    `after`: what the part before came with, 0 for the first. What comes with it is None at the end.
    """
    conditions, values = _conditions(rows, now, states, reasons, sources, domain)
    statement = f"SELECT {_COLUMNS}, id FROM addresses WHERE {conditions} AND id > ? ORDER BY id LIMIT ?"  # noqa: S608
    found = list(rows.rows(statement, [*values, after, limit + 1]))
    following = found[limit - 1][-1] if len(found) > limit else None
    return [_entry(row[:-1]) for row in found[:limit]], following


def search(rows: Rows, now: datetime, text: str, limit: int) -> list[Suppression]:
    """The addresses that contain a text in whatever case, in any state; at most `limit`.

    They come by domain and address. All are read, so it is for a person; of hashes none is found.
    """
    if "\0" in text:  # in no address, and no value for PostgreSQL
        return []
    like = text.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    found = rows.rows(
        f"""SELECT {_COLUMNS} FROM addresses
            WHERE lower("key") LIKE lower(CAST(? AS TEXT)) ESCAPE '\\'
                OR lower(address) LIKE lower(CAST(? AS TEXT)) ESCAPE '\\'
            ORDER BY {_ORDER[rows.postgresql]} LIMIT ?""",  # noqa: S608
        [f"%{like}%", f"%{like}%", limit],
    )
    return [_now(_entry(row), now) for row in found]


def _now(entry: Suppression, now: datetime) -> Suppression:
    """An entry as it holds now: of what has ended no more is told than of what was lifted."""
    if entry.until is None or entry.until > now:
        return entry
    return Suppression(entry.address, "", source="", by="policy", status=ACTIVE)


_COLUMNS = """
    coalesce(nullif(address, ''), "key"), reason, since, until, source, by_whom, note, status, detail
"""


def _conditions(
    rows: Rows,
    now: datetime,
    states: Sequence[str],
    reasons: Sequence[str],
    sources: Sequence[str],
    domain: str | None,
) -> tuple[str, list[Any]]:
    conditions = ["(until IS NULL OR until > ?)"]
    values: list[Any] = [time_value(now, postgresql=rows.postgresql)]
    for column, wanted in (("status", states), ("reason", reasons), ("source", sources)):
        if wanted or column == "status":
            condition, given = one_of(column, wanted, postgresql=rows.postgresql)
            conditions.append(condition)
            values += given
    if domain:
        conditions.append("domain = ?")
        values.append(fold_domain(domain.strip().removeprefix("@")))
    return " AND ".join(conditions), values


def _entry(row: Sequence[Any]) -> Suppression:
    address, reason, since, until, source, by, note, status, detail = row
    return Suppression(
        address,
        reason,
        read_time(since),
        None if until is None else read_time(until),
        source,
        by or "policy",
        note,
        status,
        None if detail is None else read_json(detail),
    )
