"""May this address be mailed? One look-up, by its key and its domain's, and the clock for what has ended."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from dsnparse.store.address.given import NotAnAddress, read_address
from dsnparse.store.changes.state import ACTIVE, PAUSED, REVIEW, SUPPRESSED
from dsnparse.store.policy.terms import Terms
from dsnparse.store.queries.answer import Answer, Decision
from dsnparse.store.sql.schema import addresses

_STATEMENT = select(
    addresses.c.key,
    addresses.c.status,
    addresses.c.reason,
    addresses.c.since,
    addresses.c.until,
    addresses.c.source,
    addresses.c.detail,
).where(addresses.c.key.in_(bindparam("keys", expanding=True)))

_STRICTNESS = (ACTIVE, REVIEW, PAUSED, SUPPRESSED)
_ANSWERS = {SUPPRESSED: Answer.DONT, PAUSED: Answer.WAIT}


def check(connection: Connection, terms: Terms, address: str, now: datetime) -> Decision:
    """The decision about one address, or a whole domain, as of `now`.

    What is held against the whole domain of an address is held against it, where that is more than its own.
    """
    identity = terms.policy.addresses
    try:
        given = read_address(address)
    except NotAnAddress as problem:
        return Decision(address, Answer.NO_ADDRESS, "none", evidence={"problem": str(problem)})
    keys = [terms.privacy.stored(key) for key in identity.keys(given)]
    domain = identity.domain_key(given)
    of_domain = terms.privacy.stored(domain)
    rows = connection.execute(_STATEMENT, {"keys": [*keys, of_domain]}).all()
    if not rows:
        return Decision(address, Answer.MAIL, "unknown")
    standing = [row for row in rows if row.until is None or row.until > now]
    row = max(standing, key=lambda row: (_STRICTNESS.index(row.status), row.key != of_domain), default=None)
    if row is None or row.status == ACTIVE:
        return Decision(address, Answer.MAIL, ACTIVE)
    _, status, reason, since, until, source, detail = row
    answer = _ANSWERS.get(status, Answer.MAIL)
    evidence = {"domain": domain, **(detail or {})} if row.key == of_domain else detail or {}
    return Decision(address, answer, status, reason, since, until, source, evidence)
