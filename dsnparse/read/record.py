"""From a recipient to his record: the classifier's verdict and its evidence. Pure: the same each time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, cast

from dsnparse.classify import RuleSet, Source, Verdict
from dsnparse.classify.claim import Claim
from dsnparse.classify.engine import verdict_on
from dsnparse.classify.objection import Objection
from dsnparse.model import BounceRecord, Evidence, Written
from dsnparse.read.reading import Reading
from dsnparse.read.recipient import Recipient, clean_text
from dsnparse.reply import Reply
from dsnparse.vocabulary import Advice, BounceType, Kind, Origin
from dsnparse.wire.address_spans import Span, spans_in

#: How sure a verdict is at most whose reply names another recipient.
_OF_ANOTHER: Final = 0.3
#: The codes that a reply begins with.
_CODES: Final = re.compile(r"^\W{0,8}[245]\d\d[ -]?(?:#?[245]\.\d{1,3}\.\d{1,3})?")
#: RFC 5321 section 4.5.3.1: what a domain has at most.
_MAX_DOMAIN: Final = 255
_AROUND: Final = 80
#: From so many recipients on, verdicts are kept for those who come later; and so many of them.
_MANY: Final = 10
_MOST_KNOWN: Final = 256
#: Stands for each letter of an address.
_BLANKED: Final = "\0"
_MAX_EVIDENCE_TEXT: Final = 500
#: Complaints of these types ask for an end of the mailing; others are reports about something else.
_COMPLAINTS_THAT_SUPPRESS: Final = ("abuse", "fraud", "opt-out", "opt-out-list", "")
_ABOUT_DELIVERY: Final = (Kind.BOUNCE, Kind.DELAY, Kind.DELIVERY)


def records_of(
    reading: Reading, reporting_mta: str | None, rules: RuleSet | None, claims: Sequence[Claim] = ()
) -> tuple[BounceRecord, ...]:
    """The record of each recipient of `reading`.

    `reporting_mta`: the host that wrote the notice. `claims`: what else speaks for a reason.
    """
    if reading.kind not in _ABOUT_DELIVERY:
        return tuple([_without_failure(recipient, reading) for recipient in reading.recipients])
    if len(reading.recipients) < _MANY:
        return tuple(
            [
                record_of(recipient, reading, _verdict(recipient, reading, reporting_mta, rules, claims))
                for recipient in reading.recipients
            ]
        )
    known: dict[tuple[object, ...], Verdict] = {}
    records = []
    for recipient in reading.recipients:
        reply = _reply_of(recipient)
        key = _all_that_decides(recipient, reply)
        verdict = known.get(key)
        if verdict is None:
            verdict = _verdict(recipient, reading, reporting_mta, rules, claims)
            if len(known) < _MOST_KNOWN and _is_apart_from_addresses(verdict, reply):
                known[key] = verdict
        records.append(record_of(recipient, reading, verdict))
    return tuple(records)


def _reply_of(recipient: Recipient) -> Reply:
    return recipient.reply or Reply.parse(recipient.diagnostic or "")


def _all_that_decides(recipient: Recipient, reply: Reply) -> tuple[object, ...]:
    """All that a verdict rests on and that is not the same for all recipients of a notice.

    Lists have thousands of recipients whom one server refused in the same words but for the addresses, which
    are blanked before words are looked for.
    """
    return (
        _without_addresses(reply),
        reply.low,
        reply.sentences,
        reply.code,
        reply.status,
        reply.statuses,
        reply.command,
        reply.host,
        recipient.status,
        recipient.reply_code,
        recipient.action,
        recipient.smtp_command,
        recipient.remote_mta,
        recipient.recipient.rpartition("@")[2],
        recipient.context,
        recipient.recipient_origin,
        recipient.is_signed,
        recipient.doubt,
        recipient.claims,
        _names_another(recipient),
    )


def _without_addresses(reply: Reply) -> str:
    shown = reply.shown
    for start, end in reply.spans:
        shown = f"{shown[:start]}{_BLANKED * (end - start)}{shown[end:]}"
    return shown


def _is_apart_from_addresses(verdict: Verdict, reply: Reply) -> bool:
    """Whether nothing that a verdict names holds an address: another recipient's would stand there."""
    shown = _without_addresses(reply)
    return all(text in shown for text in (verdict.matched, *[other.text for other in verdict.conflicts]))


def _verdict(
    recipient: Recipient,
    reading: Reading,
    reporting_mta: str | None,
    rules: RuleSet | None,
    claims: Sequence[Claim],
) -> Verdict:
    return verdict_on(
        _reply_of(recipient),
        status=recipient.status,
        reply_code=recipient.reply_code,
        action=recipient.action,
        smtp_command=recipient.smtp_command,
        hosts=[host for host in (recipient.remote_mta, reporting_mta) if host],
        recipient=recipient.recipient,
        context=lambda: recipient.context,
        claims=(*claims, *recipient.claims) if recipient.claims else claims,
        kind=reading.kind,
        is_second_hand=reading.is_second_hand,
        is_uncertain=recipient.recipient_origin is not Origin.STATED and not recipient.is_signed,
        doubt=recipient.doubt,
        names_another=_names_another(recipient),
        rules=rules,
    )


def record_of(recipient: Recipient, reading: Reading, verdict: Verdict) -> BounceRecord:
    """The record of one recipient, whose verdict is known."""
    confidence = verdict.confidence
    if verdict.not_hard is Objection.NAMES_ANOTHER:
        confidence = min(confidence, _OF_ANOTHER)
    return BounceRecord(
        recipient=recipient.recipient,
        original_recipient=recipient.original_recipient,
        actual_recipient=recipient.actual_recipient,
        action=recipient.action,
        status=recipient.status,
        effective_status=verdict.effective_status,
        reply_code=recipient.reply_code or verdict.reply_code,
        diagnostic=recipient.diagnostic,
        diagnostic_type=recipient.diagnostic_type,
        remote_mta=recipient.remote_mta,
        reason=verdict.reason,
        bounce_type=verdict.bounce_type,
        advice=verdict.advice,
        last_attempt_date=recipient.last_attempt_date,
        will_retry_until=recipient.will_retry_until,
        final_log_id=recipient.final_log_id,
        smtp_command=recipient.smtp_command,
        provider=verdict.provider,
        confidence=confidence,
        evidence=_unmade([*recipient.evidence, *_evidence(recipient, verdict)]),
        recipient_origin=_origin(recipient, reading),
        original_origin=recipient.original_origin,
    )


def _unmade(written: list[Written]) -> tuple[Evidence, ...]:
    """Evidence that is made when somebody reads it."""
    return cast(tuple[Evidence, ...], tuple(written))


def _evidence(recipient: Recipient, verdict: Verdict) -> list[Written]:
    """What decided, what it outranked, and what kept it from being hard."""
    place = _place_of(recipient, verdict.matched, verdict.source)
    evidence = [("reason", *place, verdict.rule, clean_text(verdict.matched))]
    if verdict.looks_like is not None:
        evidence.append(("reason", "", 0, "learned.chosen", verdict.looks_like))
    for other in verdict.conflicts:
        place = _place_of(recipient, other.text, other.source)
        evidence.append(("reason", *place, f"outranked: {other.rule}", clean_text(other.text)))
    if verdict.not_hard is not None:
        text = (recipient.diagnostic or "")[:_MAX_EVIDENCE_TEXT]
        part, line = recipient.place_of("diagnostic")
        evidence.append(("bounce_type", part, line, f"not-hard.{verdict.not_hard}", text))
    return evidence


def _names_another(recipient: Recipient) -> bool:
    """Whether the reply names another address as the failed one, and not this recipient.

    nullmailer gives the reply to one recipient as the reason of all, also of those that were accepted; and
    whoever runs the refusing server writes what he likes.
    """
    text = recipient.diagnostic or ""
    if "@" not in text:
        return False
    low = text.lower()
    if recipient.recipient.lower() in low:
        return False
    given = (recipient.recipient, recipient.original_recipient, recipient.actual_recipient)
    own = {spelling for address in given if address for spelling in _spellings(address.lower())}
    if any(address in low for address in own):
        return False
    spans = spans_in(text)
    return own.isdisjoint([span.address.lower() for span in spans]) and any(
        _is_subject(text, span) for span in spans
    )


def _spellings(address: str) -> tuple[str, ...]:
    """An address as it is, and with the domain in A-labels (RFC 5891), as most servers write it."""
    local, _, domain = address.rpartition("@")
    if domain.isascii():
        return (address,)
    import idna

    try:
        return address, f"{local}@{idna.encode(domain[:_MAX_DOMAIN], strict=True).decode('ascii')}"
    except UnicodeError:  # idna.IDNAError is one
        return (address,)


def _is_subject(text: str, span: Span) -> bool:
    """Whether a reply is about an address: it stands right behind the codes, or words tell of its failure."""
    before = text[max(0, span.start - _AROUND) : span.start]
    return not _CODES.sub("", before).strip(" <\"'(:") and text[span.end :].strip(">\"'):. ") != ""


def _place_of(recipient: Recipient, words: str, source: Source | None) -> tuple[str, int]:
    """The part and line of the field that the deciding words stand in; ("", 0) for words around it."""
    if words and recipient.diagnostic and words.lower() in recipient.diagnostic.lower():
        return recipient.place_of("diagnostic")
    if source is Source.WORDS:
        return recipient.place_of("diagnostic", "recipient")
    if source is Source.CODE and words and words in (recipient.status, str(recipient.reply_code)):
        return recipient.place_of("status" if words == recipient.status else "reply_code")
    return "", 0


def _origin(recipient: Recipient, reading: Reading) -> Origin:
    stated = recipient.recipient_origin is Origin.STATED
    return Origin.SECOND_HAND if stated and reading.is_second_hand else recipient.recipient_origin


def _without_failure(recipient: Recipient, reading: Reading) -> BounceRecord:
    """The recipient of a complaint or a receipt: nothing failed."""
    suppress = reading.kind is Kind.COMPLAINT and reading.feedback_type in _COMPLAINTS_THAT_SUPPRESS
    return BounceRecord(
        recipient=recipient.recipient,
        original_recipient=recipient.original_recipient,
        bounce_type=BounceType.UNDETERMINED,
        advice=Advice.SUPPRESS if suppress else Advice.NONE,
        confidence=1.0,
        evidence=_unmade(recipient.evidence),
        recipient_origin=_origin(recipient, reading),
        original_origin=recipient.original_origin,
    )
