"""Receipts: message/disposition-notification (RFC 8098), sieve rejects (RFC 5429) among them."""

from __future__ import annotations

from dsnparse.notice.notice import Notice
from dsnparse.read.recipient import Draft
from dsnparse.wire.address import field_address
from dsnparse.wire.fields import Field, read_groups
from dsnparse.wire.text import body_text


def read_fields(notice: Notice) -> dict[str, Field]:
    """The fields of the disposition-notification part, first values by name in lower case."""
    fields: dict[str, Field] = {}
    if notice.receipt is not None:
        for group in read_groups(body_text(notice.receipt, notice.limits.text_bytes)):
            for field in group:
                fields.setdefault(field.name, field)
    return fields


def disposition(fields: dict[str, Field]) -> str | None:
    """The disposition type ("displayed", "deleted", …), in lower case, without mode and modifiers."""
    field = fields.get("disposition")
    if field is None:
        return None
    return field.value.rpartition(";")[2].partition("/")[0].strip().lower() or None


def read_receipt(notice: Notice, fields: dict[str, Field]) -> list[Draft]:
    """A draft for the recipient who sent the receipt."""
    number = notice.receipt.number if notice.receipt is not None else "1"
    for name in ("final-recipient", "original-recipient"):
        field = fields.get(name)
        address = field_address(field.value) if field else None
        if address and field:
            draft = Draft(address)
            draft.note("recipient", number, field.line, f"rfc8098.{name}", field.value)
            return [draft]
    return []
