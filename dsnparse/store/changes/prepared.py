"""What follows from a report alone, worked out before the transaction, in any process.

The rows are complete but for numbers and for what depends on the clock; a message is small, and pickles fast.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from dsnparse.model import BounceRecord, Kind, Report
from dsnparse.store.address.normalize import fold_domain
from dsnparse.store.changes.batch import Seen
from dsnparse.store.changes.events import Happened, happened_to, keys_of
from dsnparse.store.changes.kept import Raw
from dsnparse.store.changes.report_rows import message_values, record_values
from dsnparse.store.changes.state import message_mark
from dsnparse.store.changes.times import claimed_time
from dsnparse.store.changes.treatment import (
    complaint_treatment,
    treatment,
)
from dsnparse.store.policy.policy import Policy
from dsnparse.store.policy.terms import Terms
from dsnparse.store.sql.values import clean

_LONGEST_SENDER = 200


class PreparedRecord(NamedTuple):
    """One record."""

    #: By `RECORD_COLUMNS`.
    values: tuple[object, ...]
    #: The folded keys of the address that was refused, and of the one that was mailed where it is another.
    key: str
    mailed: str
    #: Each address that is named, by its folded key.
    named: tuple[tuple[str, str], ...]
    #: When it happened, as far as the notice says.
    claimed: datetime | None
    events: tuple[Happened, ...]
    reason: str
    #: For an alert to the sender: who refused, "" where its domain is to be named; None: no alert.
    refuser: str | None
    #: The addresses of which is to be known whether the message was sent to them.
    asked: tuple[str, ...]


class Prepared(NamedTuple):
    """One message."""

    digest: str
    received: datetime | None
    #: By `MESSAGE_COLUMNS`.
    values: tuple[object, ...]
    records: tuple[PreparedRecord, ...]
    is_complaint: bool
    #: Whether somebody complains who is not named.
    is_nameless_complaint: bool
    reporting_mta: str | None
    #: The domain that sent what came back.
    sender: str
    message_id: str
    #: `message_mark` of it.
    mark: str
    #: The message itself, where it is to be kept.
    raw: Raw | None = None


def prepare(seen: Seen, terms: Terms) -> Prepared:
    """A message, ready to be written."""
    report = seen.report
    complaint = report.kind is Kind.COMPLAINT
    return Prepared(
        digest=seen.digest,
        received=seen.received,
        values=message_values(seen, terms.privacy),
        records=tuple(_prepare(seen, record, complaint, terms) for record in report.records),
        is_complaint=complaint,
        is_nameless_complaint=complaint
        and not report.records
        and complaint_treatment(report, terms.policy) == "complaint",
        reporting_mta=report.reporting_mta,
        sender=_sender_of(report),
        message_id=report.original.message_id or "",
        mark=message_mark(report.original.message_id),
        raw=seen.raw,
    )


def _prepare(seen: Seen, record: BounceRecord, complaint: bool, terms: Terms) -> PreparedRecord:
    policy = terms.policy
    treated = treatment(seen.report, record, policy, by_mail=seen.by_mail)
    refused, mailed = keys_of(record, policy.addresses)
    named = [(refused, record.recipient)] if refused else []
    if mailed and record.original_recipient:
        named.append((mailed, record.original_recipient))
    return PreparedRecord(
        values=record_values(record, terms.privacy),
        key=refused,
        mailed=mailed,
        named=tuple(named),
        claimed=claimed_time(record, seen.report, seen.received),
        events=tuple(
            happened_to(seen.report, record, treated, (refused, mailed), policy, by_mail=seen.by_mail)
        ),
        reason="complaint" if complaint else record.reason.value,
        refuser=(record.provider or "") if treated == "block" else None,
        asked=tuple(_asked(record, treated, mailed, policy)),
    )


def _asked(record: BounceRecord, treated: str, mailed: str, policy: Policy) -> Iterator[str]:
    """The addresses whose state depends on whether the message that came back was sent to them."""
    if treated == "complaint" or (treated == "hard" and "known_message" in policy.hard_confirm):
        yield record.recipient
    if treated == "hard" and mailed and record.original_recipient:
        yield record.original_recipient


def _sender_of(report: Report) -> str:
    """The domain that sent what came back; "" where the notice does not tell."""
    for address in (report.original.return_path, report.original.from_):
        domain = (address or "").rpartition("@")[2].strip(" <>\"'\t\r\n")
        if domain:
            return clean(fold_domain(domain), _LONGEST_SENDER)
    return ""
