"""What an address has been through, and the state that follows: a fold over its events in order of time.

No clock is read here. The same events give the same state in whatever order they were stored, so two
workers, a repeated run and an interrupted one agree. Times are seconds of the epoch, in milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from dsnparse.store.policy.policy import Policy
from dsnparse.vocabulary import Reason

ACTIVE, REVIEW, PAUSED, SUPPRESSED = "active", "review", "paused", "suppressed"

#: A suppression that ends later replaces the one that stands, when by at least this much: the notices of
#: one mailing shall not move its end by a few seconds each.
_WORTH_EXTENDING = 86_400
_FOREVER = float("inf")


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
    #: How many pauses there were, and when the last one ends.
    pauses: int = 0
    pause_end: float = 0
    full_since: float | None = None
    full_last: float = 0
    #: A hard notice that waits for a second one: when, and what it was.
    waiting: tuple[float, str] | None = None
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


def advance(state: State, event: Event, policy: Policy) -> State:
    """The state after `event`, which is not older than what the state has seen."""
    if event.what is What.LIFTED:
        return State(lifted=max(event.at, state.lifted))
    if event.at <= state.lifted:
        return state
    state = state.at(event.at)
    if state.success is not None and event.at - state.success >= policy.success_settle:
        state = _succeed(state)
    match event.what:
        case What.SUCCESS:
            return state if state.success is not None else replace(state, success=event.at)
        case What.ADDED:
            return _suppress(state, event, event.until)
        case What.COMPLAINT:
            return _suppress(state, event, policy.ends(event.reason, event.at))
    if state.success is not None:
        # A failure so soon after a success says that it was none.
        state = replace(state, success=None)
    match event.what:
        case What.HARD | What.HARD_TWICE | What.COMPLAINT_IN_DOUBT:
            return _if_confirmed(state, event, policy)
        case What.SOFT | What.FULL:
            return _soft(state, event, policy)
        case _:
            return _review(state, event, policy)


def settle(state: State) -> State:
    """The state when no failure follows: a success that waits for one has been one."""
    return state if state.success is None else _succeed(state)


def _succeed(state: State) -> State:
    if state.status == SUPPRESSED and (state.reason, state.source) != (Reason.MAILBOX_FULL, "bounce"):
        return replace(state, success=None)
    return State(lifted=state.lifted)


def _suppress(state: State, event: Event, until: float | None) -> State:
    if until is not None and until <= event.at:
        return state
    if state.status == SUPPRESSED:
        stands = _FOREVER if state.until is None else state.until
        comes = _FOREVER if until is None else until
        longer = stands < _FOREVER and comes >= stands + _WORTH_EXTENDING
        outranks = event.what is What.COMPLAINT and state.reason != event.reason and comes >= stands
        if not longer and not outranks:
            return state
    return replace(
        state,
        status=SUPPRESSED,
        reason=event.reason,
        since=event.at,
        until=until,
        source=event.source,
        ref=event.ref,
        waiting=None,
    )


def _review(state: State, event: Event, policy: Policy) -> State:
    if state.status in (SUPPRESSED, PAUSED):
        return state
    if state.status == REVIEW and state.reason == event.reason:
        return state
    until = None if policy.review_expires is None else event.at + policy.review_expires
    return replace(
        state,
        status=REVIEW,
        reason=event.reason,
        since=event.at,
        until=until,
        source=event.source,
        ref=event.ref,
    )


def _ways(event: Event, policy: Policy) -> frozenset[str]:
    """What confirms an event; empty when nothing has to."""
    if event.what is What.HARD_TWICE:
        return frozenset({"second_notice"})
    return policy.complaint_confirm if event.what is What.COMPLAINT_IN_DOUBT else policy.hard_confirm


def _if_confirmed(state: State, event: Event, policy: Policy) -> State:
    ways = _ways(event, policy)
    confirmed = not ways or ("known_message" in ways and event.known)
    if not confirmed and "second_notice" in ways and state.waiting:
        first, ref = state.waiting
        apart = event.at - first
        confirmed = (
            policy.hard_confirm_after <= apart <= policy.hard_confirm_within
            and ref.partition(":")[0] != event.ref.partition(":")[0]
        )
    if confirmed:
        return _suppress(state, event, policy.ends(event.reason, event.at))
    if state.waiting is None or event.at - state.waiting[0] > policy.hard_confirm_within:
        state = replace(state, waiting=(event.at, event.ref))
    return _review(state, event, policy)


def _soft(state: State, event: Event, policy: Policy) -> State:
    if event.what is What.FULL:
        state = _full(state, event, policy)
    if state.status == SUPPRESSED:
        return state
    if state.soft and event.at - state.soft[-1] < policy.soft_spacing:
        return state
    soft = (*(at for at in state.soft if at > event.at - policy.soft_window), event.at)
    pauses = state.pauses if event.at <= state.pause_end + policy.soft_window else 0
    due = pauses > 0 or len(soft) >= policy.soft_limit
    soft = soft[-policy.soft_limit :]
    if state.status == PAUSED or not due or not policy.soft_pauses:
        return replace(state, soft=soft, pauses=pauses)
    end = event.at + policy.soft_pauses[min(pauses, len(policy.soft_pauses) - 1)]
    return replace(
        state,
        status=PAUSED,
        reason=event.reason,
        since=event.at,
        until=end,
        source=event.source,
        ref=event.ref,
        soft=soft,
        pauses=pauses + 1,
        pause_end=end,
    )


def _full(state: State, event: Event, policy: Policy) -> State:
    since = state.full_since
    if since is None or event.at - state.full_last > policy.full_forget_after:
        since = event.at
    state = replace(state, full_since=since, full_last=event.at)
    if event.at - since >= policy.full_suppress_after and event.at > since:
        return _suppress(state, event, policy.ends(event.reason, event.at))
    return state
