"""Complaints: message/feedback-report (RFC 5965, with 6591 and 6650), and the near-empty ones in plain text.

Facts:

* The report part has header-like fields: Feedback-Type, Original-Rcpt-To, Original-Mail-From, Arrival-Date.
* Hotmail's JMRP returns the message alone, with X-HmXmrOriginalRecipient in its header or body; AOL and Yahoo
  redact the recipient. What is missing stays missing.
"""

from __future__ import annotations

import re
from typing import Final

from dsnparse.model import Evidence
from dsnparse.notice.notice import Notice
from dsnparse.notice.passing_on import is_mail_reader, is_person
from dsnparse.notice.sign import MACHINE
from dsnparse.read.reading import Reading
from dsnparse.read.recipient import Recipient
from dsnparse.reply.codes import states_code
from dsnparse.vocabulary import Kind
from dsnparse.wire.address import address_in_field
from dsnparse.wire.address_spans import addresses_in
from dsnparse.wire.fields import Field, first_fields
from dsnparse.wire.mime import Part
from dsnparse.wire.text import body_text

_RECIPIENT_FIELDS: Final = ("original-rcpt-to", "removal-recipient", "x-hmxmroriginalrecipient", "x-rcpt-to")
_RETURNED_FIELDS: Final = ("x-hmxmroriginalrecipient", "x-rcpt-to", "x-original-to", "to")
_JMRP_FIELD: Final = "x-hmxmroriginalrecipient"
_OPENING_LINES: Final = 20
#: Fields of lists and threads.
_OF_PEOPLE: Final = ("list-id", "list-post", "list-unsubscribe", "in-reply-to", "references")
_DMARC_REPORT: Final = re.compile(r"DMARC (?:forensic|failure) report", re.IGNORECASE)


def read_feedback_part(notice: Notice) -> Reading | None:
    """A complaint with a feedback-report part."""
    part = notice.roles.feedback
    if part is None or not (notice.is_report or _is_by_a_program(notice)):
        return None
    return _complaint(notice, part)


def _is_by_a_program(notice: Notice) -> bool:
    """Whether a report whose own type is lost (multipart/mixed) comes from no person and no list."""
    head = notice.head
    is_passed_on = head.is_answer or any(name in head.first for name in _OF_PEOPLE)
    return not (is_passed_on or is_person(head.mail_from) or is_mail_reader(head.program))


def read_bare_complaint(notice: Notice) -> Reading | None:
    """Reports without a feedback part: Hotmail's (JMRP), hardly a word; DMARC failure reports in prose."""
    head = notice.head
    if "staff@hotmail" in (head.mail_from + head.first.get("return-path", "")).lower():
        is_one = _JMRP_FIELD in head.first or _JMRP_FIELD in notice.original
    else:
        is_one = "dmarc f" in head.subject.lower() and _is_dmarc_report(notice)
    return _complaint(notice, notice.roles.feedback) if is_one else None


def _is_dmarc_report(notice: Notice) -> bool:
    """Whether the subject is that of a DMARC report, and not of the message that a bounce returns."""
    subject = notice.head.subject
    if not notice.signs.has(*MACHINE):
        return bool(_DMARC_REPORT.search(subject))
    opening = notice.body.lines[:_OPENING_LINES]
    return bool(_DMARC_REPORT.match(subject)) and not any(states_code(line) for line in opening)


def _complaint(notice: Notice, part: Part | None) -> Reading:
    fields = first_fields(body_text(part, notice.limits.text_bytes)) if part is not None else {}
    kind = fields.get("feedback-type")
    subject = notice.head.subject
    number = (part.number if part is not None else "header") or "1"
    shown = kind.value if kind else subject
    reading = Reading(Kind.COMPLAINT, [Evidence("kind", number, 0, "rfc5965", shown[:200])], "arf")
    if kind is not None:
        reading.feedback_type = kind.value.strip().lower()
    else:
        reading.feedback_type = "auth-failure" if _DMARC_REPORT.search(subject) else "abuse"
    reading.fields = fields
    reading.recipients = _recipients(notice, fields, part.number if part is not None else "1")
    return reading


def _recipients(notice: Notice, fields: dict[str, Field], number: str) -> list[Recipient]:
    """Who complained, as far as the report says."""
    for name in _RECIPIENT_FIELDS:
        field = fields.get(name)
        address = address_in_field(field.value) if field else None
        if address and field:
            recipient = Recipient(address.text, is_uncertain=address.is_uncertain)
            recipient.note("recipient", number, field.line, f"rfc5965.{name}", field.value)
            return [recipient]
    for name in _RETURNED_FIELDS:
        value = notice.original.get(name, "")
        found = addresses_in(value)
        if len(found) == 1:
            recipient = Recipient(found[0])
            recipient.note("recipient", "header", 0, f"returned.{name}", value)
            return [recipient]
    return []
