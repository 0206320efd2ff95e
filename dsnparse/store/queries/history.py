"""What happened to one address: its notices and the changes of its state, in order of time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dsnparse.store.address.given import read_address
from dsnparse.store.changes.past_events import LISTED
from dsnparse.store.policy.terms import Terms
from dsnparse.store.sql.rows import Rows, one_of, read_json, read_time

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
_OF_RECORD = (*_NOTICE_FIELDS, "happened_at", "bounce_type", "reason")
_OF_MESSAGE = ("kind", "source", "digest", "feedback_type", "reporting_mta", "authenticity")
_NOTICE_COLUMNS = (*_OF_RECORD, *_OF_MESSAGE)
_NOTICES = f"""
    SELECT {", ".join(f"r.{name}" for name in _OF_RECORD)}, {", ".join(f"m.{name}" for name in _OF_MESSAGE)}
    FROM records r JOIN messages m ON m.id = r.message_id
    WHERE r.address_id = ? OR r.mailed_id = ? ORDER BY r.id
"""
_CHANGES = """
    SELECT happened_at, "before", "after", reason, until, source, by_whom, detail
    FROM journal WHERE address_id = ? ORDER BY id
"""
#: The change that its row alone tells of.
_LISTED = f"""
    SELECT since, 'active', status, reason, until, source, by_whom, detail
    FROM addresses WHERE id = ? AND past = '{LISTED}'
"""


def history(rows: Rows, terms: Terms, address: str) -> list[Happening]:
    """Everything that the store holds about an address and its whole domain, oldest first.

    Empty when both are unknown. Raise NotAnAddress when it is none.
    """
    identity, given = terms.policy.addresses, read_address(address)
    keys = {terms.privacy.stored(key): key for key in (*identity.keys(given), identity.domain_key(given))}
    condition, values = one_of('"key"', sorted(keys), postgresql=rows.postgresql)
    statement = f'SELECT id, "key" FROM addresses WHERE {condition}'
    found: list[Happening] = []
    for number, key in rows.rows(statement, values):
        domain = keys[key] if keys[key].startswith("@") else ""
        found += [*_notices(rows, number), *_changes(rows, number, domain)]
    return sorted(found, key=lambda happening: (happening.at, happening.what != NOTICE))


def _notices(rows: Rows, number: int) -> list[Happening]:
    found = rows.rows(_NOTICES, [number, number])
    return [_notice(dict(zip(_NOTICE_COLUMNS, row, strict=True))) for row in found]


def _notice(row: dict[str, Any]) -> Happening:
    row["evidence"] = read_json(row["evidence"])
    bounced = row["kind"] == "bounce"
    return Happening(
        at=_time(row["happened_at"]),
        what=NOTICE,
        kind=row["kind"],
        type=row["bounce_type"] if bounced else (row["feedback_type"] or row["action"] or ""),
        reason=row["reason"],
        source=row["source"],
        detail=_present(
            {name: row[name] for name in _NOTICE_FIELDS}
            | {"reporting_mta": row["reporting_mta"], "notice": row["digest"]}
            | (read_json(row["authenticity"]) or {})
        ),
    )


def _changes(rows: Rows, number: int, domain: str) -> list[Happening]:
    """The changes of one address; of a whole domain, which their detail then names."""
    return [
        Happening(
            at=_time(at),
            what=CHANGE,
            kind=after,
            type=before,
            reason=reason,
            until=read_time(until),
            source=source if by in ("", "policy") else f"{source} by {by}",
            detail={"domain": domain, **(read_json(detail) or {})} if domain else read_json(detail),
        )
        for at, before, after, reason, until, source, by, detail in (
            *rows.rows(_LISTED, [number]),
            *rows.rows(_CHANGES, [number]),
        )
    ]


def _time(value: Any) -> datetime:
    time = read_time(value)
    assert time is not None  # NOT NULL
    return time


def _present(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
