"""Refusals that are the sender's affair: counted by day, reason, receiver and sending domain."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter

from sqlalchemy import Connection, func

from dsnparse.model import Report
from dsnparse.store.addresses import fold_domain
from dsnparse.store.dialect import insert
from dsnparse.store.schema import alerts
from dsnparse.store.text import clean

_LONGEST = 200

#: day, reason, receiver, sender
Key = tuple[str, ...]
_KEY = ("day", "reason", "receiver", "sender")


@dataclass(slots=True)
class Alert:
    """The refusals of one day, for one reason, by one receiver, of one sending domain."""

    count: int
    first_at: datetime
    last_at: datetime
    diagnostic: str


def alert_key(report: Report, reason: str, receiver: str | None, at: datetime) -> Key:
    """What a refusal is counted under. `receiver`: a provider's name, a domain or a host."""
    return (at.date().isoformat(), str(reason), clean(receiver or "", _LONGEST), _sender(report))


def count_alert(found: dict[Key, Alert], key: Key, at: datetime, diagnostic: str = "") -> None:
    """Count one refusal into `found`."""
    alert = found.get(key)
    if alert is None:
        found[key] = Alert(1, at, at, diagnostic)
    else:
        alert.count += 1
        alert.first_at, alert.last_at = min(alert.first_at, at), max(alert.last_at, at)


def write_alerts(
    connection: Connection, found: dict[Key, Alert], threshold: int
) -> Iterator[tuple[Key, Alert, int]]:
    """Add the counts to the database; yield those that reached the threshold now, with their new count.

    In the order of their keys, so that two workers lock the rows in the same order.
    """
    if not found:
        return
    rows = [
        {
            **dict(zip(_KEY, key, strict=True)),
            "count": alert.count,
            "first_at": alert.first_at,
            "last_at": alert.last_at,
            "diagnostic": alert.diagnostic,
        }
        for key, alert in sorted(found.items(), key=itemgetter(0))
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
    for *key, count in connection.execute(statement, rows).all():
        alert = found[tuple(key)]
        if count - alert.count < threshold <= count:
            yield tuple(key), alert, count


def _sender(report: Report) -> str:
    for address in (report.original.return_path, report.original.from_):
        domain = (address or "").rpartition("@")[2].strip(" <>\"'\t\r\n")
        if domain:
            return clean(fold_domain(domain), _LONGEST)
    return ""
