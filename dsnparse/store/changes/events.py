"""What a record of a report says about addresses, as events of their pasts. Pure: no database is asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from dsnparse.model import BounceRecord, Report
from dsnparse.store.address.given import is_plain
from dsnparse.store.address.lenient import is_mailbox
from dsnparse.store.address.normalize import AddressIdentity
from dsnparse.store.changes.state import Event, What
from dsnparse.store.changes.times import to_epoch
from dsnparse.store.changes.treatment import NOT_MAILED, of_the_mailed_one, what_happened
from dsnparse.store.policy.policy import Policy


class Happened(NamedTuple):
    """What happened to one address: in general, and where the operator's look-up knows the message."""

    key: str
    address: str
    what: What | None
    if_known: What | None


def keys_of(record: BounceRecord, identity: AddressIdentity) -> tuple[str, str]:
    """The folded keys of the address that was refused, and of the one that was mailed where it is another."""
    refused = identity.key(record.recipient)
    mailed = identity.key(record.original_recipient) if record.original_recipient else ""
    return refused, "" if mailed == refused else mailed


def happened_to(
    report: Report,
    record: BounceRecord,
    treated: str,
    keys: tuple[str, str],
    policy: Policy,
    *,
    by_mail: bool = True,
) -> Iterator[Happened]:
    """What happened to the address that was refused, and to the one that was mailed. `keys`: theirs."""
    refused, mailed = keys
    if treated == NOT_MAILED:
        # Whose failure it is, of several, nobody can say; it is not the mailed one's for certain.
        if mailed:
            yield Happened(mailed, record.original_recipient or "", What.REVIEW, What.REVIEW)
        return
    what = what_happened(treated, report, record, policy, by_mail=by_mail)
    if refused and what is not None:
        sure = _sure(record.recipient, what)
        yield Happened(refused, record.recipient, sure, sure)
    if mailed and record.original_recipient:
        address = record.original_recipient
        unknown, known = (of_the_mailed_one(what, policy, is_known=is_known) for is_known in (False, True))
        if unknown is not None or known is not None:
            yield Happened(mailed, address, _sure(address, unknown), _sure(address, known))


def _sure(address: str, what: What | None) -> What | None:
    # What is no address of a mailbox is nobody's, and only a person can say what was meant.
    if what in (None, What.SUCCESS) or is_plain(address) or is_mailbox(address):
        return what
    return What.REVIEW


def event_of(
    digest: str,
    position: int,
    what: What,
    at: datetime,
    reason: str,
    mark: str,
    *,
    is_complaint: bool,
    is_known: bool,
) -> Event:
    """What a record means for an address, as its past keeps it.

    `digest`: the message's identity; `position`: of the record in it; `mark`: `message_mark`.
    """
    return Event(
        at=to_epoch(at),
        ref=f"{digest}:{position}",
        what=what,
        reason="complaint" if is_complaint else reason,
        known=is_known,
        source="complaint" if is_complaint else "bounce",
        message=mark,
    )
