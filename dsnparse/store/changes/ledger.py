"""The addresses that one transaction touches: loaded, changed by events, written with what follows.

`add`, the suppression list and the housekeeping all change states through here, so that a state, its
suppression, its line in the journal and its message to the hooks are always written together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from dsnparse.store.address.normalize import fold_domain, split_address
from dsnparse.store.changes.address_rows import (
    SELECT,
    Entry,
    load_past,
    reserve,
    shown_state,
    write_entries,
)
from dsnparse.store.changes.change import Change
from dsnparse.store.changes.journal import Journal
from dsnparse.store.changes.past_events import LISTED, Past
from dsnparse.store.changes.report_rows import find_detail
from dsnparse.store.changes.state import NOTHING, Event, State
from dsnparse.store.changes.status import ACTIVE, PAUSED, REVIEW, SUPPRESSED
from dsnparse.store.changes.times import from_epoch
from dsnparse.store.policy.terms import Terms
from dsnparse.store.sql.dialect import chunks
from dsnparse.store.sql.schema import addresses
from dsnparse.store.sql.values import clean

_EVENTS = {
    ACTIVE: "address.released",
    REVIEW: "address.review",
    PAUSED: "address.paused",
    SUPPRESSED: "address.suppressed",
}


class Ledger:
    """Use once per transaction: `load`, then `apply`, then `write`."""

    def __init__(self, connection: Connection, terms: Terms, now: datetime) -> None:
        self.connection = connection
        self.terms = terms
        self.now = now
        self.entries: dict[str, Entry] = {}
        self.journal = Journal()
        self._details: dict[str, Callable[[], dict[str, Any]]] = {}
        self._now = now.timestamp()

    def load(self, wanted: Mapping[str, str]) -> None:
        """Lock and load these addresses, by their folded keys; new ones get a row. What expired is released.

        `wanted`: for each folded key the address as it is written.
        """
        privacy = self.terms.privacy
        stored = self._stored(wanted)
        self._fetch(stored)
        missing = [name for name in sorted(stored) if stored[name] not in self.entries]
        if not missing:
            return
        entries = {}
        for name in missing:
            address = clean(wanted[stored[name]])
            domain = clean(fold_domain(split_address(address)[1]))
            shown = privacy.shown(stored[name]) if privacy.hashed else address
            entries[name] = Entry(0, name, shown, domain, Past(), NOTHING, {})
        reserve(self.connection, entries)
        for name, entry in entries.items():
            if entry.id:
                self.entries[stored[name]] = entry
        self._fetch({name: stored[name] for name in missing if not entries[name].id})  # another worker's

    def load_known(self, wanted: Iterable[str]) -> None:
        """Lock and load those of these folded keys that the store knows."""
        self._fetch(self._stored(wanted))

    def reapply(self, after: int, limit: int) -> int:
        """Load addresses with numbers above `after` and fold their pasts by the policy of today.

        Returns the highest number seen; `after` itself when there are no more.
        """
        statement = SELECT.where(addresses.c.id > after).order_by(addresses.c.id).limit(limit)
        for row in self.connection.execute(statement.with_for_update(of=addresses)).all():
            after = row.id
            self._fold_anew(row, "policy", lambda _: "policy")
        return after

    def refold(self, numbers: Sequence[int]) -> None:
        """Load these addresses, and let their states follow from their pasts, which have been changed."""
        for some in chunks(numbers):
            statement = SELECT.where(addresses.c.id.in_(some)).order_by(addresses.c.id)
            for row in self.connection.execute(statement.with_for_update(of=addresses)).all():
                self._fold_anew(row, "reparse", lambda state: state.source or "reparse")

    def _fold_anew(self, row: Any, by: str, source: Callable[[State], str]) -> None:
        """Load an address, and move it to the state that follows from its past, where that is another one."""
        self._take(row.key, row)
        entry = self.entries[row.key]
        state = entry.past.state(self.terms.policy).at(self._now)
        if state.visible != entry.state.visible:
            entry.touched = True
            self._move(entry, state, self._now, by, "", source=source(state))

    def load_expired(self, limit: int) -> int:
        """Load addresses whose pause, review or suppression has ended, which releases them; say how many."""
        statement = SELECT.where(addresses.c.until <= self.now).order_by(addresses.c.key).limit(limit)
        rows = self.connection.execute(statement.with_for_update(of=addresses, skip_locked=True)).all()
        for row in rows:
            self._take(row.key, row)
        return len(rows)

    def apply_change(
        self, key: str, event: Event, detail: Callable[[], dict[str, Any]], *, by: str, note: str
    ) -> bool:
        """The same as `apply` for an event that changes the state of a loaded address; others are dropped.

        Whether it was one.
        """
        entry = self.entries[key]
        past = entry.past.copy()
        if not past.add(event, self.terms.policy):
            return False
        state = past.state(self.terms.policy).at(self._now)
        if state.visible == entry.state.visible:
            return False
        self._details[event.ref] = detail
        self._write_first(entry)
        entry.past, entry.touched = past, True
        self._move(entry, state, event.at, by, note, source=state.source or event.source)
        return True

    def apply(
        self,
        key: str,
        event: Event,
        detail: Callable[[], dict[str, Any]],
        *,
        by: str = "policy",
        note: str = "",
    ) -> Change | None:
        """Something happened to a loaded address. The change of its state, or None.

        `detail`: what to show of the event, asked for only when it decides.
        """
        entry = self.entries[key]
        self._details[event.ref] = detail
        if not entry.past.add(event, self.terms.policy):
            return None
        self._write_first(entry)
        entry.touched = True
        state = entry.past.state(self.terms.policy).at(self._now)
        if state.visible == entry.state.visible:
            if state.ref != entry.state.ref:
                # Of two notices of the same second, the same one decides in whatever order they came.
                entry.detail = self._detail(state.ref)
            entry.state = state
            return None
        return self._move(entry, state, event.at, by, note, source=state.source or event.source)

    def write_addresses(self) -> None:
        """Write the rows of the addresses, on which others may rest; nothing is applied after that."""
        changed = [entry for entry in self.entries.values() if entry.touched or entry.new]
        write_entries(self.connection, changed)
        for entry in changed:
            entry.touched = entry.new = False

    def write(self) -> tuple[Change, ...]:
        """Write all that follows; the changes, in the order in which they came about."""
        self.write_addresses()
        return self.journal.write(self.connection, self.terms.targets, self.now)

    def _stored(self, keys: Iterable[str]) -> dict[str, str]:
        """The keys as the database has them, for those that are not loaded yet."""
        return {self.terms.privacy.stored(key): key for key in keys if key and key not in self.entries}

    def _fetch(self, stored: Mapping[str, str]) -> None:
        for names in chunks(sorted(stored)):
            statement = SELECT.where(addresses.c.key.in_(names)).order_by(addresses.c.key)
            for row in self.connection.execute(statement.with_for_update(of=addresses)):
                self._take(stored[row.key], row)

    def _take(self, key: str, row: Any) -> None:
        past = load_past(row)
        entry = self.entries[key] = Entry(
            row.id,
            row.key,
            row.address or row.key,
            row.domain,
            past,
            shown_state(row, past.state(self.terms.policy)),
            row.detail or {},
            by=row.by_whom or "policy",
            note=row.note,
            unwritten=row.past == LISTED,
        )
        if row.until is not None and row.until <= self.now:
            state = past.state(self.terms.policy).at(self._now)
            entry.touched = True
            self._move(entry, state, row.until.timestamp(), "policy", "", source="expiry")

    def _move(self, entry: Entry, state: State, at: float, by: str, note: str, *, source: str) -> Change:
        self._write_first(entry)
        before, entry.state = entry.state, state
        if state.ref != before.ref or not entry.detail:
            entry.detail = self._detail(state.ref)
        if (state.status, state.ref) != (before.status, before.ref):
            entry.by, entry.note = by, note
        return self._note(entry, at, by, before, source)

    def _write_first(self, entry: Entry) -> None:
        """Write the line of the change onto the list, which the row has told of up to now."""
        if not entry.unwritten:
            return
        entry.unwritten = False
        state = entry.state
        self._note(entry, state.since, entry.by, NOTHING, state.source, told=False)

    def _note(
        self, entry: Entry, at: float, by: str, before: State, source: str, *, told: bool = True
    ) -> Change:
        """Note that the address has come to the state that it has."""
        state = entry.state
        return self.journal.note(
            entry.id,
            state.ref,
            by,
            told=told,
            event=_EVENTS[state.status],
            address=entry.address,
            before=before.status,
            after=state.status,
            reason=state.reason or before.reason,
            at=from_epoch(at),
            until=None if state.until is None else from_epoch(state.until),
            source=source,
            detail=entry.detail,
        )

    def _detail(self, ref: str) -> dict[str, Any]:
        if not ref:
            return {}
        if ref in self._details:
            return self._details[ref]()
        # A late notice made an earlier one, of another transaction, decide.
        digest, _, position = ref.partition(":")
        return find_detail(self.connection, digest, int(position)) if position.isdigit() else {}
