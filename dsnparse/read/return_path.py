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

from dsnparse.classify.objection import Objection
from dsnparse.model import Authenticity, OriginalMessage
from dsnparse.notice.notice import Notice
from dsnparse.read.from_text import named_elsewhere, told_action
from dsnparse.read.mailed_address import MAX_HOPS
from dsnparse.read.prose.blocks import Blocks
from dsnparse.read.reading import Reading
from dsnparse.read.recipient import Recipient
from dsnparse.trust.authenticity import judge
from dsnparse.trust.envelope import Envelope
from dsnparse.trust.judged import Judged, Returned
from dsnparse.trust.settings import TrustSettings
from dsnparse.trust.token import is_same
from dsnparse.trust.tracking import is_signed_form
from dsnparse.vocabulary import Kind, Origin, TrustLevel
from dsnparse.wire.address import FieldAddress

_RULE = "trust.mailed"
_WHOLE = ("message/rfc822", "message/global")
_ABOUT_RECIPIENTS = (Kind.BOUNCE, Kind.DELAY, Kind.DELIVERY, Kind.COMPLAINT)


def authenticate(
    notice: Notice,
    data: bytes,
    reading: Reading,
    original: OriginalMessage,
    reporting_mta: str | None,
    envelope: Envelope | None,
    settings: TrustSettings | None,
) -> Authenticity:
    """How far `notice` is to be believed; `reading` then has the recipient whom our signature names.

    `data`: the notice as it came.
    """
    settings = settings or TrustSettings()
    returned = _returned(notice, original, settings)
    judged = Judged(list(notice.root.raw_items()), data, _named(reading), reporting_mta, returned)
    found = judge(judged, envelope, settings)
    if found.authenticity.verdict is TrustLevel.SUSPECT:
        for recipient in reading.recipients:
            recipient.doubt = Objection.SUSPECT
    elif reading.kind in _ABOUT_RECIPIENTS:
        if found.mailed is not None:
            _take_signed(notice, reading, found.mailed, is_signed=found.is_signed)
        elif found.unsigned is not None and not reading.recipients:
            _add(notice, reading, found.unsigned)
    return found.authenticity


def _named(reading: Reading) -> list[str]:
    """The addresses that the notice names as failed, or as mailed."""
    named: dict[str, None] = {}
    for recipient in reading.recipients:
        named[recipient.recipient] = None
        if recipient.original_recipient:
            named[recipient.original_recipient] = None
    return list(named)


def _returned(notice: Notice, original: OriginalMessage, settings: TrustSettings) -> Returned:
    """What is known of the message that came back, as far as the settings need it."""
    part = notice.roles.returned
    number = part.number if part is not None else ""
    to = notice.mailed if is_signed_form(original.message_id or "") else ()
    if not settings.sending_hosts and not settings.checks_dkim:
        return Returned(original, notice.original, (), to, number)
    inner = part.parts() if part is not None else []
    fields = [(name.lower(), value) for name, value in inner[0].raw_items()] if inner else []
    traces = [value for name, value in fields if name == "received"]
    if not traces and "received" in notice.original:
        traces = [notice.original["received"]]
    whole = b""
    if part is not None and inner and settings.checks_dkim and part.type in _WHOLE:
        whole = inner[0].buffer.data[inner[0].start : inner[0].body_end]
    to_fields = [name for name, _ in fields].count("to")
    # The lowest Received are those of our own servers.
    return Returned(original, notice.original, traces[-MAX_HOPS:], to, number, whole, to_fields)


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
        ("actual_recipient" if field == "recipient" else field, part, line, rule, text)
        for field, part, line, rule, text in recipient.evidence
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
