"""Decides what sort of notice a message is and has the fitting reader find its recipients."""

from __future__ import annotations

import re

from dsnparse.model import Action, Evidence, Kind
from dsnparse.notice.notice import Notice
from dsnparse.notice.signs import (
    BELIEVE,
    LOOK,
    Signs,
    add_format_sign,
    auto_reply_sign,
    header_signs,
    is_daemon,
    text_signs,
)
from dsnparse.notice.words import says
from dsnparse.read import feedback_part as feedback
from dsnparse.read import receipt_part as receipt
from dsnparse.read import status_part as rfc3464
from dsnparse.read.events import by_mail as sns
from dsnparse.read.mailed_address import name_mailed_address
from dsnparse.read.prose import recipients as generic
from dsnparse.read.prose.context import add_context, prose
from dsnparse.read.recipient import Draft, reply_code_in
from dsnparse.read.templates import find as named
from dsnparse.rulebook.template import Format
from dsnparse.rulebook.template_matcher import Formats
from dsnparse.wire.address import addresses_in
from dsnparse.wire.fields import Field

_FAILURE_LINES = 40
_OPENING_LINES = 10
_JMRP_FIELD = "x-hmxmroriginalrecipient"
_DMARC_REPORT = re.compile(r"DMARC (?:forensic|failure) report", re.IGNORECASE)
_SUCCESS = re.compile(
    r"successfully delivered|expanded to multiple addresses|relayed to|was delivered", re.IGNORECASE
)


class Reading:
    """What was read: the kind, why, in which format, and a draft per recipient."""

    __slots__ = (
        "_recipients",
        "disposition",
        "drafts",
        "evidence",
        "feedback_type",
        "fields",
        "format",
        "is_second_hand",
        "kind",
    )

    def __init__(self, kind: Kind, evidence: list[Evidence], form: str | None = None) -> None:
        self.kind = kind
        self.evidence = evidence
        self.format = form
        self.drafts: list[Draft] = []
        self.fields: dict[str, Field] = {}
        self.feedback_type: str | None = None
        self.disposition: str | None = None
        #: Read from a notice inside the notice: its word counts for less.
        self.is_second_hand = False
        self._recipients: frozenset[str] | None = None

    def recipients(self) -> frozenset[str]:
        """All recipients in lower case; to be asked for when no draft will be added any more."""
        if self._recipients is None:
            self._recipients = frozenset([draft.recipient.lower() for draft in self.drafts])
        return self._recipients


def read(notice: Notice, formats: Formats) -> Reading:
    """Reads `notice`: the most authoritative statement first, the free text last.

    `formats`: the named formats that are known.
    """
    reading = _read(notice, formats)
    if len(reading.drafts) == 1 and reading.kind in (Kind.BOUNCE, Kind.DELAY):
        name_mailed_address(notice, reading.drafts[0])
    return reading


def _read(notice: Notice, formats: Formats, *, inside: bool = False) -> Reading:
    """`inside`: the notice came back within another one; no further one is looked for."""
    if notice.feedback is not None:
        return _complaint(notice)
    if notice.receipt is not None:
        return _receipt(notice)
    report = rfc3464.StatusReport()
    if notice.status:
        report = rfc3464.read_status_parts(notice)
        if report.drafts:
            return _from_status(notice, report, notice.status[0].number or "1", "rfc3464")
    if _is_bare_complaint(notice):
        return _complaint(notice)
    event = sns.read_sns(notice)
    if event is not None:
        reading = Reading(event[0], [Evidence("kind", "1", 1, "sns", event[0].value)], "amazon-sns")
        reading.drafts = event[1]
        return reading
    signs = header_signs(notice)
    suspected = signs.score >= LOOK
    found = named.find(notice, formats, suspected=suspected)
    form = found[0] if found is not None else None
    if found is not None:
        add_format_sign(signs, *found)
    answer = auto_reply_sign(notice) if signs.score < LOOK or not _is_machine(notice, form) else None
    if answer is not None:
        return Reading(Kind.AUTO_REPLY, [answer], "auto-reply")
    if signs.has("subject", "from") and signs.score < BELIEVE:
        text_signs(notice, signs)
    if signs.score < LOOK:
        return _answer_in_words(notice) or Reading(Kind.OTHER, signs.evidence)
    if not suspected and form is None and (found := named.find(notice, formats)) is not None:
        form = found[0]
        add_format_sign(signs, *found)
    if notice.status and _is_success(notice):
        reading = Reading(Kind.DELIVERY, signs.evidence, "rfc3464")
        reading.fields = report.message
        return reading
    in_text = rfc3464.read_status_text(notice)
    if in_text.drafts and (signs.score >= BELIEVE or signs.is_plain):
        return _from_status(notice, in_text, "1", "rfc3464-text")
    reading = _from_text(notice, signs, report.message or in_text.message, formats, form, inside)
    if reading.kind is Kind.OTHER:
        answer = auto_reply_sign(notice)
        if answer is not None and "auto" in answer.rule:
            return Reading(Kind.AUTO_REPLY, [answer], "auto-reply")
    return reading


def _is_machine(notice: Notice, form: Format | None) -> bool:
    return (
        is_daemon(notice)
        or (form is not None and form.has_header and form.has_text)
        or "x-failed-recipients" in notice.first
        or bool(notice.status)
        or (notice.root.type == "multipart/report" and not notice.mail_from)
    )


def _from_status(notice: Notice, report: rfc3464.StatusReport, part: str, form: str) -> Reading:
    actions = {draft.action for draft in report.drafts}
    if Action.FAILED in actions:
        kind, action = Kind.BOUNCE, Action.FAILED
    elif Action.DELAYED in actions:
        kind, action = Kind.DELAY, Action.DELAYED
    else:
        kind, action = Kind.DELIVERY, report.drafts[0].action or Action.DELIVERED
    reading = Reading(kind, [Evidence("kind", part, 0, f"{form}.action", action.value)], form)
    reading.drafts = report.drafts
    reading.fields = report.message
    if notice.status or len(reading.drafts) == 1:  # else the text is the fields, each beside another's
        add_context(notice, reading.drafts)
    return reading


def _from_inner(notice: Notice, formats: Formats) -> Reading | None:
    """What the notice inside this one says, where this one names nobody (scanners and gateways wrap bounces).

    The returned part is whatever a stranger sent; so its verdicts never count as hard (`finish`).
    """
    part = notice.inner()
    if part is None:
        return None
    inner = Notice(part)
    if not is_daemon(inner):
        return None
    reading = _read(inner, formats, inside=True)
    if reading.kind not in (Kind.BOUNCE, Kind.DELAY) or not reading.drafts:
        return None
    reading.is_second_hand = True
    notice.root.buffer.warn("repair.second_hand")
    return reading


def _answer_in_words(notice: Notice) -> Reading | None:
    """An automatic answer that only its null return path and its first words give away."""
    first = notice.first
    path = first.get("return-path", "unknown")
    if path.strip("<> ").lower() not in ("", "mailer-daemon") and not first.get(
        "auto-submitted", ""
    ).strip().lower().startswith("auto-"):
        return None
    for line in [line for line in notice.lines[:_FAILURE_LINES] if line][:_OPENING_LINES]:
        if says("auto_reply", line):
            return Reading(Kind.AUTO_REPLY, [Evidence("kind", "1", 0, "text.auto_reply", line)], "auto-reply")
    return None


def _is_success(notice: Notice) -> bool:
    """A report without recipients that tells of success in words (Sendmail's return receipt for a list)."""
    return any(_SUCCESS.search(line) for line in notice.lines[:_FAILURE_LINES])


def _from_text(
    notice: Notice,
    signs: Signs,
    fields: dict[str, Field],
    formats: Formats,
    form: Format | None,
    inside: bool,
) -> Reading:
    drafts = named.read(notice, form) if form is not None else []
    drafts = drafts or generic.read_text(notice) or _listed(notice)
    plain = signs.is_plain
    if not drafts and plain:
        inner = _from_inner(notice, formats) if not inside else None
        if inner is not None:
            return inner
        if not _tells_failure(notice) or not _returns_something(notice, signs):
            return Reading(Kind.OTHER, signs.evidence)
        if signs.score >= BELIEVE:
            drafts = _returned_recipient(notice)
    elif not drafts:
        return Reading(Kind.OTHER, signs.evidence)
    if signs.score < BELIEVE and not plain:
        return Reading(Kind.OTHER, signs.evidence)
    delayed = named.says_delayed(notice, form) if form is not None else None
    if delayed is None:
        delayed = notice.says_delayed()
    kind, name = Kind.DELAY if delayed else Kind.BOUNCE, form.name if form is not None else "generic"
    reading = Reading(kind, signs.evidence, name)
    for draft in drafts:
        if draft.action is None:
            draft.action = Action.DELAYED if delayed else Action.FAILED
    reading.drafts = drafts
    reading.fields = fields
    return reading


def _returns_something(notice: Notice, signs: Signs) -> bool:
    """Whether a notice that names nobody at least returns a message, or has a null return path."""
    return bool(notice.returned or notice.original) or any(
        sign.rule in ("kind.return-path", "kind.multipart-report") for sign in signs.evidence
    )


def _tells_failure(notice: Notice) -> bool:
    return any(says("intro", line) or reply_code_in(line) for line in notice.lines[:_FAILURE_LINES] if line)


def _listed(notice: Notice) -> list[Draft]:
    """The recipients of X-Failed-Recipients (Exim, Gmail) that the text does not name."""
    value = notice.first.get("x-failed-recipients", "")
    drafts = []
    for address in addresses_in(value)[: notice.limits.recipients]:
        draft = Draft(address)
        draft.note("recipient", "header", 0, "header.x-failed-recipients", value)
        draft.context = prose(notice)
        drafts.append(draft)
    return drafts


def _returned_recipient(notice: Notice) -> list[Draft]:
    """The one recipient of the returned message, where a plain failure notice names nobody."""
    mailed = {address.lower(): address for address in notice.mailed()}
    candidates = [address for key, address in mailed.items() if key not in notice.ours()]
    if len(candidates) != 1 or len(mailed) != 1:
        return []
    draft = Draft(candidates[0])
    draft.note("recipient", "header", 0, "returned.to", notice.original.get("to", ""))
    draft.context = prose(notice)
    return [draft]


def _complaint(notice: Notice) -> Reading:
    fields = feedback.read_fields(notice)
    kind = fields.get("feedback-type")
    shown = kind.value if kind else notice.subject
    part = notice.feedback.number if notice.feedback is not None else "header"
    reading = Reading(Kind.COMPLAINT, [Evidence("kind", part or "1", 0, "rfc5965", shown[:200])], "arf")
    if kind is not None:
        reading.feedback_type = kind.value.strip().lower()
    else:
        reading.feedback_type = "auth-failure" if _DMARC_REPORT.search(notice.subject) else "abuse"
    reading.fields = fields
    reading.drafts = feedback.read_feedback(notice, fields)
    return reading


def _is_bare_complaint(notice: Notice) -> bool:
    """Reports without a feedback part: Hotmail's (JMRP), hardly a word; DMARC failure reports in prose."""
    if "staff@hotmail" in (notice.mail_from + notice.first.get("return-path", "")).lower():
        return _JMRP_FIELD in notice.first or _JMRP_FIELD in notice.original
    return "dmarc f" in notice.subject.lower() and bool(_DMARC_REPORT.search(notice.subject))


def _receipt(notice: Notice) -> Reading:
    fields = receipt.read_fields(notice)
    found = fields.get("disposition")
    part = notice.receipt.number if notice.receipt is not None else "1"
    evidence = Evidence("kind", part, found.line if found else 0, "rfc8098", found.value if found else "")
    reading = Reading(Kind.RECEIPT, [evidence], "mdn")
    reading.disposition = receipt.disposition(fields)
    reading.fields = fields
    reading.drafts = receipt.read_receipt(notice, fields)
    return reading
