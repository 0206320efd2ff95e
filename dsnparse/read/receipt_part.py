"""Receipts: message/disposition-notification (RFC 8098), and the refusals that come as such.

Facts:

* Sieve's `reject` (RFC 5429 section 2.2) and Dovecot's delivery agent say no to a message with a disposition
  notification whose type is "deleted", and the reason in words.
* "Deleted" is also what a mail reader says of a message that was deleted unread; its words tell no refusal.
* "Failed" (RFC 2298) and the modifier "error" mean a receipt that could not be made; agents put them,
  with what failed, on mail that they refuse. There the words must be such as mail is refused with.
* Final-Recipient may be the local part alone ("popuser"); the words then have the address.
"""

from __future__ import annotations

from typing import Final

from dsnparse.model import Evidence
from dsnparse.notice.notice import Notice
from dsnparse.notice.words import says
from dsnparse.read.prose.blocks import Blocks
from dsnparse.read.prose.recipients import prose_recipients
from dsnparse.read.reading import Reading
from dsnparse.read.recipient import Recipient
from dsnparse.read.short_text import tells_why
from dsnparse.vocabulary import Action, Kind
from dsnparse.wire.address import field_address
from dsnparse.wire.fields import Field, first_fields
from dsnparse.wire.text import body_text

#: Lines of the text in which a refusal is told, and of the reason from there on.
_LINES: Final = 20
_REASON_LINES: Final = 10
#: Types and modifiers of what agents put on mail that they refuse.
_REFUSALS: Final = ("deleted", "failed", "/error")
#: What failed, by RFC 8098 section 3.2.7.
_FAILURES: Final = ("failure", "error")


def read_receipt_part(notice: Notice) -> Reading | None:
    """A receipt, and who sent it; a bounce where it says that the message was refused."""
    part = notice.roles.receipt
    if part is None or not notice.is_report or notice.is_passed_on:
        return None
    fields = first_fields(body_text(part, notice.limits.text_bytes))
    found = fields.get("disposition")
    evidence = Evidence(
        "kind", part.number, found.line if found else 0, "rfc8098", found.value if found else ""
    )
    recipients = _recipients(fields, part.number)
    refusal = _refusal(notice, found, fields)
    if refusal is not None:
        recipients = recipients or prose_recipients(notice)
        for recipient in recipients:
            _describe(notice, recipient, refusal)
    kind = Kind.BOUNCE if refusal is not None and recipients else Kind.RECEIPT
    reading = Reading(kind, [evidence], "mdn", recipients, fields)
    if found is not None:
        # The type ("displayed", "deleted", …) without mode and modifiers.
        reading.disposition = found.value.rpartition(";")[2].partition("/")[0].strip().lower() or None
    return reading


def _refusal(notice: Notice, disposition: Field | None, fields: dict[str, Field]) -> tuple[str, int] | None:
    """The words that tell that a server or a filter refused the message, and their line in the text."""
    value = disposition.value.lower() if disposition is not None else ""
    if not value.startswith("automatic-action") or not any(one in value for one in _REFUSALS):
        return None
    lines = notice.body.stripped[:_LINES]
    index = next((index for index, line in enumerate(lines) if line and says("failure", line)), -1)
    words = " ".join(lines[index : index + _REASON_LINES]) if index >= 0 else ""
    if "deleted" not in value:
        failure = next((fields[name].value for name in _FAILURES if name in fields), "")
        words = f"{words} {failure}".strip()
        return (words, max(index, 0)) if tells_why(words) else None
    return (words, index) if index >= 0 else None


def _describe(notice: Notice, recipient: Recipient, refusal: tuple[str, int]) -> None:
    recipient.action = Action.FAILED
    if recipient.diagnostic is None:
        Blocks(notice, {recipient.recipient.lower()}).describe(recipient, *refusal)


def _recipients(fields: dict[str, Field], number: str) -> list[Recipient]:
    for name in ("final-recipient", "original-recipient"):
        field = fields.get(name)
        address = field_address(field.value) if field else None
        if address and field:
            recipient = Recipient(address.text, is_uncertain=address.is_uncertain)
            recipient.note("recipient", number, field.line, f"rfc8098.{name}", field.value)
            return [recipient]
    return []
