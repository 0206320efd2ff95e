"""The answer to "may I mail this address?"."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Answer(StrEnum):
    """What to do with an address now."""

    MAIL = "mail"
    #: Not before `Decision.until`.
    WAIT = "wait"
    DONT = "don't"
    #: What was asked for is no mail address.
    NO_ADDRESS = "no address"


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether an address may be mailed, and why not. True when it may."""

    #: As it was asked for.
    address: str
    answer: Answer
    #: "active" (nothing held against it), "review", "paused", "suppressed", "unknown" (never seen) or "none"
    #: (no address).
    status: str
    reason: str | None = None
    since: datetime | None = None
    #: When the pause or the suppression ends; None: not by itself.
    until: datetime | None = None
    #: Where the state comes from: "bounce", "complaint", "manual", "import:ses", …
    source: str | None = None
    #: What the deciding notice said: status, reply_code, diagnostic, remote_mta, message, …; `domain`
    #: ("@example.com") where the whole domain is suppressed; `problem` where it is no address.
    evidence: dict[str, Any] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.answer is Answer.MAIL

    def to_dict(self) -> dict[str, Any]:
        """The decision as plain JSON types."""
        return {
            "address": self.address,
            "answer": self.answer.value,
            "status": self.status,
            "reason": self.reason,
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "source": self.source,
            "evidence": self.evidence,
        }
