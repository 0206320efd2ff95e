"""The addresses that one transaction touches: loaded, changed by events, written with what follows.

`add`, the suppression list and the housekeeping all change states through here, so that a state, its
suppression, its line in the journal and its message to the hooks are always written together.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from dsnparse.store.addresses import fold_domain, split_address
from dsnparse.store.alerting import Key, Refusal
from dsnparse.store.dialect import chunks, insert
from dsnparse.store.past import Past
from dsnparse.store.policy import Policy
from dsnparse.store.privacy import Privacy
from dsnparse.store.schema import addresses, journal, messages, outbox, records, suppressions
from dsnparse.store.seen import Change
from dsnparse.store.state import ACTIVE, PAUSED, REVIEW, SUPPRESSED, Event, State
from dsnparse.store.text import clean
from dsnparse.store.times import from_epoch

_EVENTS = {
    ACTIVE: "address.released",
    REVIEW: "address.review",
    PAUSED: "address.paused",
    SUPPRESSED: "address.suppressed",
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What every transaction of a store goes by."""

    policy: Policy
    privacy: Privacy
    #: The names of the hooks that are told of changes.
    targets: tuple[str, ...] = ()


@dataclass(slots=True)
class Entry:
    """One address: its row, its past, and what is to be written of it."""

    id: int
    address: str
    domain: str
    past: Past
    state: State
    detail: dict[str, Any]
    was_suppressed: bool
    by: str = ""
    note: str = ""
    touched: bool = False


class Ledger:
    """Use once per transaction: `load`, then `apply` and `alert`, then `write`."""

    def __init__(self, connection: Connection, terms: Terms, now: datetime) -> None:
        self.connection = connection
        self.terms = terms
        self.now = now
        self.entries: dict[str, Entry] = {}
        self.changes: list[Change] = []
        self._journal: list[dict[str, Any]] = []
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
        rows = []
        for name in missing:
            address = clean(wanted[stored[name]])
            rows.append(
                {
                    "key": name,
                    "address": privacy.stored(stored[name]) if privacy.hashed else address,
                    "domain": clean(fold_domain(split_address(address)[1])),
                    "status": ACTIVE,
                    "reason": "",
                    "source": "",
                    "past": "",
                }
            )
        statement = insert(self.connection, addresses).on_conflict_do_nothing()
        made = self.connection.execute(statement.returning(addresses.c.id, addresses.c.key), rows).all()
        ids = {name: number for number, name in made}
        for row in rows:
            if row["key"] in ids:
                self.entries[stored[row["key"]]] = Entry(
                    ids[row["key"]], row["address"], row["domain"], Past(), State(), {}, was_suppressed=False
                )
        self._fetch({name: stored[name] for name in missing if name not in ids})  # another worker's

    def load_known(self, wanted: Iterable[str]) -> None:
        """Lock and load those of these folded keys that the store knows."""
        self._fetch(self._stored(wanted))

    def reapply(self, after: int, limit: int) -> int:
        """Load addresses with numbers above `after` and fold their pasts by the policy of today.

        Returns the highest number seen; `after` itself when there are no more.
        """
        statement = _SELECT.where(addresses.c.id > after).order_by(addresses.c.id).limit(limit)
        for row in self.connection.execute(statement.with_for_update(of=addresses)).all():
            self._take(row.key, row)
            entry, after = self.entries[row.key], row.id
            state = entry.past.state(self.terms.policy).at(self._now)
            if state.visible != entry.state.visible:
                entry.touched = True
                self._move(entry, state, self._now, "policy", "", source="policy")
        return after

    def load_expired(self, limit: int) -> int:
        """Load addresses whose pause, review or suppression has ended, which releases them; say how many."""
        statement = _SELECT.where(addresses.c.until <= self.now).order_by(addresses.c.key).limit(limit)
        rows = self.connection.execute(statement.with_for_update(of=addresses, skip_locked=True)).all()
        for row in rows:
            self._take(row.key, row)
        return len(rows)

    def would_change(self, key: str, event: Event) -> bool:
        """Whether `apply` would change the state of a loaded address."""
        entry = self.entries[key]
        past = Past(entry.past.base, list(entry.past.events))
        if not past.add(event, self.terms.policy):
            return False
        return past.state(self.terms.policy).at(self._now).visible != entry.state.visible

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
        entry.touched = True
        state = entry.past.state(self.terms.policy).at(self._now)
        if state.visible == entry.state.visible:
            entry.state = state
            return None
        return self._move(entry, state, event.at, by, note)

    def alert(self, key: Key, refusal: Refusal, count: int) -> None:
        """Raise an alert for the sender: so many refusals of one day, the last of them this one."""
        day, reason, receiver, sender = key
        detail = {
            "day": day,
            "receiver": receiver,
            "sender": sender,
            "count": count,
            "diagnostic": refusal.diagnostic,
        }
        self._note("sender.alert", None, "", "", "", reason, refusal.at, None, "bounce", "policy", detail)

    def write(self) -> tuple[Change, ...]:
        """Write all that follows; the changes, in the order in which they came about."""
        touched = [entry for entry in self.entries.values() if entry.touched]
        touched.sort(key=lambda entry: entry.id)
        for_lists = [entry for entry in touched if entry.state.status == SUPPRESSED]
        gone = [entry.id for entry in touched if entry.was_suppressed and entry.state.status != SUPPRESSED]
        if touched:
            self.connection.execute(_UPDATE, [_address_row(entry) for entry in touched])
        for ids in chunks(gone):
            self.connection.execute(delete(suppressions).where(suppressions.c.address_id.in_(ids)))
        if for_lists:
            self._list(for_lists)
        self._write_journal()
        return tuple(self.changes)

    def _stored(self, keys: Iterable[str]) -> dict[str, str]:
        """The keys as the database has them, for those that are not loaded yet."""
        return {self.terms.privacy.stored(key): key for key in keys if key and key not in self.entries}

    def _fetch(self, stored: Mapping[str, str]) -> None:
        for names in chunks(sorted(stored)):
            statement = _SELECT.where(addresses.c.key.in_(names)).order_by(addresses.c.key)
            for row in self.connection.execute(statement.with_for_update(of=addresses)):
                self._take(stored[row.key], row)

    def _take(self, key: str, row: Any) -> None:
        past = Past.load(row.past)
        entry = self.entries[key] = Entry(
            row.id,
            row.address,
            row.domain,
            past,
            _shown(row, past.state(self.terms.policy)),
            row.detail or {},
            was_suppressed=row.status == SUPPRESSED,
            by=row.by_whom or "policy",
            note=row.note or "",
        )
        if row.until is not None and row.until <= self.now:
            state = past.state(self.terms.policy).at(self._now)
            entry.touched = True
            self._move(entry, state, row.until.timestamp(), "policy", "", source="expiry")

    def _move(self, entry: Entry, state: State, at: float, by: str, note: str, source: str = "") -> Change:
        before, entry.state = entry.state, state
        if state.ref != before.ref or not entry.detail:
            entry.detail = self._detail(state.ref)
        if (state.status, state.ref) != (before.status, before.ref):
            entry.by, entry.note = by, note
        return self._note(
            _EVENTS[state.status],
            entry,
            before.status,
            state.status,
            state.ref,
            state.reason or before.reason,
            from_epoch(at),
            None if state.until is None else from_epoch(state.until),
            source or state.source or by,
            by,
            entry.detail,
        )

    def _note(
        self,
        event: str,
        entry: Entry | None,
        before: str,
        after: str,
        ref: str,
        reason: str,
        at: datetime,
        until: datetime | None,
        source: str,
        by: str,
        detail: dict[str, Any],
    ) -> Change:
        address = entry.address if entry else None
        what = (event, address, before, after, ref, reason, at, until, source, detail if not entry else None)
        change = Change(
            event=event,
            address=address,
            before=before,
            after=after,
            reason=reason,
            at=at,
            until=until,
            source=source,
            detail=detail,
            key=blake2b(repr(what).encode("utf-8", "replace"), digest_size=16).hexdigest(),
        )
        self.changes.append(change)
        self._journal.append(
            {
                "key": change.key,
                "event": event,
                "address_id": entry.id if entry else None,
                "written_at": self.now,
                "happened_at": at,
                "before": before,
                "after": after,
                "reason": reason,
                "until": until,
                "source": source,
                "by_whom": by,
                "detail": detail or None,
            }
        )
        return change

    def _detail(self, ref: str) -> dict[str, Any]:
        if not ref:
            return {}
        if ref in self._details:
            return self._details[ref]()
        # A late notice made an earlier one of another transaction decide.
        digest, _, position = ref.partition(":")
        if not position.isdigit():
            return {}
        row = self.connection.execute(
            select(messages.c.kind, messages.c.reporting_mta, messages.c.source, records)
            .join(records, records.c.message_id == messages.c.id)
            .where(messages.c.digest == digest, records.c.position == int(position))
        ).first()
        if row is None:
            return {}
        names = ("kind", "status", "reply_code", "diagnostic", "remote_mta", "reporting_mta", "provider")
        found = {name: getattr(row, name) for name in (*names, "confidence", "source")}
        return {name: value for name, value in found.items() if value is not None} | {"notice": digest}

    def _list(self, entries: Sequence[Entry]) -> None:
        statement = insert(self.connection, suppressions)
        names = ("reason", "since", "until", "source", "by_whom", "note", "detail")
        statement = statement.on_conflict_do_update(
            index_elements=["address_id"], set_={name: statement.excluded[name] for name in names}
        )
        self.connection.execute(statement, [_suppression_row(entry) for entry in entries])

    def _write_journal(self) -> None:
        if not self._journal:
            return
        statement = insert(self.connection, journal)
        if not self.terms.targets:
            self.connection.execute(statement, self._journal)
            return
        # One row after the other: each message needs the number of its line.
        for row, change in zip(self._journal, self.changes, strict=True):
            number = self.connection.execute(statement.returning(journal.c.id), row).scalar_one()
            payload = json.dumps({**change.to_dict(), "sequence": number}, ensure_ascii=False)
            self.connection.execute(
                insert(self.connection, outbox),
                [
                    {
                        "journal_id": number,
                        "target": target,
                        "payload": payload,
                        "attempts": 0,
                        "due_at": self.now,
                        "error": "",
                    }
                    for target in self.terms.targets
                ],
            )


_SELECT = select(
    addresses.c.id,
    addresses.c.key,
    addresses.c.address,
    addresses.c.domain,
    addresses.c.status,
    addresses.c.reason,
    addresses.c.since,
    addresses.c.until,
    addresses.c.source,
    addresses.c.past,
    addresses.c.detail,
    suppressions.c.by_whom,
    suppressions.c.note,
).outerjoin(suppressions, suppressions.c.address_id == addresses.c.id)

_UPDATE = (
    update(addresses)
    .where(addresses.c.id == bindparam("row_id"))
    .values(
        {
            name: bindparam(f"new_{name}", type_=addresses.c[name].type)
            for name in ("status", "reason", "since", "until", "source", "past", "detail", "last_at")
        }
    )
)


def _shown(row: Any, folded: State) -> State:
    """The state as the database shows it, which another policy than today's may have made."""
    return replace(
        folded,
        status=row.status,
        reason=row.reason,
        since=row.since.timestamp() if row.since else 0,
        until=row.until.timestamp() if row.until else None,
        source=row.source,
    )


def _address_row(entry: Entry) -> dict[str, Any]:
    state = entry.state
    quiet = state.status == ACTIVE
    return {
        "row_id": entry.id,
        "new_status": state.status,
        "new_reason": state.reason,
        "new_since": None if quiet else from_epoch(state.since),
        "new_until": None if state.until is None else from_epoch(state.until),
        "new_source": state.source,
        "new_past": entry.past.dump(),
        "new_detail": None if quiet else entry.detail or None,
        "new_last_at": from_epoch(entry.past.latest) if entry.past.latest else None,
    }


def _suppression_row(entry: Entry) -> dict[str, Any]:
    state = entry.state
    return {
        "address_id": entry.id,
        "reason": state.reason,
        "since": from_epoch(state.since),
        "until": None if state.until is None else from_epoch(state.until),
        "source": state.source,
        "by_whom": entry.by,
        "note": entry.note,
        "detail": entry.detail or None,
    }
