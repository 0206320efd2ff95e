"""The suppression list, changed: added to, lifted, imported."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from dsnparse.store.address.normalize import fold_domain, split_address
from dsnparse.store.changes.address_rows import added
from dsnparse.store.changes.fold import advance
from dsnparse.store.changes.ledger import Ledger
from dsnparse.store.changes.past_events import LISTED
from dsnparse.store.changes.state import NOTHING, Event, What
from dsnparse.store.changes.status import SUPPRESSED
from dsnparse.store.changes.times import from_epoch, to_epoch
from dsnparse.store.lists.entry import Listed, Suppression
from dsnparse.store.policy.terms import Terms
from dsnparse.store.sql.bulk import insert_new
from dsnparse.store.sql.rows import time_value
from dsnparse.store.sql.schema import addresses
from dsnparse.store.sql.values import clean, dump_json

#: What the operator does counts as later than everything that the address has seen.
_AFTERWARDS = 0.001

#: The folded key of an address, and what is to be put on the list.
_Keyed = tuple[str, Suppression]
_COLUMNS = (
    "key", "address", "domain", "status", "reason", "since", "until", "source", "past", "detail",
    "by_whom", "note",
)  # fmt: skip


def suppress(connection: Connection, terms: Terms, wanted: Sequence[Suppression], now: datetime) -> Listed:
    """Put addresses and whole domains, as `read_address` gives them, on the list.

    One without `since` counts from now, after all that it has seen.

    One without `until` ends as the policy says for its reason; to suppress for good give the reason "manual"
    or another one whose entry in [expires] is "never".
    """
    keyed = [(terms.policy.addresses.keys(one.address)[0], one) for one in wanted]
    # Hooks are told of a line in the journal, so it must be there.
    new = set() if terms.targets else _add_new(connection, terms, keyed, now)
    rest = [pair for number, pair in enumerate(keyed) if number not in new]
    return Listed(changed=len(new)) + _add_each(connection, terms, rest, now)


def _add_new(connection: Connection, terms: Terms, keyed: Sequence[_Keyed], now: datetime) -> set[int]:
    """Add those of which nothing is known, each by one row: their places in `keyed`."""
    postgresql, stored = connection.dialect.name == "postgresql", terms.privacy.stored
    times: dict[float, Any] = {}

    def written(at: float) -> Any:
        if at not in times:
            time = from_epoch(at)
            times[at] = time_value(time, postgresql=postgresql) if to_epoch(time) == at else None
        return times[at]

    rows: dict[str, tuple[Any, ...]] = {}
    places: dict[str, int] = {}
    for number, (key, one) in enumerate(keyed):
        event = listed_event(one, terms, 0, now)
        if advance(NOTHING, event, terms.policy).status != SUPPRESSED or has_ended(event, now):
            continue
        since, until = written(event.at), None if event.until is None else written(event.until)
        name = stored(key)
        if name in rows or since is None or (until is None) != (event.until is None):
            continue
        address = clean(one.address)
        shown = terms.privacy.shown(key) if terms.privacy.hashed else address
        places[name] = number
        rows[name] = (
            name, "" if shown == name else shown, clean(fold_domain(split_address(address)[1])), SUPPRESSED,
            one.reason, since, until, one.source, LISTED, dump_json(one.detail) if one.detail else None,
            clean(one.by), clean(one.note),
        )  # fmt: skip
    made = insert_new(connection, addresses, _COLUMNS, [rows[name] for name in sorted(rows)], key="key")
    return {places[name] for name in made}


def _add_each(connection: Connection, terms: Terms, keyed: Sequence[_Keyed], now: datetime) -> Listed:
    """Add addresses of which something may be known already."""
    if not keyed:
        return Listed()
    ledger = Ledger(connection, terms, now)
    ledger.load({key: one.address for key, one in keyed})
    changed = unchanged = expired = 0
    for key, one in keyed:
        event = listed_event(one, terms, ledger.entries[key].past.latest, now)
        shown = one.detail or {}
        if has_ended(event, now):
            expired += 1
        elif ledger.apply_change(key, event, shown.copy, by=clean(one.by), note=clean(one.note)):
            changed += 1
        else:
            unchanged += 1
    ledger.write()
    return Listed(changed, unchanged, expired)


def listed_event(one: Suppression, terms: Terms, latest: float, now: datetime) -> Event:
    """Somebody puts an address on the list to which something happened at `latest` last."""
    since = _after(latest, now) if one.since is None else to_epoch(min(one.since, now))
    until = to_epoch(one.until) if one.until else terms.policy.ends(one.reason, since)
    return added(one.reason, since, None if until is None else round(until, 3), one.source)


def has_ended(event: Event, now: datetime) -> bool:
    """Whether it suppresses nobody any more."""
    return event.until is not None and event.until <= now.timestamp()


def lift(connection: Connection, terms: Terms, wanted: Sequence[str], now: datetime, by: str) -> list[str]:
    """Forget what is held against addresses and whole domains, as `read_address` gives them.

    Those that were not active before.

    Only what the store knows is lifted: an unknown address stays unknown.
    """
    ledger = Ledger(connection, terms, now)
    identity = terms.policy.addresses
    keys = {key: address for address in wanted for key in identity.keys(address)}
    ledger.load_known(keys)
    lifted: dict[str, None] = {}
    for key, address in keys.items():
        entry = ledger.entries.get(key)
        if entry is None:
            continue
        at = _after(entry.past.latest, now)
        event = Event(at=at, ref=f"lifted:{at:.3f}", what=What.LIFTED, source="manual")
        if ledger.apply(key, event, dict, by=clean(by)):
            lifted[address] = None
    ledger.write()
    return list(lifted)


def succeed(connection: Connection, terms: Terms, wanted: Sequence[str], at: datetime, now: datetime) -> int:
    """The sender reports deliveries; how many of the addresses the store knows.

    An address that the store does not know has nothing to reset, and gets no row.
    """
    ledger = Ledger(connection, terms, now)
    ledger.load_known({terms.policy.addresses.key(address) for address in wanted})
    seconds = to_epoch(min(at, now))
    for key in ledger.entries:
        ledger.apply(key, Event(seconds, f"delivered:{seconds:.3f}", What.SUCCESS, source="delivered"), dict)
    ledger.write()
    return len(ledger.entries)


def _after(latest: float, now: datetime) -> float:
    return max(to_epoch(now), round(latest + _AFTERWARDS, 3))
