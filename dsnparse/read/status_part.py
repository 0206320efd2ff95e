"""Status parts: message/delivery-status (RFC 3464), message/global-delivery-status (RFC 6533), and the same
fields where a notice only writes them into its text.

Facts:

* Final-Recipient names who failed; Original-Recipient (RFC 3461's ORCPT) whom the sender mailed.
* Action and Status are one word and one code, and may carry comments. OpenSMTPD once wrote "error", others
  leave Action out. Google puts host and reply into Diagnostic-Code over several lines; some put it in
  X-Supplementary-Info and state 5.0.0; Exchange 2007 puts the remote host's reply in the text only.
"""

from __future__ import annotations

from dsnparse.model import Action
from dsnparse.notice.notice import Notice
from dsnparse.read.recipient import Draft, clean_text, command_in, diagnostic_of, reply_code_in, status_in
from dsnparse.wire.address import addresses_in, field_address, is_routable, typed_address
from dsnparse.wire.dates import parse_date
from dsnparse.wire.fields import PER_MESSAGE, PER_RECIPIENT, Field, read_groups, recipient_groups
from dsnparse.wire.text import body_text

_ACTIONS = {
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
#: The number of lines before a status field that are tried when such fields stand in a notice's text.
_START_FIELDS = PER_MESSAGE | PER_RECIPIENT


class StatusReport:
    """What the status parts of one message say: fields about the message, a draft per recipient."""

    __slots__ = ("drafts", "message", "places")

    def __init__(self) -> None:
        self.message: dict[str, Field] = {}
        self.drafts: list[Draft] = []
        #: Where the draft of each recipient (in lower case) stands in `drafts`.
        self.places: dict[str, int] = {}


def read_status_parts(notice: Notice) -> StatusReport:
    """Reads every status part of `notice`."""
    report = StatusReport()
    for part in notice.status:
        _read(
            report,
            notice,
            body_text(part, notice.limits.status_bytes, "limit.status_bytes"),
            part.number or "1",
            0,
        )
    return report


def read_status_text(notice: Notice) -> StatusReport:
    """Reads status fields that stand in the notice's text (lost MIME structure, Amazon WorkMail)."""
    report = StatusReport()
    lines = notice.lines
    for index, line in enumerate(lines):
        if line[:1] in "FOfo" and line[:16].lower() in ("final-recipient:", "original-recipie"):
            start = index
            while start > 0 and lines[start - 1].partition(":")[0].strip().lower() in _START_FIELDS:
                start -= 1
            if start == index and not _has_status_after(lines, index):
                continue
            part, first = notice.place(start)
            _read(report, notice, "\n".join(lines[start:]), part, first - 1)
            break
    return report


def _has_status_after(lines: list[str], index: int) -> bool:
    return any(line[:7].lower() in ("action:", "status:") for line in lines[index + 1 : index + 8])


def _read(report: StatusReport, notice: Notice, text: str, part: str, offset: int) -> None:
    message, recipients = recipient_groups(read_groups(text))
    for name, field in message.items():
        report.message.setdefault(name, field)
    _tell_apart(recipients)
    for fields in recipients:
        if len(report.drafts) >= notice.limits.recipients:
            notice.root.buffer.warn("limit.recipients", most=notice.limits.recipients)
            break
        draft = _draft(fields, notice, part, offset)
        if draft is None:
            continue
        at = report.places.setdefault(draft.recipient.lower(), len(report.drafts))
        if at == len(report.drafts):
            report.drafts.append(draft)
        elif report.drafts[at].action is not Action.FAILED and draft.action is Action.FAILED:
            report.drafts[at] = draft


def _tell_apart(recipients: list[dict[str, Field]]) -> None:
    """Where several groups name one alias as Final-Recipient, the members that failed take its place.

    Sendmail says who in X-Actual-Recipient, Exim only within the reply that it quotes.
    """
    finals: dict[str, list[dict[str, Field]]] = {}
    for fields in recipients:
        if "final-recipient" in fields:
            finals.setdefault(fields["final-recipient"].value.lower(), []).append(fields)
    for alias, groups in finals.items():
        if len(groups) < 2 or alias.count("@") != 1:
            continue
        for fields in groups:
            final = fields["final-recipient"]
            member = fields.get("x-actual-recipient") or _quoted_recipient(fields.get("diagnostic-code"))
            if member is not None and member.value.lower() != alias:
                fields.setdefault("original-recipient", final)
                fields["final-recipient"] = Field("final-recipient", member.value, member.line)


def _quoted_recipient(diagnostic: Field | None) -> Field | None:
    found = addresses_in(diagnostic.value) if diagnostic else []
    return (
        Field("final-recipient", found[0], diagnostic.line) if diagnostic and len(set(found)) == 1 else None
    )


def _draft(fields: dict[str, Field], notice: Notice, part: str, offset: int) -> Draft | None:
    final, original = fields.get("final-recipient"), fields.get("original-recipient")
    address = field_address(final.value) if final else None
    mailed = field_address(_from_xtext(original.value)) if original else None
    if address is not None and mailed is not None and not is_routable(address):
        # X.400 gateways and local stores ("user@ims-ms-daemon") name a place inside; nobody can mail that.
        address = None
    actual = fields.get("x-actual-recipient")
    named = final
    if address is None:
        # "Final-Recipient: rfc822; tom": the local part alone; another field may have it whole.
        address = (field_address(actual.value) if actual else None) or mailed
        named = actual if address and address != mailed else original
        if address is None:
            address = _complete(final, notice)
            named = final
    if address is None or named is None:
        return None
    draft = Draft(address)
    draft.note("recipient", part, named.line + offset, f"rfc3464.{named.name}", named.value)
    if mailed and original and mailed.lower() != address.lower():
        draft.original_recipient = mailed
        draft.note(
            "original_recipient", part, original.line + offset, "rfc3464.original-recipient", original.value
        )
    if actual is not None and address != (forwarded := field_address(actual.value)) and named is not actual:
        draft.actual_recipient = forwarded
        if forwarded is not None:
            draft.note(
                "actual_recipient", part, actual.line + offset, "rfc3464.x-actual-recipient", actual.value
            )
    _codes(draft, fields, notice, part, offset)
    _others(draft, fields, part, offset)
    if draft.action is None:
        draft.action = _derived_action(draft.status or status_in(draft.diagnostic or ""), notice)
        draft.note("action", part, 0, "rfc3464.action-derived", draft.status or "")
    return draft


def _from_xtext(value: str) -> str:
    """ORCPT in xtext (RFC 3461 section 4) whose "+" and "=" the reporting MTA left encoded."""
    return value.replace("+2B", "+").replace("+3D", "=") if "+2B" in value or "+3D" in value else value


def _complete(final: Field | None, notice: Notice) -> str | None:
    """A recipient given by its local part alone, with the domain that the returned To field gives it."""
    if final is None:
        return None
    name = typed_address(final.value)[1].strip("<>").lower()
    if not name or "@" in name or " " in name:
        return None
    candidates = notice.mailed_by_local().get(name, {})
    return next(iter(candidates.values())) if len(candidates) == 1 else None


def _codes(draft: Draft, fields: dict[str, Field], notice: Notice, part: str, offset: int) -> None:
    field = fields.get("action")
    if field is not None:
        draft.action = _ACTIONS.get(field.value[:4].lower())
        if draft.action is not None:
            draft.note("action", part, field.line + offset, "rfc3464.action", field.value)
    field = fields.get("status")
    if field is not None:
        draft.status = _status(field.value)
        if draft.status is not None:
            draft.note("status", part, field.line + offset, "rfc3464.status", field.value)
            # "4.0.0 (temporary failure: host name lookup failure)": the comment says what the code does not.
            draft.context = clean_text(field.value.partition("(")[2].rstrip(") "))
    field = fields.get("diagnostic-code")
    if field is not None and field.value:
        draft.diagnostic_type, text = diagnostic_of(field.value)
        draft.diagnostic_type = draft.diagnostic_type or None
        draft.diagnostic = notice.shortened(clean_text(text))
        draft.note("diagnostic", part, field.line + offset, "rfc3464.diagnostic-code", field.value)
    more = fields.get("x-supplementary-info")
    if more is not None and more.value:
        draft.context = f"{draft.context} {clean_text(more.value)}".strip()
        draft.note("reason", part, more.line + offset, "rfc3464.x-supplementary-info", more.value)
    source = field
    if draft.diagnostic:
        draft.reply_code = reply_code_in(draft.diagnostic)
        draft.smtp_command = command_in(draft.diagnostic)
    if draft.reply_code is None and draft.context:
        draft.reply_code = reply_code_in(draft.context)
        source = more
    if draft.reply_code is not None and source is not None:
        draft.note("reply_code", part, source.line + offset, f"rfc3464.{source.name}", str(draft.reply_code))


def _status(value: str) -> str | None:
    found = status_in(value)
    if found is not None:
        return found
    bare = value.split("(")[0].strip()
    parts = bare.split(".")
    if len(parts) == 3 and all(p.isdigit() and len(p) <= 3 for p in parts) and parts[0] in ("2", "4", "5"):
        return bare
    return None


def _others(draft: Draft, fields: dict[str, Field], part: str, offset: int) -> None:
    field = fields.get("remote-mta")
    if field is not None:
        draft.remote_mta = clean_text(typed_address(field.value)[1].partition(" (")[0]).rstrip(".") or None
        if draft.remote_mta is not None:
            draft.note("remote_mta", part, field.line + offset, "rfc3464.remote-mta", field.value)
    field = fields.get("last-attempt-date")
    if field is not None and field.value:
        draft.last_attempt_date = parse_date(clean_text(field.value))
        draft.note("last_attempt_date", part, field.line + offset, "rfc3464.last-attempt-date", field.value)
    field = fields.get("will-retry-until")
    if field is not None and field.value:
        draft.will_retry_until = parse_date(clean_text(field.value))
        draft.note("will_retry_until", part, field.line + offset, "rfc3464.will-retry-until", field.value)
    field = fields.get("final-log-id")
    if field is not None and field.value:
        draft.final_log_id = clean_text(field.value)
        draft.note("final_log_id", part, field.line + offset, "rfc3464.final-log-id", field.value)


def _derived_action(status: str | None, notice: Notice) -> Action:
    if status is not None and status[0] == "2":
        return Action.DELIVERED
    if (status is None or status[0] == "4") and notice.says_delayed():
        return Action.DELAYED
    return Action.FAILED
