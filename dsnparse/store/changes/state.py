"""What an address has been through, and the state that follows: a fold over its events in order of time.

No clock is read here. The same events give the same state in whatever order they were stored, so two
workers, a repeated run and an interrupted one agree. Times are seconds of the epoch, in milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import blake2b

from dsnparse.store.changes.status import ACTIVE, PAUSED, REVIEW, SUPPRESSED
from dsnparse.store.policy.policy import Policy
from dsnparse.vocabulary import Reason

#: A suppression that ends later replaces the one that stands, when by at least this much: the notices of
#: one mailing shall not move its end by a few seconds each.
_WORTH_EXTENDING = 86_400
_FOREVER = float("inf")
#: What a notice that waits is: a failure or a complaint.
_FAILURE, _COMPLAINT = "failure", "complaint"
#: Messages that are remembered as counted: an event and a notice of one failure come within hours.
_COUNTED = 10
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
    if state is NOTHING:
        # What most suppressions begin with; `replace` takes ten times as long.
        return State(SUPPRESSED, event.reason, event.at, until, event.source, event.ref)
    return replace(
        state,
        status=SUPPRESSED,
        reason=event.reason,
        since=event.at,
        until=until,
        source=event.source,
        ref=event.ref,
        waiting=None,
        waiting_for="",
        waiting_message="",
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
    in_doubt = event.what is What.COMPLAINT_IN_DOUBT
    confirmed = not ways or (event.known and (in_doubt or "known_message" in ways))
    if confirmed or ("second_notice" in ways and _agrees(state, event, policy)):
        return _suppress(state, event, policy.ends(event.reason, event.at))
    kind = _COMPLAINT if in_doubt else _FAILURE
    late = state.waiting is not None and event.at - state.waiting[0] > policy.hard_confirm_within
    if state.waiting is None or late or state.waiting_for != kind:
        state = replace(state, waiting=(event.at, event.ref), waiting_for=kind, waiting_message=event.message)
    return _review(state, event, policy)


def _agrees(state: State, event: Event, policy: Policy) -> bool:
    """Whether a notice is a second one: of the same kind, about another message, long enough afterwards."""
    kind = _COMPLAINT if event.what is What.COMPLAINT_IN_DOUBT else _FAILURE
    if state.waiting is None or state.waiting_for != kind:
        return False
    first, ref = state.waiting
    return (
        policy.hard_confirm_after <= event.at - first <= policy.hard_confirm_within
        and ref.partition(":")[0] != event.ref.partition(":")[0]
        and "" not in (event.message, state.waiting_message)
        and event.message != state.waiting_message
    )


def _soft(state: State, event: Event, policy: Policy) -> State:
    if event.message and event.message in state.counted:
        return state  # the same failure, seen a second time: an event and a notice
    if event.what is What.FULL:
        state = _full(state, event, policy)
    if state.status == SUPPRESSED:
        return state
    if state.soft and event.at - state.soft[-1] < policy.soft_spacing:
        return state
    soft = (*(at for at in state.soft if at > event.at - policy.soft_window), event.at)
    pauses = state.pauses if event.at <= state.pause_end + policy.soft_window else 0
    due = pauses > 0 or len(soft) >= policy.soft_limit
    state = replace(
        state,
        soft=soft[-policy.soft_limit :],
        counted=(*state.counted, event.message)[-_COUNTED:] if event.message else state.counted,
        row=state.row + 1,
        pauses=pauses,
    )
    if state.status == PAUSED or not due or not policy.soft_pauses:
        return _review(state, event, policy) if state.row >= policy.soft_in_a_row else state
    end = event.at + policy.soft_pauses[min(pauses, len(policy.soft_pauses) - 1)]
    return replace(
        state,
        status=PAUSED,
        reason=event.reason,
        since=event.at,
        until=end,
        source=event.source,
        ref=event.ref,
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
