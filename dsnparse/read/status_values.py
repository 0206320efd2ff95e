"""What the fields about one recipient of a status part state, besides who he is (RFC 3464 section 2.3).

Facts:

* Action and Status are one word and one code, and may carry comments. OpenSMTPD once wrote "error", others
  leave Action out. Google puts host and reply into Diagnostic-Code over several lines; some put it in
  X-Supplementary-Info and state 5.0.0; Exchange 2007 puts the remote host's reply in the text only.
"""

from __future__ import annotations

from typing import Final

from dsnparse.notice.notice import Notice
from dsnparse.notice.status_fields import StatusGroup
from dsnparse.read.recipient import Recipient, clean_text
from dsnparse.reply import Reply
from dsnparse.reply.codes import find_codes
from dsnparse.reply.reply import typed
from dsnparse.reply.wrapping import decoded
from dsnparse.vocabulary import Action
from dsnparse.wire.address import typed_address
from dsnparse.wire.dates import parse_date
from dsnparse.wire.fields import Field

_ACTIONS: Final = {
    "fail": Action.FAILED,
    "erro": Action.FAILED,
    "unde": Action.FAILED,
    "reje": Action.FAILED,
    "expi": Action.FAILED,
    "perm": Action.FAILED,
    "boun": Action.FAILED,
    "dela": Action.DELAYED,
    "defe": Action.DELAYED,
    "warn": Action.DELAYED,
    "tran": Action.RELAYED,
    "rela": Action.RELAYED,
    "deli": Action.DELIVERED,
    "succ": Action.DELIVERED,
    "expa": Action.EXPANDED,
}
#: RFC 3464 section 2.3.6; and what Exim, Domino and gateways write beside it, or in its place.
_DIAGNOSTICS: Final = (
    "diagnostic-code",
    "x-exim-diagnostic",
    "x-notes",
    "x-notes-diagnostic",
    "x-diagnostic-code",
    "x-diagnostic",
)


def take_codes(recipient: Recipient, group: StatusGroup, notice: Notice) -> None:
    """Takes action, status, diagnostic and what the reply in it states."""
    fields = group.fields
    field = fields.get("action")
    if field is not None:
        recipient.action = _ACTIONS.get(field.value[:4]) or _ACTIONS.get(field.value[:4].lower())
        if recipient.action is not None:
            note(recipient, "action", group, field)
    field = fields.get("status")
    if field is not None:
        recipient.status = _status(field.value)
        if recipient.status is not None:
            note(recipient, "status", group, field)
            # "4.0.0 (temporary failure: host name lookup failure)": the comment says what the code does not.
            recipient.context = clean_text(field.value.partition("(")[2].rstrip(") "))
    field = fields.get("diagnostic-code")
    if field is None or not field.value:
        field = next((fields[name] for name in _DIAGNOSTICS if name in fields and fields[name].value), None)
    more = fields.get("x-supplementary-info")
    if field is not None:
        recipient.diagnostic_type, text = typed(field.value)
        recipient.diagnostic = notice.body.shortened(clean_text(decoded(text)))
        note(recipient, "diagnostic", group, field)
        recipient.reply = Reply.parse(recipient.diagnostic)
        _take_reply(recipient, recipient.reply, group, field)
    if more is not None and more.value:
        recipient.context = f"{recipient.context} {clean_text(more.value)}".strip()
        note(recipient, "reason", group, more)
    if recipient.reply_code is None and recipient.context:
        _take_reply(recipient, Reply.parse(recipient.context), group, more or fields["status"])


def _take_reply(recipient: Recipient, reply: Reply, group: StatusGroup, field: Field) -> None:
    """Takes from a reply what the fields do not state."""
    recipient.take_codes(reply, group.part, field.line + group.offset, f"rfc3464.{field.name}")


def _status(value: str) -> str | None:
    found = find_codes(value).status
    if found is not None:
        return found
    bare = value.split("(")[0].strip()
    parts = bare.split(".")
    if len(parts) == 3 and all(p.isdigit() and len(p) <= 3 for p in parts) and parts[0] in ("2", "4", "5"):
        return bare
    return None


def take_others(recipient: Recipient, group: StatusGroup) -> None:
    """Takes the remote host, the dates and the log id."""
    fields = group.fields
    field = fields.get("remote-mta")
    if field is not None:
        host = clean_text(typed_address(field.value)[1].partition(" (")[0]).rstrip(".")
        recipient.remote_mta = host or None
        if host:
            note(recipient, "remote_mta", group, field)
    field = fields.get("last-attempt-date")
    if field is not None and field.value:
        recipient.last_attempt_date = parse_date(clean_text(field.value))
        note(recipient, "last_attempt_date", group, field)
    field = fields.get("will-retry-until")
    if field is not None and field.value:
        recipient.will_retry_until = parse_date(clean_text(field.value))
        note(recipient, "will_retry_until", group, field)
    field = fields.get("final-log-id")
    if field is not None and field.value:
        recipient.final_log_id = clean_text(field.value)
        note(recipient, "final_log_id", group, field)


def derived_action(recipient: Recipient, notice: Notice) -> Action:
    """What was done, where the fields leave it out: by the status, else by the words of the notice."""
    status = recipient.status
    if status is not None and status[0] == "2":
        return Action.DELIVERED
    if (status is None or status[0] == "4") and notice.says_delayed:
        return Action.DELAYED
    return Action.FAILED


def note(recipient: Recipient, name: str, group: StatusGroup, field: Field, rule: str = "") -> None:
    """Says which field a value comes from."""
    recipient.note(name, group.part, field.line + group.offset, rule or f"rfc3464.{field.name}", field.value)
