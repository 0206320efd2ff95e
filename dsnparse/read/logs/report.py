"""An outcome as a report, by the same steps as a notice: one reading of the reply, one gate for hard."""

from __future__ import annotations

from dsnparse.classify import RuleSet
from dsnparse.model import Evidence, OriginalMessage, Report
from dsnparse.read.logs.outcome import Outcome
from dsnparse.read.reading import Reading, kind_of
from dsnparse.read.recipient import Recipient
from dsnparse.read.record import records_of
from dsnparse.reply import Reply
from dsnparse.vocabulary import Action, Origin
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
        mailed = field_address(outcome.original_recipient)
        if mailed is not None and mailed.text.lower() != named.text.lower():
            recipient.original_recipient = mailed.text
            recipient.original_origin = (
                Origin.AMBIGUOUS if mailed.is_uncertain or outcome.is_uncertain else Origin.STATED
            )
            recipient.note("original_recipient", _PART, line, f"{form}.original", outcome.original_recipient)
    recipient.action = outcome.action
    recipient.note("action", _PART, line, f"{form}.action", outcome.action)
    if outcome.deferrals:
        recipient.note("action", _PART, line, f"{form}.deferrals", str(outcome.deferrals))
    if outcome.action is not Action.DELIVERED:
        _take_reply(recipient, outcome, form)
    recipient.remote_mta = outcome.remote_mta
    recipient.last_attempt_date = outcome.time
    recipient.final_log_id = outcome.queue_id
    reading = Reading(
        kind_of([recipient]),
        [Evidence("kind", _PART, line, f"{form}.action", outcome.action)],
        form,
        [recipient],
    )
    return Report(
        kind=reading.kind,
        records=records_of(reading, outcome.host or None, rules),
        reporting_mta=outcome.host or None,
        original=OriginalMessage(message_id=outcome.message_id, return_path=outcome.sender),
        format=form,
        evidence=tuple(reading.evidence),
    )


def _take_reply(recipient: Recipient, outcome: Outcome, form: str) -> None:
    if outcome.status:
        recipient.status = outcome.status
        recipient.note("status", _PART, outcome.line, f"{form}.status", outcome.status)
    recipient.reply_code = outcome.reply_code
    recipient.smtp_command = outcome.smtp_command
    if outcome.diagnostic:
        recipient.diagnostic, recipient.diagnostic_type = outcome.diagnostic, outcome.diagnostic_type
        recipient.note("diagnostic", _PART, outcome.line, f"{form}.reply", outcome.diagnostic)
        recipient.take_codes(Reply.parse(outcome.diagnostic), _PART, outcome.line, f"{form}.reply")
