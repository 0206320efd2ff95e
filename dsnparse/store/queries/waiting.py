"""What hooks have not been told yet."""

from __future__ import annotations

from dsnparse.store.sql.rows import Rows

_STATEMENT = """
    SELECT target, count(*), max(attempts), max(error) FROM outbox GROUP BY target ORDER BY target
"""


def waiting(rows: Rows) -> list[tuple[str, int, int, str]]:
    """For each hook: its name, messages that wait, the most attempts, the last error."""
    return [(target, count, attempts, error) for target, count, attempts, error in rows.rows(_STATEMENT)]
