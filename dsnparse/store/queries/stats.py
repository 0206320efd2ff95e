"""Counts: by reason, type, provider, domain, day, kind of notice; addresses by state; alerts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Text, cast, func, literal, select
from sqlalchemy.sql.elements import ColumnElement

from dsnparse.store.changes.state import ACTIVE
from dsnparse.store.sql.schema import addresses, alerts, messages, records

#: What records and messages can be counted by.
BY = ("reason", "type", "provider", "domain", "day", "kind", "authenticity", "state", "alert")


@dataclass(frozen=True, slots=True)
class Count:
    """One line of statistics."""

    #: One of BY.
    by: str
    name: str
    count: int
    #: Of the type or the reason, where that says more: the share of hard, soft, block and undetermined.
    hard: int = 0
    soft: int = 0
    block: int = 0
    undetermined: int = 0

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON types."""
        return {name: getattr(self, name) for name in self.__slots__}


def stats(
    connection: Connection, by: str, *, since: datetime | None, now: datetime, limit: int
) -> list[Count]:
    """The most frequent values, most frequent first; days and alerts latest first."""
    match by:
        case "reason":
            return _records(connection, by, records.c.reason, since, limit)
        case "type":
            return _records(connection, by, records.c.bounce_type, since, limit)
        case "provider":
            return _records(connection, by, func.coalesce(records.c.provider, literal("other")), since, limit)
        case "domain":
            return _records(connection, by, addresses.c.domain, since, limit)
        case "day":
            return _records(connection, by, _day(connection), since, limit)
        case "kind":
            return _kinds(connection, since)
        case "authenticity":
            return _authenticity(connection, since)
        case "state":
            return _states(connection, now)
        case "alert":
            return _alerts(connection, since, limit)
    raise ValueError(f"There are no statistics by {by!r}; there are {', '.join(BY)}")


def _day(connection: Connection) -> ColumnElement[str]:
    if connection.dialect.name == "postgresql":
        return func.to_char(func.timezone("UTC", records.c.happened_at), "YYYY-MM-DD")
    return func.substr(cast(records.c.happened_at, Text), 1, 10)


def _records(
    connection: Connection, by: str, name: ColumnElement[Any], since: datetime | None, limit: int
) -> list[Count]:
    """Failures only: the records of bounces."""
    types = [
        func.count().filter(records.c.bounce_type == kind)
        for kind in ("hard", "soft", "block", "undetermined")
    ]
    name = name.label("name")
    statement = (
        select(name, func.count().label("number"), *types)
        .select_from(records)
        .join(messages, messages.c.id == records.c.message_id)
        .where(messages.c.kind == "bounce")
        .group_by(name)
        .order_by(name.desc() if by == "day" else func.count().desc(), name)
        .limit(limit)
    )
    if by == "domain":
        statement = statement.join(addresses, addresses.c.id == records.c.address_id)
    if since is not None:
        statement = statement.where(records.c.happened_at >= since)
    return [Count(by, *row) for row in connection.execute(statement)]


def _kinds(connection: Connection, since: datetime | None) -> list[Count]:
    statement = select(messages.c.kind, func.count()).group_by(messages.c.kind).order_by(func.count().desc())
    if since is not None:
        statement = statement.where(func.coalesce(messages.c.received_at, messages.c.seen_at) >= since)
    return [Count("kind", kind, count) for kind, count in connection.execute(statement)]


def _authenticity(connection: Connection, since: datetime | None) -> list[Count]:
    """How far bounces are to be believed; those that were read without keys are not counted."""
    verdict = messages.c.authenticity["authenticity"].as_string().label("verdict")
    statement = (
        select(verdict, func.count())
        .where(messages.c.kind == "bounce", messages.c.authenticity.is_not(None))
        .group_by(verdict)
        .order_by(func.count().desc(), verdict)
    )
    if since is not None:
        statement = statement.where(func.coalesce(messages.c.received_at, messages.c.seen_at) >= since)
    return [Count("authenticity", name, count) for name, count in connection.execute(statement)]


def _states(connection: Connection, now: datetime) -> list[Count]:
    statement = (
        select(addresses.c.status, func.count(), func.count().filter(addresses.c.until <= now))
        .group_by(addresses.c.status)
        .order_by(func.count().desc(), addresses.c.status)
    )
    counts: dict[str, int] = {}
    for status, count, ended in connection.execute(statement):
        counts[status] = counts.get(status, 0) + count - ended
        if ended:
            counts[ACTIVE] = counts.get(ACTIVE, 0) + ended
    return [Count("state", status, count) for status, count in counts.items() if count]


def _alerts(connection: Connection, since: datetime | None, limit: int) -> list[Count]:
    statement = (
        select(alerts.c.day, alerts.c.reason, alerts.c.receiver, alerts.c.sender, alerts.c.count)
        .order_by(alerts.c.day.desc(), alerts.c.count.desc(), alerts.c.id)
        .limit(limit)
    )
    if since is not None:
        statement = statement.where(alerts.c.last_at >= since)
    return [
        Count(
            "alert", f"{day} {reason}: {receiver or 'somebody'} refuses {sender or 'us'}", count, block=count
        )
        for day, reason, receiver, sender, count in connection.execute(statement)
    ]
