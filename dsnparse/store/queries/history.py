"""What happened to one address: its notices and the changes of its state, in order of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, or_, select

from dsnparse.store.address.given import read_address
from dsnparse.store.policy.terms import Terms
from dsnparse.store.sql.schema import addresses, journal, messages, records

NOTICE, CHANGE = "notice", "change"


@dataclass(frozen=True, slots=True)
class Happening:
    """A notice that was read, or a change of the address's state."""

    at: datetime
    #: "notice" or "change".
    what: str
    #: The kind of the message (bounce, delay, …), or the state after the change.
    kind: str
    #: The type of a bounce, or the state before the change.
    type: str
    reason: str
    until: datetime | None = None
    #: The mailbox of a notice; who changed the state.
    source: str = ""
    #: The notice's fields, or the change's detail.
    detail: dict[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON types."""
        return {
            "at": self.at.isoformat(),
            "what": self.what,
            "kind": self.kind,
            "type": self.type,
            "reason": self.reason,
            "until": self.until.isoformat() if self.until else None,
            "source": self.source,
            "detail": self.detail or {},
        }


_NOTICE_FIELDS = (
    "recipient",
    "original_recipient",
    "actual_recipient",
    "action",
    "status",
    "reply_code",
    "diagnostic",
    "remote_mta",
    "provider",
    "confidence",
    "advice",
    "evidence",
)


def history(connection: Connection, terms: Terms, address: str) -> list[Happening]:
    """Everything that the store holds about an address and its whole domain, oldest first.

    Empty when both are unknown. Raise NotAnAddress when it is none.
    """
    identity, given = terms.policy.addresses, read_address(address)
    keys = {terms.privacy.stored(key): key for key in (*identity.keys(given), identity.domain_key(given))}
    rows = connection.execute(
        select(addresses.c.id, addresses.c.key).where(addresses.c.key.in_(sorted(keys)))
    )
    found: list[Happening] = []
    for row in rows.all():
        domain = keys[row.key] if keys[row.key].startswith("@") else ""
        found += [*_notices(connection, row.id), *_changes(connection, row.id, domain)]
    return sorted(found, key=lambda happening: (happening.at, happening.what != NOTICE))


def _notices(connection: Connection, number: int) -> list[Happening]:
    rows = connection.execute(
        select(
            records,
            messages.c.kind,
            messages.c.source,
            messages.c.digest,
            messages.c.feedback_type,
            messages.c.reporting_mta,
            messages.c.authenticity,
        )
        .join(messages, messages.c.id == records.c.message_id)
        .where(or_(records.c.address_id == number, records.c.mailed_id == number))
        .order_by(records.c.id)
    ).all()
    return [
        Happening(
            at=row.happened_at,
            what=NOTICE,
            kind=row.kind,
            type=row.bounce_type if row.kind == "bounce" else (row.feedback_type or row.action or ""),
            reason=row.reason,
            source=row.source,
            detail=_present(
                {name: getattr(row, name) for name in _NOTICE_FIELDS}
                | {"reporting_mta": row.reporting_mta, "notice": row.digest}
                | (row.authenticity or {})
            ),
        )
        for row in rows
    ]


def _changes(connection: Connection, number: int, domain: str) -> list[Happening]:
    """The changes of one address; of a whole domain, which their detail then names."""
    rows = connection.execute(
        select(journal).where(journal.c.address_id == number).order_by(journal.c.id)
    ).all()
    return [
        Happening(
            at=row.happened_at,
            what=CHANGE,
            kind=row.after,
            type=row.before,
            reason=row.reason,
            until=row.until,
            source=row.source if row.by_whom in ("", "policy") else f"{row.source} by {row.by_whom}",
            detail={"domain": domain, **(row.detail or {})} if domain else row.detail,
        )
        for row in rows
    ]


def _present(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
