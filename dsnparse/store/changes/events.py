"""What a record of a report says about addresses, as events of their pasts. Pure: no database is asked."""

from __future__ import annotations

from datetime import datetime

from dsnparse.model import BounceRecord, Kind
from dsnparse.store.address.given import is_mailbox
from dsnparse.store.address.normalize import AddressIdentity
from dsnparse.store.changes.batch import Seen
from dsnparse.store.changes.state import Event, What, message_mark
from dsnparse.store.changes.times import to_epoch
from dsnparse.store.changes.treatment import NOT_MAILED, of_the_mailed_one, what_happened
from dsnparse.store.policy.policy import Policy


def happened_to(
    policy: Policy, seen: Seen, record: BounceRecord, treated: str, known: frozenset[tuple[str, str]]
) -> list[tuple[str, What, bool]]:
    """What happened to the address that was refused, and to the one that was mailed.

    The folded key of each, the event, and whether the look-up knows that the message was sent to it.
    """
    message_id = seen.report.original.message_id or ""
    refused, mailed = keys_of(record, policy.addresses)
    if treated == NOT_MAILED:
        # Whose failure it is, of several, nobody can say; it is not the mailed one's for certain.
        return [(mailed, What.REVIEW, False)] if mailed else []
    is_known = (message_id, record.recipient) in known
    happened = what_happened(treated, seen.report, record, policy)
    events = [(refused, record.recipient, happened, is_known)]
    if mailed and record.original_recipient:
        is_known = (message_id, record.original_recipient) in known
        happened = of_the_mailed_one(happened, policy, is_known=is_known)
        events.append((mailed, record.original_recipient, happened, is_known))
    return [
        # What is no address of a mailbox is nobody's, and only a person can say what was meant.
        (key, what if is_mailbox(address) or what is What.SUCCESS else What.REVIEW, is_known)
        for key, address, what, is_known in events
        if key and what is not None
    ]


def keys_of(record: BounceRecord, identity: AddressIdentity) -> tuple[str, str]:
    """The folded keys of the address that was refused, and of the one that was mailed where it is another."""
    refused, mailed = identity.key(record.recipient), identity.key(record.original_recipient or "")
    return refused, "" if mailed == refused else mailed


def event_of(
    seen: Seen, position: int, record: BounceRecord, what: What, at: datetime, *, is_known: bool
) -> Event:
    """What a record means for an address, as its past keeps it."""
    complaint = seen.report.kind is Kind.COMPLAINT
    return Event(
        at=to_epoch(at),
        ref=f"{seen.digest}:{position}",
        what=what,
        reason="complaint" if complaint else record.reason.value,
        known=is_known,
        source="complaint" if complaint else "bounce",
        message=message_mark(seen.report.original.message_id),
    )
