"""Complaints: message/feedback-report (RFC 5965, with 6591 and 6650), and the near-empty ones in plain text.

Facts:

* The report part has header-like fields: Feedback-Type, Original-Rcpt-To, Original-Mail-From, Arrival-Date.
* Hotmail's JMRP returns the message alone, with X-HmXmrOriginalRecipient in its header or body; AOL and Yahoo
  redact the recipient. What is missing stays missing.
"""

from __future__ import annotations

from dsnparse.notice.notice import Notice
from dsnparse.read.recipient import Draft
from dsnparse.wire.address import addresses_in, clean
from dsnparse.wire.fields import Field, read_groups
from dsnparse.wire.text import body_text

_RECIPIENT_FIELDS = ("original-rcpt-to", "removal-recipient", "x-hmxmroriginalrecipient", "x-rcpt-to")


def read_fields(notice: Notice) -> dict[str, Field]:
    """The fields of the feedback-report part, first values by name in lower case."""
    part = notice.feedback
    if part is None:
        return {}
    fields: dict[str, Field] = {}
    for group in read_groups(body_text(part, notice.limits.text_bytes)):
        for field in group:
            fields.setdefault(field.name, field)
    return fields


def read_feedback(notice: Notice, fields: dict[str, Field]) -> list[Draft]:
    """A draft for each recipient who complained, as far as the report says who."""
    drafts: list[Draft] = []
    number = notice.feedback.number if notice.feedback is not None else "1"
    for name in _RECIPIENT_FIELDS:
        field = fields.get(name)
        address = clean(field.value) if field else None
        if address and field:
            draft = Draft(address)
            draft.note("recipient", number, field.line, f"rfc5965.{name}", field.value)
            drafts.append(draft)
            return drafts
    for name in ("x-hmxmroriginalrecipient", "x-rcpt-to", "x-original-to", "to"):
        value = notice.original.get(name, "")
        found = addresses_in(value)
        if len(found) == 1:
            draft = Draft(found[0])
            draft.note("recipient", "header", 0, f"returned.{name}", value)
            drafts.append(draft)
            return drafts
    return drafts
