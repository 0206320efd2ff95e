"""One line of the journal, as hooks and callers see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """An address changed its state, or an alert was raised for the sender."""

    #: "address.suppressed", "address.paused", "address.review", "address.released" or "sender.alert".
    event: str
    #: None for an alert. In a store with hashed addresses: the hash.
    address: str | None
    #: The states before and after: "active", "review", "paused", "suppressed"; empty for an alert.
    before: str
    after: str
    reason: str
    #: When the notice that caused it happened.
    at: datetime
    until: datetime | None
    #: "bounce", "complaint", "manual", "import:ses", "expiry", …
    source: str
    #: What the deciding notice said, or the numbers of an alert.
    detail: dict[str, Any]
    #: The same for the same change, whenever and however often it is delivered.
    key: str

    def to_dict(self) -> dict[str, Any]:
        """The change as plain JSON types."""
        return {
            "id": self.key,
            "event": self.event,
            "address": self.address,
            "before": self.before,
            "after": self.after,
            "reason": self.reason,
            "at": self.at.isoformat(),
            "until": self.until.isoformat() if self.until else None,
            "source": self.source,
            "detail": self.detail,
        }
