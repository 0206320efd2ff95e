"""The recipients of one event."""

from __future__ import annotations

from typing import Any

from dsnparse.model import Action
from dsnparse.read.events.tables import Table, text_of, time_of, value_at
from dsnparse.read.recipient import Draft, diagnostic_of, reply_code_in
from dsnparse.wire.address import clean


def drafts_of(
    table: Table, spec: dict[str, Any], event: Any, most: int, *, part: str = "event", line: int = 0
) -> list[Draft]:
    """A draft for each recipient, at most `most`.

    `table`: the provider's; `spec`: its entry for this sort of event. `part` and `line`: for the evidence.
    """
    entries = [event]
    if "recipients" in spec:
        found = value_at(spec["recipients"], event)
        entries = found if isinstance(found, list) else []
    drafts = []
    for entry in entries[:most]:
        draft = _draft(table, spec, event, entry, part, line)
        if draft is not None:
            drafts.append(draft)
    return drafts


def _draft(table: Table, spec: dict[str, Any], event: Any, entry: Any, part: str, line: int) -> Draft | None:
    fields = table["fields"]

    def said(field: str) -> str:
        text, path = text_of(fields.get(field, ()), event, entry)
        if text:
            name = path.rpartition("/")[2].strip(".") or value_name(spec)
            draft.note(field, part, line, f"{table['format']}.{name}", text)
        return text

    address, path = text_of(fields["recipient"], event, entry)
    recipient = clean(address)
    if recipient is None:
        return None
    draft = Draft(recipient)
    name = path.rpartition("/")[2].strip(".") or value_name(spec)
    draft.note("recipient", part, line, f"{table['format']}.{name}", address)
    if "action" in spec:
        draft.action = Action(spec["action"])
    draft.status = said("status") or None
    diagnostic = said("diagnostic")
    if diagnostic:
        draft.diagnostic_type, draft.diagnostic = diagnostic_of(diagnostic)
        draft.diagnostic_type = draft.diagnostic_type or None
        draft.reply_code = reply_code_in(draft.diagnostic)
    stated = said("reply_code")
    if stated.isdigit() and 400 <= int(stated) <= 599:
        draft.reply_code = int(stated)
    draft.remote_mta = said("remote_mta") or None
    draft.last_attempt_date = time_of(fields["time"], event)
    draft.will_retry_until = time_of(fields.get("will_retry_until", ()), event)
    return draft


def value_name(spec: dict[str, Any]) -> str:
    """The last name of where the recipients are."""
    return str(spec.get("recipients", "recipient")).rpartition("/")[2]
