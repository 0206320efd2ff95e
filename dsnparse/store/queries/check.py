"""May this address be mailed? One look-up for many, by their keys and their domains', and the clock for what
has ended."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from dsnparse.store.address.given import NotAnAddress, read_address
from dsnparse.store.changes.status import ACTIVE, PAUSED, REVIEW, SUPPRESSED
from dsnparse.store.policy.terms import Terms
from dsnparse.store.queries.answer import Answer, Decision
from dsnparse.store.sql.rows import Rows, one_of, read_json, read_time

#: Addresses in one look-up. Each has at least two keys; older SQLite takes 999 values.
AT_ONCE = 240
_KEYS_AT_ONCE = 480

_STRICTNESS = (ACTIVE, REVIEW, PAUSED, SUPPRESSED)
_ANSWERS = {SUPPRESSED: Answer.DONT, PAUSED: Answer.WAIT}

Row = Any


def check(rows: Rows, terms: Terms, address: str, now: datetime) -> Decision:
    """The decision about one address, or a whole domain, as of `now`.

    What is held against the whole domain of an address is held against it, where that is more than its own.
    """
    return next(iter(check_some(rows, terms, [address], now)))


def check_some(rows: Rows, terms: Terms, addresses: Iterable[str], now: datetime) -> list[Decision]:
    """The decisions about at most `AT_ONCE` addresses, in their order, by one look-up."""
    identity, stored = terms.policy.addresses, terms.privacy.stored
    asked: list[tuple[str, tuple[str, ...], str, str] | Decision] = []
    for address in addresses:
        try:
            given = read_address(address)
        except NotAnAddress as problem:
            asked.append(Decision(address, Answer.NO_ADDRESS, "none", evidence={"problem": str(problem)}))
            continue
        domain = identity.domain_key(given)
        own = tuple(stored(key) for key in identity.keys(given))
        asked.append((address, own, domain, stored(domain)))
    wanted = {key: None for one in asked if not isinstance(one, Decision) for key in (*one[1], one[3])}
    found = _find(rows, list(wanted))
    return [one if isinstance(one, Decision) else _decide(*one, found, now) for one in asked]


def _find(rows: Rows, keys: list[str]) -> dict[str, Row]:
    """What is known of these keys."""
    found: dict[str, Row] = {}
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        some = keys[start : start + _KEYS_AT_ONCE]
        condition, values = one_of('"key"', some, postgresql=rows.postgresql)
        statement = (
            f'SELECT "key", status, reason, since, until, source, detail FROM addresses WHERE {condition}'
        )
        found.update((row[0], row) for row in rows.rows(statement, values))
    return found


def _decide(
    address: str, keys: tuple[str, ...], domain: str, of_domain: str, found: dict[str, Row], now: datetime
) -> Decision:
    """The decision by the rows that were found; `of_domain`: the key of the domain as it is stored."""
    of_it = [found[key] for key in (*keys, of_domain) if key in found]
    if not of_it:
        return Decision(address, Answer.MAIL, "unknown")
    standing = [row for row in of_it if row[4] is None or cast("datetime", read_time(row[4])) > now]
    strictest = max(standing, key=lambda row: (_STRICTNESS.index(row[1]), row[0] != of_domain), default=None)
    if strictest is None or strictest[1] == ACTIVE:
        return Decision(address, Answer.MAIL, ACTIVE)
    key, status, reason, since, until, source, detail = strictest
    evidence = read_json(detail) or {}
    if key == of_domain:
        evidence = {"domain": domain, **evidence}
    answer = _ANSWERS.get(status, Answer.MAIL)
    return Decision(address, answer, status, reason, read_time(since), read_time(until), source, evidence)
