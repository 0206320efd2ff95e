"""One entry of the suppression list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from dsnparse.store.changes.status import PAUSED, REVIEW, SUPPRESSED
from dsnparse.wire.quickly import made_quickly

#: What `list` can show.
STATES = (SUPPRESSED, PAUSED, REVIEW)


@made_quickly
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


class Would(StrEnum):
    """What an entry would do to our list."""

    ADD = "add"
    CHANGE = "change"
    SAME = "same"
    #: It was taken off our list after the entry was made.
    STAY_OFF = "stay_off"
    #: Its end has passed.
    ENDED = "ended"
    #: It is on our list, and not in the other one.
    MISSING = "missing"


class Difference(NamedTuple):
    """One address, as the other list has it and as ours does."""

    would: Would
    address: str
    reason: str
    until: datetime | None = None
    #: Ours now: "active" where nothing is held against it, and the reason.
    status: str = ""
    our_reason: str = ""
    our_until: datetime | None = None
