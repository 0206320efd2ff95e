"""Receipts: message/disposition-notification (RFC 8098), sieve rejects (RFC 5429) among them."""

from __future__ import annotations

from dsnparse.model import Evidence
from dsnparse.notice.notice import Notice
from dsnparse.read.reading import Reading
from dsnparse.read.recipient import Recipient
from dsnparse.vocabulary import Kind
from dsnparse.wire.address import field_address
from dsnparse.wire.fields import Field, first_fields
from dsnparse.wire.text import body_text


def read_receipt_part(notice: Notice) -> Reading | None:
    """A receipt, and who sent it."""
    part = notice.roles.receipt
    if part is None or not notice.is_report:
        return None
    fields = first_fields(body_text(part, notice.limits.text_bytes))
    found = fields.get("disposition")
    evidence = Evidence(
        "kind", part.number, found.line if found else 0, "rfc8098", found.value if found else ""
    )
    reading = Reading(Kind.RECEIPT, [evidence], "mdn", _recipients(fields, part.number), fields)
    if found is not None:
        # The type ("displayed", "deleted", …) without mode and modifiers.
        reading.disposition = found.value.rpartition(";")[2].partition("/")[0].strip().lower() or None
    return reading


def _recipients(fields: dict[str, Field], number: str) -> list[Recipient]:
    for name in ("final-recipient", "original-recipient"):
        field = fields.get(name)
        address = field_address(field.value) if field else None
        if address and field:
            recipient = Recipient(address.text, is_uncertain=address.is_uncertain)
            recipient.note("recipient", number, field.line, f"rfc8098.{name}", field.value)
            return [recipient]
    return []
