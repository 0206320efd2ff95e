"""Which messages the store has already, and what it says of them: they need not be parsed again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from dsnparse.model import Kind
from dsnparse.store.sql.rows import Rows, one_of
from dsnparse.understood import GOOD_NEWS, LOW_CONFIDENCE

_GOOD = ", ".join(f"'{action.value}'" for action in GOOD_NEWS)
#: `is_understood`, in SQL: the records that a person should look at.
DOUBTFUL = f"""
    coalesce(r.action, '') NOT IN ({_GOOD}) AND (r.reason = 'undefined' OR r.confidence < {LOW_CONFIDENCE})
"""
#: The same of a message `m`, as a condition.
NOT_UNDERSTOOD = f"""(
    m.kind = 'other' OR (m.kind = 'bounce' AND NOT EXISTS (SELECT 1 FROM records r WHERE r.message_id = m.id))
    OR (m.kind IN ('bounce', 'delay')
        AND EXISTS (SELECT 1 FROM records r WHERE r.message_id = m.id AND {DOUBTFUL}))
)"""


class Known(NamedTuple):
    """A message that was stored before."""

    kind: Kind
    #: Whether a person need not look at it; see `is_understood`.
    understood: bool


def find_known(rows: Rows, digests: Sequence[str]) -> Mapping[str, Known]:
    """Those of some hundred messages that the store has, by their identities.

    Without bounces that have no record (any more): what they say is known by parsing them.
    """
    if not digests:
        return {}
    condition, values = one_of("m.digest", digests, postgresql=rows.postgresql)
    statement = f"""
        SELECT m.digest, m.kind, count(r.id), count(CASE WHEN {DOUBTFUL} THEN 1 END)
        FROM messages m LEFT JOIN records r ON r.message_id = m.id
        WHERE {condition} GROUP BY m.digest, m.kind
    """
    return {
        digest: Known(Kind(kind), _is_understood(kind, doubtful))
        for digest, kind, number, doubtful in rows.rows(statement, values)
        if number or kind != Kind.BOUNCE
    }


def _is_understood(kind: str, doubtful: int) -> bool:
    if kind == Kind.OTHER:
        return False
    return kind not in (Kind.BOUNCE, Kind.DELAY) or not doubtful
