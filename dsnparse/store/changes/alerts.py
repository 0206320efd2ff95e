"""Refusals that are the sender's affair: counted by day, reason, receiver and sending domain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter

from sqlalchemy import Connection, func

from dsnparse.store.sql.dialect import insert
from dsnparse.store.sql.schema import alerts
from dsnparse.store.sql.values import clean

_LONGEST = 200

#: day, reason, receiver, sender
Key = tuple[str, ...]
_KEY = ("day", "reason", "receiver", "sender")


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refusal: when, and what the receiver said."""

    at: datetime
    diagnostic: str = ""


#: The refusals of a batch under each key, in the order in which they were read.
Refusals = dict[Key, list[Refusal]]


def alert_key(sender: str, reason: str, receiver: str | None, at: datetime) -> Key:
    """What a refusal is counted under. `receiver`: a provider's name, a domain or a host; `sender`: see
    `Prepared`."""
    return (at.date().isoformat(), reason, clean(receiver or "", _LONGEST), sender)


def write_alerts(
    connection: Connection, found: Refusals, threshold: int
) -> Iterator[tuple[Key, Refusal, int]]:
    """Add refusals to the counts; yield each key that reached the threshold, with the refusal that did it.

    In the order of their keys, so that two workers lock the rows in the same order.
    """
    if not found:
        return
    rows = [
        {
            **dict(zip(_KEY, key, strict=True)),
            "count": len(refusals),
            "first_at": min(refusal.at for refusal in refusals),
            "last_at": max(refusal.at for refusal in refusals),
            "diagnostic": refusals[0].diagnostic,
        }
        for key, refusals in sorted(found.items(), key=itemgetter(0))
    ]
    statement = insert(connection, alerts)
    new = statement.excluded
    sqlite = connection.dialect.name == "sqlite"
    least, most = (func.min, func.max) if sqlite else (func.least, func.greatest)
    statement = statement.on_conflict_do_update(
        index_elements=_KEY,
        set_={
            "count": alerts.c.count + new.count,
            "first_at": least(alerts.c.first_at, new.first_at),
            "last_at": most(alerts.c.last_at, new.last_at),
        },
    ).returning(*(alerts.c[name] for name in (*_KEY, "count")))
    for *key, count in sorted(connection.execute(statement, rows).all()):
        refusals = found[tuple(key)]
        before = count - len(refusals)
        if before < threshold <= count:
            yield tuple(key), refusals[threshold - before - 1], threshold
