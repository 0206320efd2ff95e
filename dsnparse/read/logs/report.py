"""An outcome as a report, by the same steps as a notice: one reading of the reply, one gate for hard."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from dsnparse.classify import RuleSet, Verdict
from dsnparse.classify.claim import Claim
from dsnparse.classify.engine import verdict_on
from dsnparse.classify.source import Source
from dsnparse.model import BounceRecord, Evidence, OriginalMessage, Report
from dsnparse.read.logs.outcome import Outcome
from dsnparse.read.reading import Reading, kind_of
from dsnparse.read.recipient import Recipient
from dsnparse.read.record import record_of, records_of
from dsnparse.reply import Reply
from dsnparse.rulebook.ranks import EVENT_RANK
from dsnparse.vocabulary import Action, Kind, Origin
from dsnparse.wire.address import field_address

#: What evidence calls the log.
_PART = "log"


def outcome_report(outcome: Outcome, form: str, rules: RuleSet | None) -> Report | None:
    """The report of one final outcome; None where it names no address.

    `form`: the format of the log ("postfix-log"); it stands in `Report.format` and in the evidence.
    """
    named = field_address(outcome.recipient)
    if named is None:
        return None
    line = outcome.line
    recipient = Recipient(named.text, is_uncertain=named.is_uncertain or outcome.is_uncertain)
    recipient.note("recipient", _PART, line, f"{form}.recipient", outcome.recipient)
    if outcome.original_recipient:
        _take_original(recipient, outcome, form)
    recipient.action = outcome.action
    if outcome.action is not None:
        recipient.note("action", _PART, line, f"{form}.action", outcome.action)
    if outcome.deferrals:
        recipient.note("action", _PART, line, f"{form}.deferrals", str(outcome.deferrals))
    if outcome.action is Action.FAILED:
        _take_reply(recipient, outcome, form)
    recipient.remote_mta = outcome.remote_mta
    recipient.last_attempt_date = outcome.time
    recipient.final_log_id = outcome.queue_id
    kind = Kind.COMPLAINT if outcome.action is None else kind_of([recipient])
    said = outcome.action or outcome.feedback_type or ""
    reading = Reading(kind, [Evidence("kind", _PART, line, f"{form}.action", said)], form, [recipient])
    reading.feedback_type = outcome.feedback_type
    records: tuple[BounceRecord, ...]
    if outcome.action is Action.DELIVERED:
        records = (record_of(recipient, reading, _delivered()),)
    else:
        records = records_of(reading, outcome.host or None, rules, _claims(outcome, form))
    return Report(
        kind=kind,
        records=records,
        reporting_mta=outcome.host or None,
        original=OriginalMessage(message_id=outcome.message_id, return_path=outcome.sender),
        feedback_type=outcome.feedback_type,
        format=form,
        evidence=tuple(reading.evidence),
    )


@cache
def _delivered() -> Verdict:
    """The verdict on whom a message reached, whatever the other server said of it."""
    return verdict_on(Reply.parse(""), action=Action.DELIVERED)


def _claims(outcome: Outcome, form: str) -> Sequence[Claim]:
    """The log's own class of the failure: as little as what an event is called."""
    if outcome.category is None:
        return ()
    return (Claim(EVENT_RANK, outcome.category, f"{form}.class", outcome.category.value, Source.EVENT),)


def _take_original(recipient: Recipient, outcome: Outcome, form: str) -> None:
    """The address that was mailed, where it is another one."""
    given = outcome.original_recipient or ""
    mailed = field_address(given)
    if mailed is not None and mailed.text.lower() != recipient.recipient.lower():
        recipient.original_recipient = mailed.text
        is_uncertain = mailed.is_uncertain or outcome.is_uncertain
        recipient.original_origin = Origin.AMBIGUOUS if is_uncertain else Origin.STATED
        recipient.note("original_recipient", _PART, outcome.line, f"{form}.original", given)


def _take_reply(recipient: Recipient, outcome: Outcome, form: str) -> None:
    if outcome.status:
        recipient.status = outcome.status
        recipient.note("status", _PART, outcome.line, f"{form}.status", outcome.status)
    recipient.reply_code = outcome.reply_code
    recipient.smtp_command = outcome.smtp_command
    if outcome.diagnostic:
        recipient.diagnostic, recipient.diagnostic_type = outcome.diagnostic, outcome.diagnostic_type
        recipient.note("diagnostic", _PART, outcome.line, f"{form}.reply", outcome.diagnostic)
        recipient.reply = Reply.parse(outcome.diagnostic)
        recipient.take_codes(recipient.reply, _PART, outcome.line, f"{form}.reply")
