"""May this address be mailed? One look-up by key, and the clock for what has ended."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from dsnparse.store.changes.state import ACTIVE, PAUSED, SUPPRESSED
from dsnparse.store.policy.terms import Terms
from dsnparse.store.queries.answer import Answer, Decision
from dsnparse.store.sql.schema import addresses

_STATEMENT = select(
    addresses.c.status,
    addresses.c.reason,
    addresses.c.since,
    addresses.c.until,
    addresses.c.source,
    addresses.c.detail,
).where(addresses.c.key == bindparam("key"))

_ANSWERS = {SUPPRESSED: Answer.DONT, PAUSED: Answer.WAIT}


def check(connection: Connection, terms: Terms, address: str, now: datetime) -> Decision:
    """The decision about one address, as of `now`."""
    key = terms.privacy.stored(terms.policy.addresses.key(address))
    row = connection.execute(_STATEMENT, {"key": key}).first()
    if row is None:
        return Decision(address, Answer.MAIL, "unknown")
    status, reason, since, until, source, detail = row
    if status == ACTIVE or (until is not None and until <= now):
        return Decision(address, Answer.MAIL, ACTIVE)
    return Decision(
        address, _ANSWERS.get(status, Answer.MAIL), status, reason, since, until, source, detail or {}
    )
