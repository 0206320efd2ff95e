"""The past of one address: its last events, and the state that all earlier ones left behind.

It is kept as a short JSON text in the address's row, so that one row is all that a decision needs, and
pruning the records does not change a state. A late event falls into its place in time, as long as it is not
older than the last `KEPT` events; those older ones have become part of `base`, after which it is folded.
"""

from __future__ import annotations

import json
from bisect import insort
from dataclasses import dataclass, field, fields
from functools import reduce
from typing import Any

from dsnparse.store.changes.fold import advance, settle
from dsnparse.store.changes.state import NOTHING, Event, State, What
from dsnparse.store.policy.policy import Policy
from dsnparse.store.sql.values import dump_json

#: Events kept one by one. A mailing list that mails once a day sees a month and a half of them.
KEPT = 50

#: What stands in the place of a past that is nothing but the event that put an address on the list: its row
#: says reason, since, until and source.
LISTED = "+"

_EVENT_DEFAULTS = ("", False, None, "bounce", "")
_STATE_DEFAULTS = {f.name: f.default for f in fields(State)}


@dataclass(slots=True)
class Past:
    """Events in order of time over a base. Changed in place by `add`; for one policy at a time."""

    base: State = NOTHING
    events: list[Event] = field(default_factory=list)
    #: The state after the last event, once it has been asked for.
    _folded: State | None = field(default=None, compare=False, repr=False)

    def add(self, event: Event, policy: Policy) -> bool:
        """Put one event into its place; False when it is there already."""
        if any(known.ref == event.ref for known in self.events):
            return False
        if self.events and event < self.events[-1]:
            self._folded = None
        else:
            self._folded = advance(self._fold(policy), event, policy)
        insort(self.events, event)
        while len(self.events) > KEPT:
            self.base = advance(self.base, self.events.pop(0), policy)
        return True

    def copy(self) -> Past:
        """Another one with the same events."""
        return Past(self.base, list(self.events), self._folded)

    def state(self, policy: Policy) -> State:
        """The state after the last event."""
        return settle(self._fold(policy))

    def _fold(self, policy: Policy) -> State:
        if self._folded is None:
            self._folded = reduce(lambda state, event: advance(state, event, policy), self.events, self.base)
        return self._folded

    @property
    def latest(self) -> float:
        """When the last event was; 0 when there is none."""
        return self.events[-1].at if self.events else 0.0

    def dump(self) -> str:
        """As JSON, defaults left out; empty when nothing has happened."""
        base = {}
        if self.base != NOTHING:
            values = {name: getattr(self.base, name) for name in _STATE_DEFAULTS}
            base = {name: value for name, value in values.items() if value != _STATE_DEFAULTS[name]}
        if not base and not self.events:
            return ""
        return dump_json([base, [_dump_event(event) for event in self.events]])

    @classmethod
    def load(cls, text: str) -> Past:
        """From what `dump` wrote; empty for an empty text."""
        if not text:
            return cls()
        base, events = json.loads(text)
        for name in ("soft", "counted", "waiting"):
            if base.get(name) is not None:
                base[name] = tuple(base[name])
        return cls(State(**base) if base else NOTHING, [_load_event(*event) for event in events])


def _dump_event(event: Event) -> list[Any]:
    rest = [event.reason, event.known, event.until, event.source, event.message]
    while rest and rest[-1] == _EVENT_DEFAULTS[len(rest) - 1]:
        rest.pop()
    return [event.at, event.ref, event.what.value, *rest]


def _load_event(
    at: float,
    ref: str,
    what: str,
    reason: str = "",
    known: bool = False,
    until: float | None = None,
    source: str = "bounce",
    message: str = "",
) -> Event:
    return Event(at, ref, What(what), reason, known, until, source, message)
