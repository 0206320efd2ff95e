"""The recipients of one event."""

from __future__ import annotations

from typing import Any

from dsnparse.model import Action
from dsnparse.read.events.tables import Table, text_of, time_of, value_at
from dsnparse.read.recipient import Recipient
from dsnparse.reply import Reply
from dsnparse.reply.reply import typed
from dsnparse.wire.address import address_in_field, listed_addresses


def recipients_of(
    table: Table, spec: dict[str, Any], event: Any, most: int, *, part: str = "event", line: int = 0
) -> list[Recipient]:
    """A recipient for each entry, at most `most`.

    `table`: the provider's; `spec`: its entry for this sort of event. `part` and `line`: for the evidence.
    """
    entries = [event]
    if "recipients" in spec:
        found = value_at(spec["recipients"], event)
        entries = found if isinstance(found, list) else [] if found is None else [found]
    named = [(entry, *_named(table, event, entry)) for entry in entries[:most]]
    if "recipients" not in spec and not any(text for _, text, _ in named):
        named = _candidates(table, event, most)
    # One of several, and the event does not say which: nobody is silenced by it.
    is_doubtful = len(named) > 1 and ("recipients" not in spec or bool(spec.get("candidates")))
    read = (_recipient(table, spec, event, *one, is_doubtful, part, line) for one in named)
    return [recipient for recipient in read if recipient is not None]


def _named(table: Table, event: Any, entry: Any) -> tuple[str, str]:
    return text_of(table["fields"].get("recipient", ()), event, entry)


def _candidates(table: Table, event: Any, most: int) -> list[tuple[Any, str, str]]:
    """All whom the message went to, where the event names nobody else."""
    for path in table["fields"].get("candidates", ()):
        text, _ = text_of([path], event)
        addresses = listed_addresses(text, most)
        if addresses:
            return [(event, address.text, path) for address in addresses]
    return []


def _recipient(
    table: Table,
    spec: dict[str, Any],
    event: Any,
    entry: Any,
    address: str,
    path: str,
    is_doubtful: bool,
    part: str,
    line: int,
) -> Recipient | None:
    fields = table["fields"]

    def said(field: str) -> str:
        text, path = text_of(fields.get(field, ()), event, entry)
        if text:
            name = path.rpartition("/")[2].strip(".") or value_name(spec)
            recipient.note(field, part, line, f"{table['format']}.{name}", text)
        return text

    named = address_in_field(address)
    if named is None:
        return None
    recipient = Recipient(named.text, is_uncertain=named.is_uncertain or is_doubtful)
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
    recipient.last_attempt_date = time_of(table, "time", event)
    recipient.will_retry_until = time_of(table, "will_retry_until", event)
    return recipient


def value_name(spec: dict[str, Any]) -> str:
    """The last name of where the recipients are."""
    return str(spec.get("recipients", "recipient")).rpartition("/")[2]
