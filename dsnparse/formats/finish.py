"""From a draft to a record: the classifier's verdict, the derived codes, and the last checks."""

from __future__ import annotations

from dsnparse.classify import RuleSet, classify
from dsnparse.formats.draft import Draft
from dsnparse.formats.reading import Reading
from dsnparse.model import Advice, BounceRecord, BounceType, Evidence, Kind

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
    evidence.append(Evidence("reason", "", 0, verdict.rule, verdict.matched))
    for conflict in verdict.conflicts:
        evidence.append(Evidence("reason", "", 0, f"outranked: {conflict.rule}", conflict.text))
    bounce_type = verdict.bounce_type
    advice = verdict.advice
    if bounce_type is BounceType.HARD and (reading.kind is not Kind.BOUNCE or reading.is_second_hand):
        bounce_type, advice = BounceType.UNDETERMINED, Advice.REVIEW
    return BounceRecord(
        recipient=draft.recipient,
        original_recipient=draft.original_recipient,
        action=draft.action,
        status=draft.status,
        effective_status=verdict.effective_status,
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
        confidence=verdict.confidence,
        evidence=tuple(evidence),
    )


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
