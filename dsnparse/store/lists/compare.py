"""What an import would change, entry by entry; nothing is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import Connection

from dsnparse.store.changes.ledger import Ledger
from dsnparse.store.changes.past_events import Past
from dsnparse.store.changes.state import NOTHING, State
from dsnparse.store.changes.status import SUPPRESSED
from dsnparse.store.changes.times import from_epoch
from dsnparse.store.lists.entry import Difference, Suppression, Would
from dsnparse.store.lists.suppressions import has_ended, listed_event
from dsnparse.store.policy.terms import Terms


def compare(
    connection: Connection, terms: Terms, wanted: Sequence[Suppression], now: datetime
) -> list[Difference]:
    """What `suppress` would do with these entries, whose addresses are as `read_address` gives them."""
    keyed = [(terms.policy.addresses.keys(one.address)[0], one) for one in wanted]
    ledger = Ledger(connection, terms, now)
    ledger.load_known([key for key, _ in keyed])
    pasts: dict[str, tuple[Past, State]] = {}
    found = []
    for key, one in keyed:
        entry = ledger.entries.get(key)
        past, state = pasts.get(key) or ((entry.past, entry.state) if entry else (Past(), NOTHING))
        event = listed_event(one, terms, past.latest, now)
        after = past.copy()
        would = Would.SAME if state.status == SUPPRESSED else Would.STAY_OFF
        if has_ended(event, now):
            would = Would.ENDED
        elif after.add(event, terms.policy):
            new = after.state(terms.policy).at(now.timestamp())
            if new.visible != state.visible:
                would = Would.CHANGE if state.status == SUPPRESSED else Would.ADD
                pasts[key] = after, new
        until = None if event.until is None else from_epoch(event.until)
        ours = None if state.until is None else from_epoch(state.until)
        found.append(Difference(would, one.address, one.reason, until, state.status, state.reason, ours))
    return found


def missing(ours: Iterator[Suppression], theirs: frozenset[str], terms: Terms) -> Iterator[Difference]:
    """Those on our list whose keys are not among `theirs`."""
    for one in ours:
        if terms.policy.addresses.keys(one.address)[0] not in theirs:
            yield Difference(Would.MISSING, one.address, "", None, one.status, one.reason, one.until)
