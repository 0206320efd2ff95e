"""Who was mailed, as the return path says that the notice was sent to, or another signature of ours.

Facts:

* Whoever forwards a message to another address has it refused there, and the notice names that one; ORCPT
  (RFC 3461), which would name the first, is seldom passed on, and may be anything.
* A return path that we signed names whom we mailed. So it decides, whatever the notice says; the address that
  the notice names is then the one that refused it. Where several are named, and he is not among them or not
  alone, nobody can say that theirs is his failure.
* A return path that is not signed may be anybody's: it names somebody only where nobody else is named.
"""

from __future__ import annotations

from dataclasses import replace

from dsnparse.classify.objection import Objection
from dsnparse.model import Authenticity, OriginalMessage
from dsnparse.notice.notice import Notice
from dsnparse.read.from_text import named_elsewhere, told_action
from dsnparse.read.mailed_address import MAX_HOPS
from dsnparse.read.prose.blocks import Blocks
from dsnparse.read.reading import Reading
from dsnparse.read.recipient import Recipient
from dsnparse.trust.authenticity import Notice as Judged
from dsnparse.trust.authenticity import Returned, judge
from dsnparse.trust.envelope import Envelope
from dsnparse.trust.settings import TrustSettings
from dsnparse.trust.token import is_same
from dsnparse.vocabulary import Kind, Origin, TrustLevel
from dsnparse.wire.address import FieldAddress

_RULE = "trust.mailed"
_ABOUT_RECIPIENTS = (Kind.BOUNCE, Kind.DELAY, Kind.DELIVERY, Kind.COMPLAINT)


def authenticate(
    notice: Notice,
    reading: Reading,
    original: OriginalMessage,
    reporting_mta: str | None,
    envelope: Envelope | None,
    settings: TrustSettings | None,
) -> Authenticity:
    """How far `notice` is to be believed; `reading` then has the recipient whom our signature names."""
    settings = settings or TrustSettings()
    found = judge(_judged(notice, reading, original, reporting_mta), envelope, settings)
    if found.authenticity.verdict is TrustLevel.SUSPECT:
        for recipient in reading.recipients:
            recipient.doubt = Objection.SUSPECT
    elif reading.kind in _ABOUT_RECIPIENTS:
        if found.mailed is not None:
            _take_signed(notice, reading, found.mailed, is_signed=found.is_signed)
        elif found.unsigned is not None and not reading.recipients:
            _add(notice, reading, found.unsigned)
    return found.authenticity


def _judged(notice: Notice, reading: Reading, original: OriginalMessage, reporting_mta: str | None) -> Judged:
    returned = notice.roles.returned
    inner = returned.parts() if returned is not None else []
    traces = (
        [str(value) for name, value in inner[0].raw_items() if name.lower() == "received"] if inner else []
    )
    if not traces and "received" in notice.original:
        traces = [notice.original["received"]]
    named = [
        address
        for recipient in reading.recipients
        for address in (recipient.recipient, recipient.original_recipient)
        if address
    ]
    return Judged(
        [(name, str(value)) for name, value in notice.root.raw_items()],
        list(dict.fromkeys(named)),
        reporting_mta,
        Returned(
            original, notice.original, traces[-MAX_HOPS:], notice.mailed, returned.number if returned else ""
        ),
    )


def _take_signed(notice: Notice, reading: Reading, mailed: str, *, is_signed: bool) -> None:
    """The recipients of a notice about a message that was sent to `mailed`."""
    if not reading.recipients:
        _add(notice, reading, mailed)
    same = [recipient for recipient in reading.recipients if is_same(recipient.recipient, mailed)]
    if not same and len(reading.recipients) == 1:
        same = [_renamed(reading.recipients[0], mailed)]
    for recipient in reading.recipients:
        recipient.original_recipient, recipient.original_origin = mailed, Origin.VERP
        recipient.note("original_recipient", "envelope", 0, _RULE, mailed)
        recipient.doubt = None if recipient in same else Objection.NOT_MAILED
        if recipient in same and recipient.recipient_origin is not Origin.STATED:
            recipient.recipient_origin, recipient.is_signed = Origin.VERP, is_signed


def _renamed(recipient: Recipient, mailed: str) -> Recipient:
    """The only recipient under the address that we mailed: the one that he is named by refused it."""
    if recipient.recipient_origin in (Origin.STATED, Origin.AMBIGUOUS):
        recipient.actual_recipient = recipient.actual_recipient or recipient.recipient
    recipient.evidence = [
        replace(entry, field="actual_recipient") if entry.field == "recipient" else entry
        for entry in recipient.evidence
    ]
    recipient.recipient, recipient.recipient_origin = mailed, Origin.VERP
    recipient.note("recipient", "envelope", 0, _RULE, mailed)
    return recipient


def _add(notice: Notice, reading: Reading, address: str) -> None:
    """The one whom the return path names, where the notice names nobody."""
    recipient = named_elsewhere(notice, FieldAddress(address), _RULE, address, Origin.VERP)
    if reading.kind in (Kind.BOUNCE, Kind.DELAY):
        Blocks(notice, {address.lower()}).fill_from_all(recipient)
        recipient.action = recipient.action or told_action(notice)
    reading.recipients.append(recipient)
