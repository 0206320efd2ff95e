"""What an address has been through, and where it stands: the values that `fold.py` makes one of the other.

Times are seconds of the epoch, in milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import blake2b

from dsnparse.store.changes.status import ACTIVE, SUPPRESSED
from dsnparse.wire.quickly import made_quickly

_SHORTEST_ID = 8


class What(StrEnum):
    """What happened, as far as the state of an address is concerned."""

    HARD = "hard"
    #: Hard, but only a second notice can make it count (an alias whose member failed).
    HARD_TWICE = "hard_twice"
    SOFT = "soft"
    #: Soft because the mailbox is full.
    FULL = "full"
    REVIEW = "review"
    COMPLAINT = "complaint"
    #: A complaint that came as mail, which anybody can send, or that names several who may have complained.
    COMPLAINT_IN_DOUBT = "complaint_in_doubt"
    SUCCESS = "success"
    #: Somebody put the address on the list.
    ADDED = "added"
    #: Somebody took it off: what happened before does not count any more.
    LIFTED = "lifted"


@made_quickly
@dataclass(frozen=True, slots=True, order=True)
class Event:
    """One thing that happened to an address."""

    at: float
    #: What names it: the message's identity and the record's position, or a name of its own.
    ref: str
    what: What
    reason: str = ""
    #: The operator's look-up knows the message that came back.
    known: bool = False
    #: ADDED: when it ends.
    until: float | None = None
    source: str = "bounce"
    #: The message that came back, as `message_mark` has it; empty when the notice does not tell.
    message: str = ""


@made_quickly
@dataclass(frozen=True, slots=True)
class State:
    """Where an address stands, and what has to be remembered for the next event."""

    status: str = ACTIVE
    reason: str = ""
    since: float = 0
    until: float | None = None
    source: str = ""
    #: The event that decided.
    ref: str = ""
    #: Soft failures within the window.
    soft: tuple[float, ...] = ()
    #: The last messages that were counted as soft failures.
    counted: tuple[str, ...] = ()
    #: Soft failures since the last delivery, however far apart.
    row: int = 0
    #: How many pauses there were, and when the last one ends.
    pauses: int = 0
    pause_end: float = 0
    full_since: float | None = None
    full_last: float = 0
    #: A notice that waits for a second one: when, and what it was; whether it is a complaint or a failure;
    #: the message that it is about.
    waiting: tuple[float, str] | None = None
    waiting_for: str = ""
    waiting_message: str = ""
    #: A success that may yet turn out to be none.
    success: float | None = None
    #: Nothing up to here counts.
    lifted: float = 0

    def at(self, now: float) -> State:
        """The state when nothing happens until `now`: pauses, reviews and suppressions end."""
        if self.until is None or now < self.until:
            return self
        if self.status == SUPPRESSED:
            return State(lifted=self.lifted)
        return replace(self, status=ACTIVE, reason="", since=0, until=None, source="", ref="")

    @property
    def visible(self) -> tuple[str, str, float, float | None, str]:
        """What a change of makes a line in the journal."""
        until = None if self.until is None else round(self.until, 3)
        return (self.status, self.reason, round(self.since, 3), until, self.source)


#: The state of an address that nothing has happened to. States never change, so one serves all.
NOTHING = State()


def message_mark(message_id: str | None) -> str:
    """What tells one returned message from another; empty when there is no Message-ID.

    Mail services name it in their events without the host, so a long enough left side has to do.
    """
    text = (message_id or "").strip().strip("<>").strip()
    left = text.partition("@")[0]
    text = left if len(left) >= _SHORTEST_ID else text
    return blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest() if text else ""
