"""From the events of an address, in order of time, to its state.

No clock is read here. The same events give the same state in whatever order they were stored, so two
workers, a repeated run and an interrupted one agree.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from dsnparse.store.changes.state import NOTHING, Event, State, What
from dsnparse.store.changes.status import PAUSED, REVIEW, SUPPRESSED
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
    return _decided(state, SUPPRESSED, event, until, waiting=None, waiting_for="", waiting_message="")


def _decided(state: State, status: str, event: Event, until: float | None, **more: Any) -> State:
    """The state that an event decides, until then; `more`: what else changes with it."""
    return replace(
        state,
        status=status,
        reason=event.reason,
        since=event.at,
        until=until,
        source=event.source,
        ref=event.ref,
        **more,
    )


def _review(state: State, event: Event, policy: Policy) -> State:
    if state.status in (SUPPRESSED, PAUSED):
        return state
    if state.status == REVIEW and state.reason == event.reason:
        return state
    until = None if policy.review_expires is None else event.at + policy.review_expires
    return _decided(state, REVIEW, event, until)


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
    return _decided(state, PAUSED, event, end, pauses=pauses + 1, pause_end=end)


def _full(state: State, event: Event, policy: Policy) -> State:
    since = state.full_since
    if since is None or event.at - state.full_last > policy.full_forget_after:
        since = event.at
    state = replace(state, full_since=since, full_last=event.at)
    if event.at - since >= policy.full_suppress_after and event.at > since:
        return _suppress(state, event, policy.ends(event.reason, event.at))
    return state
