"""The recipients of one event."""

from __future__ import annotations

from typing import Any

from dsnparse.model import Action
from dsnparse.read.events.tables import Table, text_of, time_of, value_at
from dsnparse.read.recipient import Recipient
from dsnparse.reply import Reply
from dsnparse.reply.reply import typed
from dsnparse.wire.address import address_in_field


def recipients_of(
    table: Table, spec: dict[str, Any], event: Any, most: int, *, part: str = "event", line: int = 0
) -> list[Recipient]:
    """A recipient for each entry, at most `most`.

    `table`: the provider's; `spec`: its entry for this sort of event. `part` and `line`: for the evidence.
    """
    entries = [event]
    if "recipients" in spec:
        found = value_at(spec["recipients"], event)
        entries = found if isinstance(found, list) else []
    found_recipients = []
    for entry in entries[:most]:
        recipient = _recipient(table, spec, event, entry, part, line)
        if recipient is not None:
            found_recipients.append(recipient)
    return found_recipients


def _recipient(
    table: Table, spec: dict[str, Any], event: Any, entry: Any, part: str, line: int
) -> Recipient | None:
    fields = table["fields"]

    def said(field: str) -> str:
        text, path = text_of(fields.get(field, ()), event, entry)
        if text:
            name = path.rpartition("/")[2].strip(".") or value_name(spec)
            recipient.note(field, part, line, f"{table['format']}.{name}", text)
        return text

    address, path = text_of(fields["recipient"], event, entry)
    named = address_in_field(address)
    if named is None:
        return None
    recipient = Recipient(named.text, is_uncertain=named.is_uncertain)
    name = path.rpartition("/")[2].strip(".") or value_name(spec)
    recipient.note("recipient", part, line, f"{table['format']}.{name}", address)
    if "action" in spec:
        recipient.action = Action(spec["action"])
        stated = said("action").lower()
        if stated in list(Action):
            recipient.action = Action(stated)
    recipient.status = said("status") or None
    diagnostic = said("diagnostic")
    if diagnostic:
        recipient.diagnostic_type, recipient.diagnostic = typed(diagnostic)
    stated = said("reply_code")
    if stated.isdigit() and 400 <= int(stated) <= 599:
        recipient.reply_code = int(stated)
    if recipient.diagnostic:
        recipient.take_codes(Reply.parse(recipient.diagnostic), part, line, f"{table['format']}.reply")
    recipient.remote_mta = said("remote_mta") or None
    recipient.last_attempt_date = time_of(fields["time"], event)
    recipient.will_retry_until = time_of(fields.get("will_retry_until", ()), event)
    return recipient


def value_name(spec: dict[str, Any]) -> str:
    """The last name of where the recipients are."""
    return str(spec.get("recipients", "recipient")).rpartition("/")[2]
