"""Amazon SES notifications that SNS sends as e-mail: a JSON object in the text.

Fact: the object names its kind in `notificationType` (or `eventType`), the failed in
`bounce.bouncedRecipients`; mail systems on the way fold the long line, so line ends inside are dropped.
"""

from __future__ import annotations

import json
from typing import Any

from dsnparse.formats.draft import Draft, clean_text, diagnostic_of, reply_code_in
from dsnparse.formats.notice import Notice
from dsnparse.model import Action, Kind
from dsnparse.wire.address import clean

_KINDS = {
    "bounce": (Kind.BOUNCE, "bouncedRecipients", Action.FAILED),
    "complaint": (Kind.COMPLAINT, "complainedRecipients", None),
    "delivery": (Kind.DELIVERY, "recipients", Action.DELIVERED),
    "deliverydelay": (Kind.DELAY, "delayedRecipients", Action.DELAYED),
}


def read_sns(notice: Notice) -> tuple[Kind, list[Draft]] | None:
    """The kind and the recipients of an SES notification, or None when the text is none."""
    if "amazonaws.com" not in notice.mail_from and "AWS" not in notice.subject:
        return None
    lines = notice.lines
    if not lines or not lines[0].lstrip().startswith("{"):
        return None
    try:
        event, _ = json.JSONDecoder().raw_decode("".join(lines).lstrip())
    except (ValueError, RecursionError):
        return None
    kind = str(event.get("notificationType") or event.get("eventType") or "").lower()
    if kind not in _KINDS:
        return None
    report_kind, list_name, action = _KINDS[kind]
    detail = event.get("deliveryDelay" if kind == "deliverydelay" else kind)
    if not isinstance(detail, dict):
        return None
    drafts = []
    entries = detail.get(list_name)
    for entry in (entries if isinstance(entries, list) else [])[: notice.limits.recipients]:
        draft = _draft(entry, action)
        if draft is not None:
            drafts.append(draft)
    return report_kind, drafts


def _draft(entry: Any, action: Action | None) -> Draft | None:
    fields = entry if isinstance(entry, dict) else {"emailAddress": entry}
    address = clean(str(fields.get("emailAddress") or ""))
    if address is None:
        return None
    draft = Draft(address)
    draft.action = action
    draft.note("recipient", "1", 1, "sns.emailAddress", address)
    status = fields.get("status")
    if isinstance(status, str) and status:
        draft.status = clean_text(status)
        draft.note("status", "1", 1, "sns.status", status)
    diagnostic = fields.get("diagnosticCode")
    if isinstance(diagnostic, str) and diagnostic:
        draft.diagnostic_type, text = diagnostic_of(diagnostic)
        draft.diagnostic = clean_text(text)
        draft.reply_code = reply_code_in(draft.diagnostic)
        draft.note("diagnostic", "1", 1, "sns.diagnosticCode", diagnostic)
    return draft
