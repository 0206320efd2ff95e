"""What goes into the store (`Seen`) and what comes of it (`AddResult`, `Change`)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dsnparse.model import Report


@dataclass(frozen=True, slots=True)
class Seen:
    """One message that was read.

    `data_digest`: the message's identity, from `message_identity` or `event_identity` (bytes are written
    as hexadecimal). `source`: the mailbox it came from, for the reader of the history. `report`: what
    `parse_dsn` says. `received`: when the message was written or received (its Date, or the mailbox's own
    date), aware; None when that is unknown. It dates the failure when the report itself does not.
    """

    data_digest: bytes | str
    source: str
    report: Report
    received: datetime | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.data_digest, (bytes, str)) or not self.data_digest:
            raise TypeError("data_digest must be bytes or text, and not empty: use message_identity(data)")
        if self.received is not None and self.received.tzinfo is None:
            raise ValueError("received must be an aware datetime (with a time zone)")

    @property
    def digest(self) -> str:
        """The identity as text."""
        return self.data_digest.hex() if isinstance(self.data_digest, bytes) else self.data_digest


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the journal: an address changed its state, or an alert was raised for the sender."""

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


@dataclass(frozen=True, slots=True)
class AddResult:
    """What became of one batch."""

    #: Messages that were new.
    added: int = 0
    #: Messages that the store had already, or that stood twice in the batch.
    duplicates: int = 0
    #: Records written.
    records: int = 0
    changes: tuple[Change, ...] = ()
