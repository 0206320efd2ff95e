"""The suppression list: shown, added to, lifted, imported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from dsnparse.store.address.normalize import fold_domain
from dsnparse.store.changes.ledger import Ledger
from dsnparse.store.changes.state import Event, What
from dsnparse.store.changes.status import PAUSED, REVIEW, SUPPRESSED
from dsnparse.store.changes.times import to_epoch
from dsnparse.store.lists.entry import Suppression
from dsnparse.store.policy.terms import Terms
from dsnparse.store.sql.schema import addresses, suppressions
from dsnparse.store.sql.values import clean

#: What `list` can show.
STATES = (SUPPRESSED, PAUSED, REVIEW)
_ROWS_AT_ONCE = 1_000
#: What the operator does counts as later than everything that the address has seen.
_AFTERWARDS = 0.001


@dataclass(frozen=True, slots=True)
class Listed:
    """What became of additions, removals or an import."""

    changed: int = 0
    #: They were so already, or more strictly.
    unchanged: int = 0
    #: Their end has passed.
    expired: int = 0

    def __add__(self, other: Listed) -> Listed:
        return Listed(
            self.changed + other.changed, self.unchanged + other.unchanged, self.expired + other.expired
        )


def entries(
    connection: Connection,
    now: datetime,
    *,
    states: Sequence[str] = (SUPPRESSED,),
    reasons: Sequence[str] = (),
    sources: Sequence[str] = (),
    domain: str | None = None,
) -> Iterator[Suppression]:
    """The addresses in these states now, by domain and address, a stream."""
    statement = _chosen(now, states, reasons, sources, domain).order_by(addresses.c.domain, addresses.c.key)
    rows = connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(statement)
    for row in rows:
        yield _entry(row)


def page(
    connection: Connection,
    now: datetime,
    *,
    after: int,
    limit: int,
    states: Sequence[str] = (SUPPRESSED,),
    reasons: Sequence[str] = (),
    sources: Sequence[str] = (),
    domain: str | None = None,
) -> tuple[list[Suppression], int | None]:
    """The same in parts of `limit`, in the order in which the addresses were first heard of.

    `after`: what the part before came with, 0 for the first. What comes with it is None at the end.
    """
    statement = _chosen(now, states, reasons, sources, domain).where(addresses.c.id > after)
    rows = connection.execute(statement.order_by(addresses.c.id).limit(limit + 1)).all()
    found = rows[:limit]
    return [_entry(row) for row in found], found[-1].id if len(rows) > limit else None


def _chosen(
    now: datetime, states: Sequence[str], reasons: Sequence[str], sources: Sequence[str], domain: str | None
) -> Select[Any]:
    statement: Select[Any] = (
        select(
            addresses.c.id,
            addresses.c.address,
            addresses.c.status,
            addresses.c.reason,
            addresses.c.since,
            addresses.c.until,
            addresses.c.source,
            addresses.c.detail,
            suppressions.c.by_whom,
            suppressions.c.note,
        )
        .outerjoin(suppressions, suppressions.c.address_id == addresses.c.id)
        .where(addresses.c.status.in_(states), (addresses.c.until.is_(None)) | (addresses.c.until > now))
    )
    for column, values in ((addresses.c.reason, reasons), (addresses.c.source, sources)):
        if values:
            statement = statement.where(column.in_(values))
    if domain:
        statement = statement.where(addresses.c.domain == fold_domain(domain.strip().removeprefix("@")))
    return statement


def _entry(row: Any) -> Suppression:
    _, address, status, reason, since, until, source, detail, by, note = row
    return Suppression(address, reason, since, until, source, by or "policy", note or "", status, detail)


def suppress(connection: Connection, terms: Terms, wanted: Sequence[Suppression], now: datetime) -> Listed:
    """Put addresses and whole domains, as `read_address` gives them, on the list.

    One without `since` counts from now, after all that it has seen.

    One without `until` ends as the policy says for its reason; to suppress for good give the reason "manual"
    or another one whose entry in [expires] is "never".
    """
    ledger = Ledger(connection, terms, now)
    identity = terms.policy.addresses
    keyed = [(identity.keys(one.address)[0], one) for one in wanted]
    ledger.load({key: one.address for key, one in keyed})
    changed = unchanged = expired = 0
    for key, one in keyed:
        entry = ledger.entries[key]
        since = _after(entry.past.latest, now) if one.since is None else to_epoch(min(one.since, now))
        until = to_epoch(one.until) if one.until else terms.policy.ends(one.reason, since)
        if until is not None and until <= now.timestamp():
            expired += 1
            continue
        event = Event(
            at=since,
            ref=f"{one.source}:{one.reason}:{since:.3f}",
            what=What.ADDED,
            reason=one.reason,
            until=until,
            source=one.source,
        )
        shown = one.detail or {}
        if ledger.apply_change(key, event, shown.copy, by=clean(one.by), note=clean(one.note)):
            changed += 1
        else:
            unchanged += 1
    ledger.write()
    return Listed(changed, unchanged, expired)


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
