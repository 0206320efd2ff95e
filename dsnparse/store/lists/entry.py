"""One entry of the suppression list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dsnparse.store.changes.status import PAUSED, REVIEW, SUPPRESSED

#: What `list` can show.
STATES = (SUPPRESSED, PAUSED, REVIEW)


@dataclass(frozen=True, slots=True)
class Suppression:
    """An address on the list. `until` is None when it does not end by itself."""

    address: str
    reason: str
    since: datetime | None = None
    until: datetime | None = None
    source: str = "manual"
    by: str = ""
    note: str = ""
    status: str = SUPPRESSED
    #: What the deciding notice said.
    detail: dict[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        """The entry as plain JSON types; `address`, `reason`, `since`, `until` and `source` come first."""
        return {
            "address": self.address,
            "reason": self.reason,
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "source": self.source,
            "by": self.by,
            "note": self.note,
            "status": self.status,
            "detail": self.detail or {},
        }


@dataclass(frozen=True, slots=True)
class Listed:
    """What became of additions, removals or an import."""

    changed: int = 0
    #: They were so already, or more strictly.
    unchanged: int = 0
    #: Their end has passed.
    expired: int = 0

    def __add__(self, other: Listed) -> Listed:
        return Listed(
            self.changed + other.changed, self.unchanged + other.unchanged, self.expired + other.expired
        )
