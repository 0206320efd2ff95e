"""The suppression list, shown: a question that changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from dsnparse.store.address.normalize import fold_domain
from dsnparse.store.changes.status import SUPPRESSED
from dsnparse.store.lists.entry import Suppression
from dsnparse.store.sql.rows import Rows, one_of, read_json, read_time, time_value


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
    statement = f"""
        SELECT
            coalesce(nullif(address, ''), "key"), reason, since, until, source, by_whom, note, status, detail
        FROM addresses WHERE {" AND ".join(conditions)} ORDER BY domain, "key"
    """  # noqa: S608
    for address, reason, since, until, source, by, note, status, detail in rows.stream(statement, values):
        yield Suppression(
            address,
            reason,
            read_time(since),
            read_time(until),
            source,
            by or "policy",
            note,
            status,
            read_json(detail),
        )
