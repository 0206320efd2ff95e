"""From a draft to a record: the classifier's verdict, the derived codes, and the last checks."""

from __future__ import annotations

from dsnparse.classify import RuleSet, Verdict, classify
from dsnparse.model import Advice, BounceRecord, BounceType, Evidence, Kind
from dsnparse.read.readers import Reading
from dsnparse.read.recipient import STATUS, Draft, clean_text
from dsnparse.wire.address import addresses_in

#: How sure a verdict is at most whose reply names another recipient.
_OF_ANOTHER = 0.3
#: Complaints of these types ask for an end of the mailing; others are reports about something else.
_COMPLAINTS_THAT_SUPPRESS = ("abuse", "fraud", "opt-out", "opt-out-list", "")


def finish(draft: Draft, reading: Reading, hosts: tuple[str, ...], rules: RuleSet | None) -> BounceRecord:
    """The record of one recipient."""
    if reading.kind not in (Kind.BOUNCE, Kind.DELAY, Kind.DELIVERY):
        return _without_failure(draft, reading)
    verdict = classify(
        draft.diagnostic or "",
        status=draft.status,
        reply_code=draft.reply_code,
        action=draft.action,
        smtp_command=draft.smtp_command,
        hosts=(draft.remote_mta, *hosts) if draft.remote_mta else hosts,
        recipient=draft.recipient,
        context=draft.context,
        rules=rules,
    )
    evidence = draft.evidence
    part, line = _place_of(draft, verdict.matched)
    evidence.append(Evidence("reason", part, line, verdict.rule, clean_text(verdict.matched)))
    for conflict in verdict.conflicts:
        text = clean_text(conflict.text)
        evidence.append(Evidence("reason", part, line, f"outranked: {conflict.rule}", text))
    bounce_type = verdict.bounce_type
    advice = verdict.advice
    if bounce_type is BounceType.HARD and (reading.kind is not Kind.BOUNCE or reading.is_second_hand):
        bounce_type, advice = BounceType.UNDETERMINED, Advice.REVIEW
    confidence = verdict.confidence
    if bounce_type is BounceType.HARD and len(reading.drafts) > 1 and _is_about_another(draft, reading):
        bounce_type, advice = BounceType.UNDETERMINED, Advice.REVIEW
        confidence = min(confidence, _OF_ANOTHER)
        text = draft.diagnostic or ""
        evidence.append(Evidence("bounce_type", part, line, "reply-names-another-recipient", text[:500]))
    return BounceRecord(
        recipient=draft.recipient,
        original_recipient=draft.original_recipient,
        actual_recipient=draft.actual_recipient,
        action=draft.action,
        status=draft.status,
        effective_status=_effective_status(draft, verdict),
        reply_code=draft.reply_code or verdict.reply_code,
        diagnostic=draft.diagnostic,
        diagnostic_type=draft.diagnostic_type,
        remote_mta=draft.remote_mta,
        reason=verdict.reason,
        bounce_type=bounce_type,
        advice=advice,
        last_attempt_date=draft.last_attempt_date,
        will_retry_until=draft.will_retry_until,
        final_log_id=draft.final_log_id,
        smtp_command=draft.smtp_command,
        provider=verdict.provider,
        confidence=confidence,
        evidence=tuple(evidence),
    )


def _is_about_another(draft: Draft, reading: Reading) -> bool:
    """Whether the reply names another recipient of the notice, and not this one.

    nullmailer gives the reply to one recipient as the reason of all, also of those that were accepted.
    """
    named = {address.lower() for address in addresses_in(draft.diagnostic or "")}
    own = {draft.recipient, draft.original_recipient, draft.actual_recipient}
    if not named or any(address and address.lower() in named for address in own):
        return False
    return not named.isdisjoint(reading.recipients())


def _place_of(draft: Draft, words: str) -> tuple[str, int]:
    """The part and line of the field that the deciding words stand in, as far as it is known."""
    field = (
        "diagnostic"
        if words and draft.diagnostic and words.lower() in draft.diagnostic.lower()
        else "recipient"
    )
    for entry in draft.evidence:
        if entry.field == field or (field == "recipient" and entry.field == "status"):
            return entry.part, entry.line
    return "", 0


def _effective_status(draft: Draft, verdict: Verdict) -> str | None:
    """The enhanced code that the verdict rests on.

    A queue gives its own code (4.4.7 expired, 5.0.0, 5.1.1) to what the remote host said with another: the
    code in the quoted reply counts, the specific one nearest before the words that decided.
    """
    text = draft.diagnostic
    if not text:
        return verdict.effective_status
    found = [(m.start(), m[1]) for m in STATUS.finditer(text, 0, 4096) if m[1][0] != "2"]
    specific = [entry for entry in found if not entry[1].endswith(".0")] or found
    if not specific:
        return verdict.effective_status
    at = text.lower().find(verdict.matched.lower()) if verdict.matched else -1
    before = [code for start, code in specific if start <= at]
    return before[-1] if before else specific[0][1]


def _without_failure(draft: Draft, reading: Reading) -> BounceRecord:
    """The recipient of a complaint or a receipt: nothing failed."""
    suppress = reading.kind is Kind.COMPLAINT and reading.feedback_type in _COMPLAINTS_THAT_SUPPRESS
    return BounceRecord(
        recipient=draft.recipient,
        original_recipient=draft.original_recipient,
        advice=Advice.SUPPRESS if suppress else Advice.NONE,
        confidence=1.0,
        evidence=tuple(draft.evidence),
    )
