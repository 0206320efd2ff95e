"""Who may do what: the scopes of keys, and what a handler asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

#: What a key may be good for.
SCOPES = {
    "parse": "read messages and replies that are sent along: parse, classify, codes, reasons, providers",
    "read": "ask the database: check, suppressions, history, stats, report, metrics",
    "write": "change the suppression list",
    "ingest": "put messages and events into the database",
}
#: Of handlers that answer everybody.
OPEN = "open"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request: the name of the key, "" without keys."""

    name: str
    scopes: frozenset[str]


def needs(scope: str) -> dict[str, Any]:
    """Arguments of a handler that a key of this scope opens: `@get("/v1/…", **needs("read"))`."""
    return {"opt": {"scope": scope}, "security": [{} if scope == OPEN else {"key": [scope]}]}
